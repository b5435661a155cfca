"""Real databases with a backup, each made once by a Neo4j of its line and kept between runs of the tests."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.real import neo4j, people
from tests.real.classes import keep_classes
from tests.real.neo4j import Neo4j
from tests.real.people import write_later, write_people
from tests.real.unprivileged import ROOT, give

FIRST_USER = ("neo4j", "the-first-password")
EARLY_USER = ("early", "known-before-the-dump")
LATE_USER = ("late", "known-after-the-dump-only")

_CREATE_USER = "CREATE USER {} SET PASSWORD '{}' CHANGE NOT REQUIRED"

_FACTS = "facts.json"


@dataclass(frozen=True)
class Made:
    """A database that was backed up, and then written to.

    later: a data folder as it was after the later writes. backups: the folder with its dumps or backup.
    last_transaction: the last one in the dump of neo4j, of 5 and later.
    """

    home: Path
    later: Path
    backups: Path
    last_transaction: int = 0


# Makes both folders of a Made, and returns its last transaction.
Make = Callable[[Made], int]


def with_users(made: Made) -> int:
    """Make a database of 5 or later with users: dumps of neo4j and system, and later nodes and a later user."""
    server = Neo4j(made.home, made.later, FIRST_USER)
    server.set_password()
    with server:
        write_people(server)
        server.query(_CREATE_USER.format(*EARLY_USER), "system")
    for database in ("neo4j", "system"):
        server.dump(database, made.backups)
    last_transaction = server.last_transaction("neo4j")
    with server:
        write_later(server)
        server.query(_CREATE_USER.format(*LATE_USER), "system")
    return last_transaction


def of_4(made: Made) -> int:
    """Make a database of 4.4: a dump of neo4j, and later nodes."""
    server = Neo4j(made.home, made.later)
    with server:
        write_people(server)
    server.dump("neo4j", made.backups)
    with server:
        write_later(server)
    return 0


def of_3(made: Made) -> int:
    """Make a database of Enterprise 3.3: an online backup of graph.db, taken between the earlier and later nodes."""
    with Neo4j(made.home, made.later) as server:
        write_people(server)
        server.backup(made.backups, "graph.db")
        write_later(server)
    return 0


def database_of(version: str, make: Make, folder: Path) -> Made:
    """Return a copy of the database that `make` makes, below `folder`.

    The original is kept in NEO4J_RESTORE_CACHE, under a name with a hash of all that it was made of. So any change of
    the recipe makes another one.
    """
    folder.chmod(0o755)
    home = home_of(version)
    kept = _cache() / "databases" / f"{version}-{_recipe(home)}"
    keep_classes(home)
    if not kept.exists():
        _keep(home, make, kept)
    for name in ("data", "backups"):
        shutil.copytree(kept / name, folder / name)
        give(folder / name)
    return Made(home, folder / "data", folder / "backups", json.loads((kept / _FACTS).read_text())["last"])


def _keep(home: Path, make: Make, kept: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="database-") as name:
        top = Path(name)
        top.chmod(0o755)
        made = Made(home, top / "data", top / "backups")
        (top / _FACTS).write_text(json.dumps({"last": make(made)}))
        shutil.rmtree(top / "data-server")
        kept.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{kept.name}-", dir=kept.parent))
        shutil.copytree(top, new, dirs_exist_ok=True)
    try:
        # It appears whole. If two runs of the tests make it at once, the first one's stays.
        new.rename(kept)
    except OSError:
        shutil.rmtree(new)


def _recipe(home: Path) -> str:
    """Return a hash of what a database is made of: this module, its helpers, and the Neo4j."""
    modules = (Path(str(module.__file__)).read_bytes() for module in (neo4j, people))
    # The folder of a home is named by the hash of its own recipe.
    parts = [home.parent.name.encode(), Path(__file__).read_bytes(), *modules]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


def _cache() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("NEO4J_RESTORE_CACHE") or base / "neo4j-restore")


def home_of(version: str) -> Path:
    """Return the home of a Neo4j, assembled if it is not there yet."""
    argv = [str(ROOT / "tools" / "neo4j" / "assemble"), version]
    done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True)
    return Path(done.stdout.strip())
