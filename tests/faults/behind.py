"""A pod behind a faulting proxy, and how its tries are counted."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.faults import scene
from tests.faults.forks import Ended, Forks
from tests.faults.proxy import Proxy, proxy
from tests.faults.scene import KEY, Scene
from tests.faults.table import everything, record
from tests.support.stores import Bucket

T = TypeVar("T")

NEW, NEWER = scene.files("new"), scene.files("newer")

# What a captive portal says to everything.
LOGIN = "<html><body>log in</body></html>"


@dataclass(frozen=True)
class Behind:
    """A pod with an old database, behind a proxy in front of a bucket with a new set."""

    proxy: Proxy
    bucket: Bucket
    pod: Scene

    def start(self, retry_seconds: str = "20", **settings: str) -> Ended:
        """Start the restore. It gives up a connection that is silent for a second."""
        patience = {"RETRY_SECONDS": retry_seconds, "STALL_SECONDS": "1"}
        return self.pod.start(**{"STORAGE_EMULATOR_HOST": self.proxy.host, **patience, **settings})

    def assert_next_start_restores(self, store: Mapping[str, bytes] = NEW) -> None:
        """Fail unless the store, back in order, gives the pod its set."""
        self.proxy.heal()
        ended = self.start()
        assert (ended.code, self.pod.holds(store)) == (0, True), ended


@contextmanager
def behind_a_proxy(bucket: Bucket, forks: Forks, folder: Path) -> Iterator[Behind]:
    """Put a new set into the bucket, and run a proxy before it until the block ends."""
    bucket.put(KEY, scene.archive("new"))
    with proxy(bucket.host) as running:
        yield Behind(running, bucket, scene.make(folder, forks, bucket.url))


def sampled(cases: Mapping[str, T], *names: str) -> dict[str, T]:
    """Return the cases of these names, or all in the full run."""
    return {name: case for name, case in cases.items() if everything() or name in names}


def survived(kind: str, *, well: bool) -> bool:
    """Record one try."""
    record(f"network: {kind}", 1, int(well))
    return well
