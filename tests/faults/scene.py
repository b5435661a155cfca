"""A volume with an old database, a bucket with a new set, and what may be on the volume after a fault."""

import json
import os
import random
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.faults.forks import Ended, Forks
from tests.support import archives, standin
from tests.support.archives import snapshot
from tests.support.stores import Bucket

KEY = "neo4j-latest.tar.gz"

# What every test here asks for: a restore over what is there, one time.
WISH = {"DATABASE": "neo4j", "FORCE_OVERWRITE": "once", "RESTORE_ID": "wish"}

_AT_REST = {"lock", "receipt.json", "history.jsonl"}

_NOISE_BYTES = 300_000


def files(mark: str) -> dict[str, bytes]:
    """Return a store's files, of which one can't be packed: a set of it takes several reads."""
    noise = random.Random(mark).randbytes(_NOISE_BYTES)  # noqa: S311 - filler
    return archives.store_files(mark) | {"neostore.nodestore.db": noise}


def archive(mark: str) -> bytes:
    """Return the set of `files(mark)`."""
    return archives.tar_gz(files(mark))


def on_volume(store: Mapping[str, bytes], database: str = "neo4j") -> dict[str, bytes]:
    """Return the files of a data folder that holds this store alone, as restored by the stand-in for 4.4."""
    return {f"{'transactions' if _is_log(name) else 'databases'}/{database}/{name}": store[name] for name in store}


def _is_log(name: str) -> bool:
    return name.startswith(("neostore.transaction.db.", "checkpoint."))


@dataclass(frozen=True)
class Scene:
    """A pod whose volume held `old` when the fault came."""

    forks: Forks
    environment: dict[str, str]
    data: Path
    old: dict[str, bytes]

    def lay(self) -> None:
        """Make the volume what it was before the fault."""
        archives.empty(self.data)
        archives.write_database(self.data, "old")

    def lay_copy(self, copy: Path) -> None:
        """Make the volume what the folder `copy` holds."""
        archives.empty(self.data)
        shutil.copytree(copy, self.data, dirs_exist_ok=True)

    def start(self, **settings: str) -> Ended:
        """Run the restore, as the pod's container does at each start."""
        return self.forks.run("run", environment={**self.environment, **settings})

    def reason(self) -> str:
        """Return the message of the last failure, as the pod shows it."""
        return str(json.loads(Path(self.environment["TERMINATION_LOG"]).read_text())["message"])

    def holds(self, store: Mapping[str, bytes]) -> bool:
        """Tell whether the volume holds this store exactly, at rest, and the history says so once."""
        home = self.data / ".neo4j-restore"
        history = [json.loads(line) for line in (home / "history.jsonl").read_text().splitlines()]
        at_rest = {path.name for path in home.iterdir()} == _AT_REST
        recorded = [each["restore_id"] for each in history] == [WISH["RESTORE_ID"]]
        return snapshot(self.data) == on_volume(store) and at_rest and recorded

    def holds_files(self, store: Mapping[str, bytes]) -> bool:
        """Tell whether the volume holds this store exactly, at rest or not."""
        return snapshot(self.data) == on_volume(store)

    def holds_old(self) -> bool:
        """Tell whether Neo4j's files are byte for byte as before."""
        return snapshot(self.data) == self.old

    def is_untouched(self) -> bool:
        """Tell whether the volume is byte for byte as before, with nothing but the lock in our folder."""
        home = self.data / ".neo4j-restore"
        return self.holds_old() and {path.name for path in home.iterdir()} <= {"lock"}


def make(folder: Path, forks: Forks, bucket: str) -> Scene:
    """Return a scene below `folder`, on the bucket of this URL."""
    data, reason = folder / "data", folder / "reason"
    archives.write_database(data, "old")
    reason.touch()
    environment = {
        "PATH": os.environ["PATH"],
        "NEO4J_HOME": str(standin.install(folder / "neo4j")),
        "BUCKET": bucket,
        "DATA_DIR": str(data),
        "TERMINATION_LOG": str(reason),
        **WISH,
    }
    return Scene(forks, environment, data, snapshot(data))


def on_an_archive(folder: Path, forks: Forks, bucket: Bucket) -> Scene:
    """Return a scene below `folder`, on a bucket with a new set in an archive."""
    bucket.put(KEY, archive("new"))
    pod = make(folder, forks, bucket.url)
    pod.environment["STORAGE_EMULATOR_HOST"] = bucket.host
    return pod
