"""Dumps that are not what was dumped, given to a real neo4j-admin 5.26: refused with the volume as before, or right.

Only neo4j-admin knows what is in a dump. A checksum over all of it is in its last four bytes.
"""

import os
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.faults import scene
from tests.faults.damage import Region, flipped
from tests.faults.forks import Forks
from tests.faults.scene import Scene
from tests.faults.table import everything, tally
from tests.real.databases import home_of
from tests.support.archives import snapshot, write_files

pytestmark = pytest.mark.real

KEY = "neo4j-latest.dump"

# Damaged, by its words; or ended with an error whose cause it does not tell.
REFUSED = {11, 30}


@dataclass(frozen=True)
class Dump:
    """A dump, the home of the Neo4j that made it, and the files that were dumped."""

    home: Path
    content: bytes
    files: dict[str, bytes]


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Dump:
    """Return a dump of some people, imported and dumped without a server."""
    home, top = home_of("5.26.30"), tmp_path_factory.mktemp("dumped")
    names = random.Random(0)  # noqa: S311 - filler that can't be packed
    rows = [f"{number},{names.randbytes(20).hex()},Person" for number in range(300)]
    write_files(top, {"people.csv": "\n".join(["id:ID,name,:LABEL", *rows]).encode()})
    write_files(top, {"conf/neo4j.conf": f"server.directories.data={top}/data\n".encode()})
    (top / "dumps").mkdir()
    for argv in (["import", "full", "neo4j", "--nodes=people.csv"], ["dump", "neo4j", "--to-path=dumps"]):
        admin([str(home / "bin/neo4j-admin"), "database", *argv], home, top)
    return Dump(home, (top / "dumps/neo4j.dump").read_bytes(), without_locks(top / "data"))


def admin(argv: list[str], home: Path, top: Path) -> None:
    passed = {name: os.environ[name] for name in ("PATH", "JAVA_HOME") if name in os.environ}
    own = {"NEO4J_HOME": str(home), "NEO4J_CONF": str(top / "conf"), "HEAP_SIZE": "256m"}
    done = subprocess.run(argv, env={**passed, **own}, cwd=top, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def without_locks(data: Path) -> dict[str, bytes]:
    return {name: content for name, content in snapshot(data).items() if not name.endswith("database_lock")}


@pytest.fixture
def pod(forking: Forks, tmp_path: Path, dump: Dump) -> Scene:
    made = scene.make(tmp_path, forking, f"file://{tmp_path}/bucket")
    made.environment.update({"NEO4J_HOME": str(dump.home), "HEAP_SIZE": "256m"})
    made.environment.update({name: os.environ[name] for name in ("JAVA_HOME",) if name in os.environ})
    (tmp_path / "bucket").mkdir()
    return made


def damages(good: bytes) -> dict[str, bytes]:
    """Return the dump with a bit changed in its middle, or in the full run in each region, and cut short."""
    if not everything():
        return {"data": flipped(good, 4 * len(good))}
    ends = {"magic": 4, "header": 10, "data": len(good) - 4, "checksum": len(good)}
    regions = [Region(name, start, end) for (name, end), start in zip(ends.items(), [0, *ends.values()], strict=False)]
    bits = {f"{each.name}, bit {bit}": bit for each in regions for bit in [*each.bits()][::3]}
    cuts = {f"cut at {count}": good[:count] for count in (0, 3, 4, 100, len(good) // 2, len(good) - 1)}
    return {name: flipped(good, bit) for name, bit in bits.items()} | cuts


def test_a_damaged_dump_is_refused_and_a_sound_one_restored(dump: Dump, pod: Scene) -> None:
    bucket = pod.data.parent / "bucket"
    with tally("corruption of dumps") as tries:
        for name, content in damages(dump.content).items():
            (bucket / KEY).write_bytes(content)
            ended = pod.start()
            with tries.attempt(name):
                assert (ended.code in REFUSED and pod.is_untouched()) or without_locks(pod.data) == dump.files, ended
            if ended.code == 0:
                pod.lay()
    (bucket / KEY).write_bytes(dump.content)
    ended = pod.start()
    assert (ended.code, without_locks(pod.data)) == (0, dump.files), ended
