"""A stand-in for the closed `neo4j-admin restore` of Enterprise 4.x: it checks argv and layout, and moves files.

It accepts what the operations manuals document for each version, and nothing else; it refuses what is no backup.
"""

import re
import shlex
import sys
from pathlib import Path

_PROGRAM = """\
#!{python}
import re, shutil, sys, os, time
from pathlib import Path

VERSION, PAUSE = {version!r}, {pause!r}
MOVES = {moves!r}

def fail(text):
    print(text, file=sys.stderr)
    sys.exit(1)

if sys.argv[1:] == ["--version"]:
    print(VERSION)
    sys.exit(0)
options = dict(re.fullmatch(r"--([a-z]+)(?:=(.*))?", each).groups() for each in sys.argv[2:])
if sys.argv[1] != "restore" or set(options) != ({{"from", "database"}} | ({{"move"}} if MOVES else set())):
    fail("usage: " + " ".join(sys.argv[1:]))
conf = Path(os.environ["NEO4J_CONF"], "neo4j.conf").read_text()
data = Path(re.search("^dbms.directories.data=(.*)$", conf, re.M)[1])
source, name = Path(options["from"]), options["database"]
if not (source / "neostore").is_file():
    fail("Source directory is not a database backup [" + str(source) + "]")
target = data / "databases" / name
if target.exists():
    fail("Database with name [" + name + "] already exists at " + str(target))
target.parent.mkdir(parents=True, exist_ok=True)
(shutil.move if MOVES else shutil.copytree)(str(source), str(target))
time.sleep(PAUSE)
logs = data / "transactions" / name
logs.mkdir(parents=True)
for path in [*target.glob("neostore.transaction.db.*"), *target.glob("checkpoint.*")]:
    path.rename(logs / path.name)
"""


def install(home: Path, version: str = "4.4.48", *, pause: float = 0) -> Path:
    """Write the stand-in as `bin/neo4j-admin` below `home`, which is returned, for NEO4J_HOME.

    pause: seconds it works before it has finished, for tests that interrupt it.
    """
    moves = tuple(map(int, re.findall(r"\d+", version)[:2])) >= (4, 2)
    program = home / "bin" / "neo4j-admin"
    program.parent.mkdir(parents=True)
    program.write_text(_PROGRAM.format(python=sys.executable, version=version, pause=pause, moves=moves))
    program.chmod(0o755)
    return home


def install_failing(home: Path, says: str, status: int = 1, version: str = "4.4.48") -> Path:
    """Write a neo4j-admin that tells its version and fails at all else with `says`."""
    program = home / "bin" / "neo4j-admin"
    program.parent.mkdir(parents=True)
    lines = [
        "#!/bin/sh",
        f'[ "$1" = --version ] && exec echo {version}',
        f"echo {shlex.quote(says)} >&2",
        f"exit {status}",
    ]
    program.write_text("\n".join(lines) + "\n")
    program.chmod(0o755)
    return home
