"""The demo's backup, a real dump from Neo4j Community 5.26. `python -m demo.sample` makes it again."""

import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.real.neo4j import Neo4j

ROOT = Path(__file__).parents[1]

# Later versions load the dump as well: `make demo NEO4J_VERSION=2026.08.1`.
NEO4J_VERSION = os.environ.get("NEO4J_VERSION") or "5.26.30"

DUMP = Path(__file__).with_name("neo4j.dump")

STATIONS = 200

_WRITE = f"UNWIND range(1, {STATIONS}) AS i CREATE (:Station {{id: i, name: 'Station ' + toString(i)}})"
_LINK = "MATCH (a:Station) MATCH (b:Station {id: a.id + 1}) CREATE (a)-[:LINE {minutes: 3 + a.id % 5}]->(b)"


def neo4j_home(say: Callable[[str], None] = print) -> Path:
    """Return a real Neo4j, assembled if needed. Raises CalledProcessError, whose stderr says what is missing.

    say: is given each line of the progress while it works.
    """
    argv = [str(ROOT / "tools" / "neo4j" / "assemble"), NEO4J_VERSION]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        lines = []
        for line in running.stderr or ():
            say(line)
            lines.append(line)
        path = running.stdout.read().strip() if running.stdout else ""
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, argv, path, "".join(lines))
    return Path(path)


def make() -> None:
    """Write stations and the lines between them to a new server, and dump them to DUMP."""
    with tempfile.TemporaryDirectory(prefix="neo4j-restore-sample-") as folder:
        top = Path(folder)
        server = Neo4j(neo4j_home(), top / "data")
        with server:
            server.query(_WRITE)
            server.query(_LINK)
        DUMP.write_bytes(server.dump("neo4j", top / "dumps").read_bytes())


if __name__ == "__main__":
    make()
