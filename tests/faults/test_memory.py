"""Objects that are made to fill the memory: the command refuses them within its bound, and the old data stays.

The bound is written down in the README of the image. One test for each kind reads the peak of the real command.
"""

import os
import sys
import tarfile
from itertools import chain
from pathlib import Path
from random import Random

import pyrage
import pytest
from tests.faults.processes import started
from tests.faults.table import everything, tally
from tests.support import archives, bombs, standin
from tests.support.peak import read

from neo4j_restore import bounds

KIND = "memory bombs"

# A flood is refused early, but not every machine is idle.
DEADLINE_SECONDS = 900


class Pod:
    """A volume with an old database, and a bucket with a hostile object."""

    def __init__(self, top: Path) -> None:
        self.top, self.bucket, self.data = top, top / "bucket", top / "data"
        self.bucket.mkdir()
        archives.write_database(self.data, "old")
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "NEO4J_HOME": str(standin.install(top / "neo4j")),
            "BUCKET": f"file://{self.bucket}",
            "DATABASE": "neo4j",
            "DATA_DIR": str(self.data),
            "TERMINATION_LOG": str(top / "reason"),
            "FORCE_OVERWRITE": "true",
        }

    def start(self, **settings: str) -> tuple[int, str]:
        """Return the exit code of a start, and what it said. Its memory stays within the bound."""
        old = archives.snapshot(self.data)
        argv = [sys.executable, "-m", "tests.support.peak", str(self.top / "peak"), "run"]
        with started({**self.environment, **settings}, self.top / "log", *argv) as run:
            code = run.process.wait(DEADLINE_SECONDS)
        said, peak = run.said(), read(self.top / "peak")
        assert peak <= bounds.RESIDENT_BYTES, f"{peak} bytes, {said}"
        assert code == 0 or archives.snapshot(self.data) == old, said
        return code, said

    def refuses(self, message: str, **settings: str) -> None:
        """Fail unless a start ends with 11 and a message that says what the object has."""
        with tally(KIND) as tries, tries.attempt(message):
            code, said = self.start(**settings)
            assert code == 11, said
            assert message in said, said


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


TARS = {
    "map in the data": "the regions of its sparse files are more than 1000000",
    "map in blocks": "the regions of its sparse files are more than 1000000",
    "map in a record": "the regions of its sparse files are more than 1000000",
    "map in records": "a header has an extension of",
    "global header": "holds no database",
    "global headers": "end",
    "long names": "a name of",
    "one long name": "a header has an extension of 1073741824 bytes, above 8388608",
    "headers alone": "the bytes of its headers are more than 536870912",
    "padding": "more than 67108864 bytes of zeros after its end mark",
}


# The first entries, by which it is taken for a set of the database.
_FIRST = archives.tar_bytes(archives.store_files(), below="neo4j/").rstrip(b"\0")
FIRST = _FIRST + bytes(-len(_FIRST) % 512)


@pytest.mark.parametrize("name", bombs.TARS)
def test_a_tar(name: str, pod: Pod) -> None:
    first = b"" if "no database" in TARS[name] else FIRST
    bombs.write_tar(pod.bucket / "neo4j-latest.tar.gz", chain([first], bombs.TARS[name]()))
    pod.refuses(TARS[name])


@pytest.mark.parametrize("name", bombs.FLOODS)
def test_a_flood_of_what_is_empty(name: str, pod: Pod) -> None:
    start, piece = bombs.FLOODS[name]
    (pod.bucket / "neo4j-latest.tar.gz").write_bytes(start + piece * (20_000_000 // len(piece)))
    pod.refuses("frames for " if "frames" in name or "members" in name else "at most 4194304 may be empty")


ZIPS = {
    "entries": "its files and folders are more than 100000",
    "entries with long fields": "is not where its directory says",
    "entries with fields of fields": "is not where its directory says",
    "a directory above its bound": "its directory has 71558300 bytes, above 67108864",
    "a directory larger than the file": "was cut short",
}


@pytest.mark.parametrize("name", bombs.ZIPS)
def test_a_zip(name: str, pod: Pod) -> None:
    (pod.bucket / "neo4j-latest.zip").write_bytes(bombs.ZIPS[name]())
    pod.refuses(ZIPS[name])


KEY = pyrage.x25519.Identity.generate()
NOISE = Random(1).randbytes(500_000)  # noqa: S311 - filler
TAR = archives.tar_bytes({"neo4j/neostore": NOISE})
AGE_FILES = bombs.age_files(
    pyrage.encrypt(TAR, [KEY.to_public()]), pyrage.encrypt(TAR, [KEY.to_public()], armored=True)
)


@pytest.mark.parametrize("name", AGE_FILES)
def test_an_age_file(name: str, pod: Pod) -> None:
    (pod.top / "identity").write_text(f"{KEY}\n")
    start, length = AGE_FILES[name]
    with (pod.bucket / "neo4j-latest.tar.gz.age").open("wb") as file:
        file.write(start)
        file.truncate(max(length, len(start)))
    pod.refuses("age, ", AGE_IDENTITY_FILE=str(pod.top / "identity"))


def test_a_window_of_zstd_as_large_as_it_may_be(pod: Pod) -> None:
    noise = Random(1).randbytes(50_000_000)  # noqa: S311 - filler
    files = archives.store_files() | {f"noise/{number}": noise for number in range(5)}
    packed = archives.zst(archives.tar_bytes(files), window_log=bounds.LARGEST_WINDOW_LOG)
    (pod.bucket / "neo4j-latest.tar.zst").write_bytes(packed)
    with tally(KIND) as tries, tries.attempt("window"):
        code, said = pod.start()
        assert code == 0, said


def test_as_many_files_as_there_may_be(pod: Pod) -> None:
    """All the way to the swap, and once more over what is then there: no walk of the volume keeps what it has seen."""
    count = bounds.MOST_ENTRIES - 100 if everything() else 3000
    names = (f"neo4j/{'n' * 200}{number}" for number in range(count))
    store = archives.tar_bytes(archives.store_files(), below="neo4j/")
    pieces = [bombs.header(name, tarfile.REGTYPE) for name in names]
    bombs.write_tar(pod.bucket / "neo4j-latest.tar.gz", iter([*pieces, store]))
    with tally(KIND) as tries:
        for number in ("first", "second"):
            with tries.attempt(number):
                code, said = pod.start()
                assert code == 0, said


def test_as_many_stores_as_there_are_names(pod: Pod) -> None:
    above = "/".join(["n" * 200] * 4)
    names = (f"{above}/{number:0>200}/neostore" for number in range(2000))
    pieces = (bombs.extended(bombs.record("path", name)) + bombs.header("x", tarfile.REGTYPE) for name in names)
    bombs.write_tar(pod.bucket / "neo4j-latest.tar.gz", chain([FIRST], pieces, [bytes(1024)]))
    pod.refuses("the stores, dumps and artifacts in it are more than 1000")


def test_names_that_are_looked_at_before_the_transfer(pod: Pod) -> None:
    bombs.write_tar(pod.bucket / "neo4j-latest.tar.gz", bombs.TARS["long names"]())
    pod.refuses("a name of")
