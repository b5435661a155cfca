"""The `.dump` and the `.backup` to restore. The real neo4j-admin of Neo4j 5 imports a database and makes the dump once.

Only Enterprise makes a backup. A full one holds the bytes of a dump behind another header, so it is made of the dump.
"""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.compare import database_files, facts
from bench.errors import BenchError
from bench.objects import publish
from bench.places import ROOT
from bench.programs import program
from bench.sets import DATABASE, STAMP, Sets
from tests.support.artifacts import Artifact

from bench import servers

NEO4J_VERSION = "5.26.30"

BUCKET = "dumps"
BACKUPS = "backups"

# The magic of a dump and of a full backup, both in zstd, and of what is in it.
_DUMP, _BACKUP, _PLAIN = b"DZV1", b"BZV1", b"zstd"

# A node takes 440 bytes of the store, with its three relationships.
_NODES = {"full": 2_400_000, "quick": 2_000}

_SYLLABLES = [first + vowel for first in "bdfgklmnprst" for vowel in "aeiou"]

# The importer needs more than neo4j-admin's default of 128 MiB.
_HEAP = "1g"


def neo4j_home() -> Path:
    """Return a real Neo4j. Raises BenchError that says what is missing."""
    argv = [str(ROOT / "tools" / "neo4j" / "assemble"), NEO4J_VERSION]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"no Neo4j: {done.stderr.strip()}"
        raise BenchError(message, hint="run `make neo4j`")
    return Path(done.stdout.strip())


def configure(top: Path, data: Path) -> Path:
    """Write a configuration with the data folder `data` below `top`. Return its folder, for NEO4J_CONF."""
    conf = top / "conf"
    conf.mkdir(exist_ok=True)
    (conf / "neo4j.conf").write_text(f"server.directories.data={data}\nserver.directories.logs={top / 'logs'}\n")
    return conf


def make(sets: Sets) -> Sets:
    """Return the sets with the dump added. The first call makes it, which takes some minutes for the full one."""
    kept = sets.top / "dump.json"
    if not kept.exists():
        target = sets.objects / BUCKET
        shutil.rmtree(target, ignore_errors=True)
        with servers.working(sets.top) as work:
            manifest = _make(work, target, _NODES[sets.size.name])
        publish(target)
        kept.write_text(json.dumps(manifest))
    backup = sets.objects / BACKUPS / f"{DATABASE}-{STAMP}.backup"
    if not backup.exists():
        _pack_again(sets.object(BUCKET, ".dump"), backup)
        publish(backup.parent)
    manifest = {name: (size, crc) for name, (size, crc) in json.loads(kept.read_text()).items()}
    return replace(sets, manifests=sets.manifests | {"dump": manifest})


def _pack_again(dump: Path, backup: Path) -> None:
    """Write a full backup artifact with the content of `dump`. The import is transaction 2."""
    backup.parent.mkdir(exist_ok=True)
    new, zstd = backup.with_name("new"), program("zstd")
    metadata = Artifact(lowest=1, highest=2).metadata(compressed=True)
    with dump.open("rb") as source, new.open("wb") as target:
        source.seek(len(_DUMP))
        target.write(_BACKUP)
        target.flush()
        with (
            subprocess.Popen([zstd, "-dc"], stdin=source, stdout=subprocess.PIPE) as plain,
            subprocess.Popen([zstd, "-3", "-q", "-c"], stdin=subprocess.PIPE, stdout=target) as packed,
        ):
            if not (plain.stdout and packed.stdin):
                raise AssertionError
            packed.stdin.write(plain.stdout.read(len(_PLAIN)) + metadata)
            shutil.copyfileobj(plain.stdout, packed.stdin)
            packed.stdin.close()
    if plain.returncode or packed.returncode:
        message = f"zstd can't pack the dump again: {plain.returncode}, {packed.returncode}"
        raise BenchError(message, hint="run it by hand")
    new.rename(backup)


def _make(work: Path, target: Path, nodes: int) -> dict[str, tuple[int, int]]:
    home, data = neo4j_home(), work / "data"
    variables = {"NEO4J_HOME": str(home), "NEO4J_CONF": str(configure(work, data)), "HEAP_SIZE": _HEAP}
    people, friendships = work / "people.csv", work / "known.csv"
    people.write_text("\n".join(_people(nodes)) + "\n")
    friendships.write_text("\n".join(_known(nodes)) + "\n")
    target.mkdir(parents=True)
    for words in (
        ["import", "full", DATABASE, f"--nodes={people}", f"--relationships={friendships}"],
        ["dump", DATABASE, f"--to-path={target}"],
    ):
        argv = [str(home / "bin" / "neo4j-admin"), "database", *words]
        done = subprocess.run(argv, env=os.environ | variables, cwd=work, capture_output=True, text=True, check=False)
        if done.returncode:
            last_output = (done.stdout + done.stderr)[-600:]
            message = f"neo4j-admin database {words[0]} ended with {done.returncode}: {last_output}"
            raise BenchError(message, hint="try `make neo4j` again")
    (target / f"{DATABASE}.dump").rename(target / f"{DATABASE}-{STAMP}.dump")
    return {name: facts(path) for name, path in sorted(database_files(data).items())}


def _people(nodes: int) -> Iterator[str]:
    source = random.Random(1)  # noqa: S311 - repeatable, guards nothing
    words = ["".join(source.choices(_SYLLABLES, k=3)) for _ in range(3000)]
    yield "id:ID,name,note,born:int,:LABEL"
    for number in range(nodes):
        first, last, *note = source.choices(words, k=14)
        yield f"{number},{first} {last},{' '.join(note)},{1900 + number % 126},Person"


def _known(nodes: int) -> Iterator[str]:
    source = random.Random(2)  # noqa: S311 - repeatable, guards nothing
    yield ":START_ID,:END_ID,since:int,:TYPE"
    for number in range(3 * nodes):
        yield f"{number // 3},{int(source.random() * nodes)},{1950 + number % 76},KNOWS"
