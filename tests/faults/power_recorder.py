"""Records what a process does to a volume: after each change of its own the folder tree is compared with what it was.

So nothing is missed, whoever did it: what neo4j-admin wrote is found when it has ended, as written and never synced.
"""

import os
import pickle
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.acts import Fail, Nothing
from tests.faults.power import ROOT, Content, Entries, Event, File, Image, Sync


@dataclass(frozen=True)
class Recording:
    """A volume as it was, and all that happened to it."""

    first: Image
    events: list[Event]


class Record(Nothing):
    """Let every change be made, and record it."""

    def __init__(self, volume: str, to: str) -> None:
        """Take the volume's folder, and the file that the recording goes to."""
        self._volume, self._to = Path(volume), Path(to)
        self._nodes = {self._volume.stat().st_ino: ROOT}
        self._count = 0
        self._image, self._events = Image(), list[Event]()
        self._look()
        self._first, self._events = deepcopy(self._image), []

    def before(self, number: int, name: str, *args: Any) -> None:
        """Record the change before this one. An fsync is recorded at once, because it is not carried out."""
        self._look()
        if name in {"fsync", "fdatasync"}:
            self._events.append(Sync(self._nodes[os.fstat(args[0]).st_ino]))

    def ended(self) -> None:
        """Write the recording out."""
        self._look()
        self._to.write_bytes(pickle.dumps(Recording(self._first, self._events)))

    def _look(self) -> None:
        now = Image()
        for folder, entry in self._walk(self._volume, ROOT):
            status = entry.stat(follow_symlinks=False)
            node = self._node(entry, status.st_ino)
            now.folders.setdefault(folder, {})[entry.name] = node
            if entry.is_file():
                now.files[node] = File(Path(entry).read_bytes(), status.st_mtime_ns)
            else:
                now.folders.setdefault(node, {})
        self._compare(now)
        self._image = now

    def _walk(self, top: Path, node: int) -> Iterator[tuple[int, os.DirEntry[str]]]:
        for entry in sorted(os.scandir(top), key=lambda each: each.name):
            yield node, entry
            if entry.is_dir():
                yield from self._walk(Path(entry), self._node(entry, entry.stat().st_ino))

    def _node(self, entry: os.DirEntry[str], inode: int) -> int:
        if inode not in self._nodes:
            # Held open to the end: neo4j-admin's changes are not told one by one, and the inode of what is gone would
            # come back as another file's between two looks.
            os.open(entry, os.O_RDONLY)
            self._count += 1
            self._nodes[inode] = self._count
        return self._nodes[inode]

    def _compare(self, now: Image) -> None:
        was_at, is_at = _places(self._image), _places(now)
        for node, place in is_at.items():
            before = was_at.get(node, place)
            if node not in was_at:
                self._events.append(Entries(((*place, node),), node))
            elif before != place:
                self._events.append(Entries(((*before, None), (*place, node)), node))
        taken = set(is_at.values())
        for node, place in was_at.items():
            # Where another has its place, that one's coming was this one's end.
            if node not in is_at and place not in taken:
                self._events.append(Entries(((*place, None),), node))
        for node, file in now.files.items():
            if file != self._image.files.get(node):
                self._events.append(Content(node, file))


class RecordFailing(Record):
    """Record a command of which one change fails."""

    def __init__(self, volume: str, to: str, **fault: Any) -> None:
        """Take what `Record` takes, and what `Fail` takes."""
        super().__init__(volume, to)
        self._fail = Fail(**fault, lasts=False)

    def before(self, number: int, name: str, *args: Any) -> None:
        """Record the change before this one, and let this one fail if it is its turn."""
        self._fail.before(number, name, *args)
        super().before(number, name, *args)


def _places(image: Image) -> dict[int, tuple[int, str]]:
    """Return where each node is: its folder and name."""
    return {node: (folder, name) for folder, names in image.folders.items() for name, node in names.items()}


def read(path: Path) -> Recording:
    """Return what a child recorded."""
    recording: Recording = pickle.loads(path.read_bytes())  # noqa: S301 - our own child's
    return recording
