"""The `.dump` that is restored: of a real database, imported and dumped once by the real neo4j-admin of Neo4j 5."""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.compare import facts, found
from bench.errors import BenchError
from bench.objects import publish
from bench.places import ROOT
from bench.sets import DATABASE, STAMP, Sets

from bench import servers

NEO4J_VERSION = "5.26.30"

BUCKET = "dumps"

# 440 bytes of a store each, with three relationships.
_NODES = {"full": 2_400_000, "quick": 2_000}

_SYLLABLES = [first + vowel for first in "bdfgklmnprst" for vowel in "aeiou"]

# Its importer wants more than neo4j-admin's own 128 MiB.
_HEAP = "1g"


def neo4j_home() -> Path:
    """Return a real Neo4j. Raises BenchError that says what is missing."""
    argv = [str(ROOT / "tools" / "neo4j" / "assemble"), NEO4J_VERSION]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"no Neo4j: {done.stderr.strip()}"
        raise BenchError(message, hint="make neo4j; it needs Java 17 and Maven")
    return Path(done.stdout.strip())


def configure(top: Path, data: Path) -> Path:
    """Write below `top` a configuration whose data folder is `data`; return its folder, for NEO4J_CONF."""
    conf = top / "conf"
    conf.mkdir(exist_ok=True)
    (conf / "neo4j.conf").write_text(f"server.directories.data={data}\nserver.directories.logs={top / 'logs'}\n")
    return conf


def make(made: Sets) -> Sets:
    """Return the sets with the dump among them, made if it is not there yet; some minutes for the full one."""
    kept = made.top / "dump.json"
    if not kept.exists():
        target = made.objects / BUCKET
        shutil.rmtree(target, ignore_errors=True)
        with servers.working(made.top) as work:
            manifest = _make(work, target, _NODES[made.size.name])
        publish(target)
        kept.write_text(json.dumps(manifest))
    manifest = {name: (size, crc) for name, (size, crc) in json.loads(kept.read_text()).items()}
    return replace(made, manifests=made.manifests | {"dump": manifest})


def _make(work: Path, target: Path, nodes: int) -> dict[str, tuple[int, int]]:
    home, data = neo4j_home(), work / "data"
    own = {"NEO4J_HOME": str(home), "NEO4J_CONF": str(configure(work, data)), "HEAP_SIZE": _HEAP}
    people, known = work / "people.csv", work / "known.csv"
    people.write_text("\n".join(_people(nodes)) + "\n")
    known.write_text("\n".join(_known(nodes)) + "\n")
    target.mkdir(parents=True)
    for words in (
        ["import", "full", DATABASE, f"--nodes={people}", f"--relationships={known}"],
        ["dump", DATABASE, f"--to-path={target}"],
    ):
        argv = [str(home / "bin" / "neo4j-admin"), "database", *words]
        done = subprocess.run(argv, env=os.environ | own, cwd=work, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stdout + done.stderr)[-600:]
            message = f"neo4j-admin database {words[0]} ended with {done.returncode}: {said}"
            raise BenchError(message, hint="try `make neo4j` again")
    (target / f"{DATABASE}.dump").rename(target / f"{DATABASE}-{STAMP}.dump")
    return {name: facts(path) for name, path in sorted(found(data).items())}


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
