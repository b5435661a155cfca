"""A restore that stands before its swap, and ways to cut the swap off or let it fail."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from tests.support import archives

from neo4j_restore import spec
from neo4j_restore.volume import journal, recovery, swap
from neo4j_restore.volume.journal import Journal, Phase
from neo4j_restore.volume.paths import VolumePaths

NEO4J, SYSTEM = map(spec.parse_database, ("neo4j", "system"))
RECORD = {
    "restore_id": "wish",
    "restored": [{"database": name, "wish": "wish"} for name in ("neo4j", "system")],
    "finished": "now",
}


class CutOffError(Exception):
    """The process ended here."""


def write(data: Path, mark: str, database: spec.DatabaseName, *, logs: bool = True) -> None:
    """Write a database of few files: each costs the exhaustive test an fsync."""
    archives.write_files(data / "databases" / database, {"neostore": mark.encode(), "index/1": mark.encode()})
    if logs:
        archives.write_files(data / "transactions" / database, {"checkpoint.0": mark.encode()})


def stage(paths: VolumePaths, *, logs: bool = True) -> dict[str, bytes]:
    """Stage both databases, and return what the volume must hold once they are swapped in."""
    paths.home.mkdir(exist_ok=True)
    swap.begin(paths, Journal(Phase.INTENT, "wish"))
    for database in (NEO4J, SYSTEM):
        write(paths.staged_data, "restored", database, logs=logs)
    return archives.snapshot_all(paths.staged_data)


def restore(paths: VolumePaths) -> None:
    swap.staged(paths)
    swap.complete(paths, swap.seal(paths, (NEO4J, SYSTEM), RECORD))


@contextmanager
def cut_off_at(number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """End the process before its `number`th change of the volume. Yield the names of those made."""
    made: list[str] = []

    def counted(name: str, call: Callable[..., object]) -> Callable[..., object]:
        def wrapper(*args: object, **options: object) -> object:
            if len(made) == number:
                raise CutOffError
            made.append(name)
            return call(*args, **options)

        return wrapper

    with monkeypatch.context() as patched:
        for name in ("rename", "replace", "unlink", "mkdir", "rmdir"):
            patched.setattr(os, name, counted(name, getattr(os, name)))
        # A process that ends loses nothing of what it wrote: syncing is counted, and not waited for.
        patched.setattr(os, "fsync", counted("fsync", lambda _: None))
        yield made


@dataclass
class CutOff:
    """A process that ends before its `number`th change of the volume, or gets to its end if it has fewer."""

    number: int
    monkeypatch: pytest.MonkeyPatch
    ended: bool = False

    @contextmanager
    def process(self) -> Iterator[None]:
        with suppress(CutOffError), cut_off_at(self.number, self.monkeypatch):
            yield
            self.ended = True

    def recovered(self, paths: VolumePaths, before: dict[str, bytes], after: dict[str, bytes]) -> bool:
        """Recover, and return whether the volume is as `after` the swap. It must be as `before` it otherwise."""
        recovery.recover(paths)
        content = archives.snapshot(paths.data)
        assert content in (before, after), f"before step {self.number}"
        assert journal.read(paths) is None
        return content == after


def cut_offs(monkeypatch: pytest.MonkeyPatch) -> Iterator[CutOff]:
    """Yield a process to be cut off before its first change, its second, and so on, until one gets to its end."""
    for number in count():
        cut = CutOff(number, monkeypatch)
        yield cut
        if cut.ended:
            return


@contextmanager
def failing(name: str, numbers: range, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let these of the calls of `os.NAME` fail, counted from here on."""
    call, made = getattr(os, name), count()

    def wrapper(*args: object, **options: object) -> object:
        if next(made) in numbers:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(args[0]))
        return call(*args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(os, name, wrapper)
        yield
