"""A run of neo4j-admin to be made, and the traces that its work leaves in the staging folder."""

from collections.abc import Iterable
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path

from neo4j_restore import trees
from neo4j_restore.stopwatch import Phase

log = getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A run of neo4j-admin.

    conf: the folder of its configuration, in the staging folder. lock: the descriptor of the volume's lock.
    name: what it works on, for messages. blocks: a stream for its standard input, or None.
    phase: whose time it is, unless it reads a stream. most_seconds: after these it is ended, None for no limit.
    compiles_little: see `launch.environment`.
    """

    argv: list[str]
    conf: Path
    lock: int
    name: str
    blocks: Iterable[bytes] | None = None
    phase: Phase = Phase.LOAD
    most_seconds: float | None = None
    compiles_little: bool = False

    @property
    def staging(self) -> Path:
        """The folder in which it works."""
        return self.conf.parent


def tell_silence(staging: Path, seconds: float, last: str) -> None:
    """Log that neo4j-admin has been silent. last: its last line, or empty."""
    size = traces(staging)[0]
    log.warning(
        "neo4j-admin has printed nothing for %.0f s, and its files have not grown: %s has %d bytes. Its last line: %s",
        *(seconds, staging, size, last or "nothing"),
    )


def traces(staging: Path) -> tuple[int, int]:
    """Return the bytes on the disk below `staging`, and the newest time of a change. A change of either shows work."""
    size = newest = 0
    for folder, _, names in trees.walk(staging):
        for name in names:
            try:
                status = (folder / name).lstat()
            except OSError:
                # neo4j-admin moves and removes files as it works, so one may vanish between listing and `lstat`.
                continue
            size, newest = size + status.st_blocks * 512, max(newest, status.st_mtime_ns)
    return size, newest
