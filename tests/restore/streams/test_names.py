"""What the names of an archive cost: as many as there may be, each as long and as deep as it may be."""

import subprocess
import sys

_ACCEPT = """
import re
from neo4j_restore import bounds
from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.streams.names import EntryNames

names, count = EntryNames("the set"), 0
above = "/".join(f"{part:0>15}" for part in range(62))
try:
    while True:
        names.accept(f"{above}/{count:0>15}", folder=True)
        count += 1
except BackupDamagedError as error:
    print(error)
print(count, re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


def test_all_names_that_there_may_be_take_less_than_64_mib() -> None:
    done = subprocess.run([sys.executable, "-c", _ACCEPT], capture_output=True, text=True, check=True)
    refused, figures = done.stdout.splitlines()
    count, peak_kib = map(int, figures.split())
    assert refused == "the set is not a backup set: its files and folders are more than 100000"
    assert 99_000 < count < 100_000
    assert peak_kib < 64 * 1024
