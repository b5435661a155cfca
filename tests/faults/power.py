"""A power loss, as a model: what a process did to a volume, and what of it may be left on the disk.

The model only assumes this:
- The bytes of a file at its last fsync are on the disk.
- An entry of a folder (made, renamed, removed) is on the disk once its folder was fsynced after it. For a rename that
  is the new folder.
- A rename is atomic, also over an existing entry. All journalled file systems promise that.
- Changes of one file or of one folder's entries reach the disk in their order.
Any part of the rest may be lost: each entry that was not synced is there or not, and bytes that were not synced are
there, cut short, or zeros.
"""

import os
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

ROOT = 0


@dataclass(frozen=True)
class File:
    """A file's bytes, and when they were written."""

    data: bytes
    mtime_ns: int


@dataclass(frozen=True)
class Entries:
    """Entries that changed at once: folder, name, and the node it names from then on, or None."""

    changed: tuple[tuple[int, str, int | None], ...]
    node: int

    @property
    def leads_to(self) -> int:
        """Return the folder whose fsync makes it sure."""
        return self.changed[-1][0]


@dataclass(frozen=True)
class Content:
    """What a file holds from now on."""

    node: int
    file: File


@dataclass(frozen=True)
class Sync:
    """An fsync of a file or folder."""

    node: int


Event = Entries | Content | Sync


@dataclass
class Image:
    """A volume: the entries of each folder and what each file holds, by node."""

    folders: dict[int, dict[str, int]] = field(default_factory=lambda: {ROOT: {}})
    files: dict[int, File] = field(default_factory=dict)

    def apply(self, event: Entries) -> None:
        """Change entries."""
        for folder, name, node in event.changed:
            if node is not None:
                self.folders.setdefault(folder, {})[name] = node
            elif self.folders.get(folder, {}).get(name) == event.node:
                del self.folders[folder][name]

    def write(self, top: Path, node: int = ROOT) -> None:
        """Write the volume out, into the folder `top` that is there."""
        for name, child in self.folders.get(node, {}).items():
            if child in self.files:
                (top / name).write_bytes(self.files[child].data)
                os.utime(top / name, ns=(self.files[child].mtime_ns,) * 2)
            else:
                (top / name).mkdir()
                self.write(top / name, child)


def all_of(first: Image, events: Sequence[Event]) -> Image:
    """Return the volume `first` after all of `events`."""
    image = deepcopy(first)
    for event in events:
        if isinstance(event, Entries):
            image.apply(event)
        elif isinstance(event, Content):
            image.files[event.node] = event.file
    return image


def left(first: Image, events: Sequence[Event], random: Random) -> Image:
    """Return a volume, one of the many that a power loss after `events` may leave of the volume `first`."""
    image = deepcopy(first)
    for number in sorted(_kept(events, random)):
        image.apply(events[number])  # type: ignore[arg-type]  # only entries are kept by number
    for node, (sure, now) in _contents(first, events).items():
        image.files[node] = now if sure == now else _torn(sure, now, random)
    return image


def _kept(events: Sequence[Event], random: Random) -> set[int]:
    """Return the numbers of the changes of entries that happened: the sure, some others, and what goes before them."""
    synced = {event.node: number for number, event in enumerate(events) if isinstance(event, Sync)}
    changes = {number: event for number, event in enumerate(events) if isinstance(event, Entries)}
    unsure = [number for number, event in changes.items() if synced.get(event.leads_to, -1) <= number]
    happened = set(changes).difference(unsure).union(_some(unsure, random))
    last = {changes[number].node: number for number in sorted(happened)}
    return {number for number, event in changes.items() if number <= last.get(event.node, -1)}


def _some(numbers: Sequence[int], random: Random) -> set[int]:
    """Return none, all, one, all but one, or a half of `numbers`: one that is out of its turn does the most harm."""
    one = set(random.sample(numbers, min(1, len(numbers))))
    half = {number for number in numbers if random.random() < 0.5}
    return random.choice((set[int](), set(numbers), one, set(numbers) - one, half, half))


def _contents(first: Image, events: Sequence[Event]) -> dict[int, tuple[File, File]]:
    """Return for each file what is sure to be on the disk, and what was written."""
    states = {node: (file, file) for node, file in first.files.items()}
    for event in events:
        if isinstance(event, Content):
            states[event.node] = (states.get(event.node, (File(b"", event.file.mtime_ns),))[0], event.file)
        elif isinstance(event, Sync) and event.node in states:
            states[event.node] = (states[event.node][1],) * 2
    return states


def _torn(sure: File, now: File, random: Random) -> File:
    """Return what may be there of bytes that were not synced. A file that only grew keeps what was."""
    data = now.data
    start = len(sure.data) if data.startswith(sure.data) else 0
    end = random.choice((start, random.randint(start, len(data)), max(start, len(data) - 1)))
    torn = random.choice((data[:end], data[:end] + bytes(len(data) - end)))
    return random.choice((sure, now, File(torn, now.mtime_ns), File(torn, now.mtime_ns)))
