"""The classes that a server loads, kept in its home in the form that Java maps into memory.

With them a server starts at two thirds of the CPU seconds: it reads, checks and links no class again.
"""

import shutil
import tempfile
from pathlib import Path

from tests.real.neo4j import CLASSES, Neo4j
from tests.real.people import counted, write_later, write_people


def keep_classes(home: Path) -> None:
    """Run a server once as tests use it, and keep its classes in the home, unless they are there.

    Those of 3.x can't be kept: it ends in a way that writes none.
    """
    if (home / CLASSES).exists() or home.name.startswith("3."):
        return
    with tempfile.TemporaryDirectory(prefix="classes-") as name:
        top = Path(name)
        top.chmod(0o755)
        made = top / "data" / CLASSES
        server = Neo4j(home, top / "data", java=(f"-XX:ArchiveClassesAtExit={made}",))
        with server:
            write_people(server)
            write_later(server)
            counted(server)
        new = Path(tempfile.mkdtemp(prefix=f".{home.name}-", dir=home.parent)) / CLASSES
        shutil.copyfile(made, new)
    new.chmod(0o644)
    # They appear whole.
    new.rename(home / CLASSES)
    new.parent.rmdir()
