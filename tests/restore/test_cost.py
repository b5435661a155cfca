"""What a start may cost: a skip imports next to nothing, and memory is bounded whatever the set's size."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives
from tests.support.patience import HANGS_AFTER_SECONDS
from tests.support.says import says
from tests.support.stores import Bucket

# Each of these is a store's library, or the work that only a restore has.
_HEAVY = {
    "google",
    "requests",
    "urllib3",
    "awscrt",
    "google_crc32c",
    "isal",
    "zstandard",
    "typer",
    "tarfile",
    "neo4j",
    "neo4j_restore.finalize.carry_out",
    "neo4j_restore.finalize.decide",
    "neo4j_restore.stores.google.store",
    "neo4j_restore.stores.aws.store",
    "neo4j_restore.sets.catalog",
    "neo4j_restore.sets.naming",
    "neo4j_restore.sets.stamps",
    "neo4j_restore.transfer.fetch",
    "neo4j_restore.staging.stage",
    "neo4j_restore.staging.untar",
}

_RUN = """
import sys
from neo4j_restore.__main__ import main
try:
    main(["run"])
except SystemExit as ended:
    print(ended.code, *sorted(sys.modules))
"""


def imported(data: Path, **environment: str) -> list[str]:
    """Return the exit code of a run, and all modules that it imported."""
    variables = {"BUCKET": "gs://backups", "DATABASE": "neo4j", "DATA_DIR": str(data), **environment}
    variables["TERMINATION_LOG"] = str(data.parent / "reason")
    done = subprocess.run([sys.executable, "-c", _RUN], env=variables, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_start_that_skips_imports_no_stores_library_and_no_codec(data: Path) -> None:
    archives.write_database(data, "there")
    code, *modules = imported(data)
    assert (code, _HEAVY.intersection(modules)) == ("0", set())


def test_these_modules_are_what_a_restore_imports(data: Path) -> None:
    code, *modules = imported(data, STORAGE_EMULATOR_HOST="http://127.0.0.1:9", RETRY_SECONDS="0")
    assert code == "2", "no neo4j-admin here"
    assert {"google", "requests", "neo4j_restore.stores.google.store", "neo4j_restore.transfer.fetch"} <= set(modules)


_OPENED = """
import sys
from neo4j_restore.__main__ import main
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
try:
    main(["run"])
except SystemExit as ended:
    print(ended.code, sum(path.endswith("receipt.json") for path in opened))
"""


@pytest.mark.parametrize(
    ("variables", "reads"),
    [
        ({}, "0"),
        ({"VOLUME_ID": "prod/data-graph-0"}, "1"),
        ({"VOLUME_ID": "prod/data-graph-0", "ON_FOREIGN_VOLUME": "fail"}, "1"),
        ({"VOLUME_ID": "prod/data-graph-0", "FORCE_OVERWRITE": "once"}, "1"),
    ],
    ids=["no use", "for a warning", "to refuse a copy", "for once as well"],
)
def test_a_start_with_nothing_to_do_reads_the_receipt_once_at_most(
    neo4j_restore: Run, bucket: Bucket, data: Path, variables: dict[str, str], reads: str
) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", VOLUME_ID="prod/data-graph-0"), 0)
    env = {"BUCKET": bucket.url, "DATABASE": "neo4j", "DATA_DIR": str(data), **variables}
    env["TERMINATION_LOG"] = str(data.parent / "reason")
    done = subprocess.run([sys.executable, "-c", _OPENED], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", reads], done.stderr


_READ = """
import importlib, re, sys, threading
from contextlib import closing
from neo4j_restore.staging import stage
from neo4j_restore.sets import catalog
from neo4j_restore.transfer.download import download
from neo4j_restore.transfer.options import DownloadOptions
from neo4j_restore.transfer.progress import Progress
from neo4j_restore.stores.local import LocalStore

def peak_mib():
    # Of this program alone: ru_maxrss also counts whoever started it, as large as it was then.
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024

importlib.import_module("neo4j_restore.stores.google.store")
(stored,) = LocalStore().list(sys.argv[1].lstrip("/"))
options = DownloadOptions(60, 32)
with closing(download(LocalStore(), stored, options, Progress("", stored.size_bytes))) as stream:
    # As for a network that is far slower than the reader: all connections; then a reader that is slower than they.
    stream.fetch.concurrency.limit = 32
    size = len(stream.read(1))
    # Less would be no test of the bound.
    while peak_mib() < 80:
        threading.Event().wait(0.01)
    while block := stream.read(65536):
        size += len(block)
print(size, peak_mib())
"""


def test_many_connections_and_a_slow_reader_take_less_than_160_mib(tmp_path: Path) -> None:
    path = tmp_path / "neo4j.dump"
    with path.open("wb") as file:
        file.truncate(400_000_000)
    argv = [sys.executable, "-c", _READ, str(path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=HANGS_AFTER_SECONDS)
    size, peak_mib = map(int, done.stdout.split())
    assert size == 400_000_000
    assert 80 <= peak_mib < 160
