"""However many objects bear a database's name, what is kept of a listing is bounded, and more is refused."""

import subprocess
import sys

import pytest
from tests.restore.stores.subjects import open_with

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.sets import listing
from neo4j_restore.spec import DatabaseName

_KEEP = """
import re
from datetime import datetime, timedelta, UTC
from neo4j_restore import stores
from neo4j_restore.sets import catalog, listing
from neo4j_restore.checksums import Checksum
from neo4j_restore.spec import DatabaseName
import google.cloud.storage

class Many:
    def list(self, prefix):
        for number in range(listing.MOST_KEPT):
            time = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(seconds=number)
            checksum = Checksum("crc32c", number.to_bytes(4, "big"))
            key = f"{prefix}neo4j-{time:%Y-%m-%dT%H-%M-%S}.tar.gz"
            yield stores.StoredObject(key, number, time, f'"{number:032x}"', checksum)

name = DatabaseName("neo4j")
found = listing.read(Many(), listing.Sieve("backups/nightly/", [name]))
shelf = catalog.find(found.candidates, "backups/nightly/", name)
assert len(shelf.sets) == listing.MOST_KEPT
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""


def test_as_many_as_are_kept_take_less_than_256_mib() -> None:
    done = subprocess.run([sys.executable, "-c", _KEEP], capture_output=True, text=True, check=True)
    assert 60 < int(done.stdout) < 256


def test_more_than_are_kept_is_a_mistake_of_configuration(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("bucket")
    for number in range(5):
        (folder / f"neo4j-2026-01-0{number + 1}.dump").touch()
    store, prefix = open_with({"BUCKET": f"file://{folder}"}), f"{folder}/".lstrip("/")
    sieve = listing.Sieve(prefix, [DatabaseName("neo4j")])
    assert len(listing.read(store, sieve, most_kept=5).candidates) == 5
    with pytest.raises(ConfigurationError, match="more than 4 objects") as raised:
        listing.read(store, sieve, most_kept=4)
    assert "IGNORE_OBJECTS" in raised.value.hint
    store.close()
