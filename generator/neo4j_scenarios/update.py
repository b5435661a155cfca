"""A tree of files -> a folder of ours that holds it, each file whole or not at all.

1. Every file that changes is written to a temporary file beside it: a full disk is met here, and leaves all as it was.
2. One sync of the file system: no name will stand for a file whose text a power cut took away.
3. All renames. They need no sync: a power cut leaves each file old or new, and the next build finds what is old.
4. Orphans are removed, where that is asked for.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from neo4j_scenarios.errors import Interrupted, OutputError, Problem
from neo4j_scenarios.output import ATTRIBUTES, MARKER, NEW, Changes, Tree, attributes, marker, read
from neo4j_scenarios.sync import sync
from neo4j_scenarios.write import says

_ROOM: Final = "name a folder that may be written to, and has room"


def update(
    folder: Path, tree: Tree, changes: Changes, *, prune: bool = False, progress: Callable[[int], None] = lambda _: None
) -> None:
    """Make `folder` hold `tree`, of which it differs by `changes`; with `prune` orphans are removed.

    progress: is told the number of files written so far. Raises OutputError where a file can't be written, with what
    was done before, and Interrupted at Ctrl-C; every file is then old or new.
    """
    writer = _Writer(folder, tree, progress)
    try:
        with writer.locked():
            writer.write([*changes.missing, *changes.stale])
            writer.remove([*changes.leftover, *(changes.orphaned if prune else ())])
    except OSError as error:
        writer.clean()
        what = f"can't be written: {error.strerror}; {writer.done}"
        raise OutputError(Problem(str(error.filename2 or error.filename or folder), what, _ROOM)) from error
    except KeyboardInterrupt as error:
        writer.clean()
        raise Interrupted(Problem(str(folder), writer.done, "run it again")) from error


class _Writer:
    """Writes files of a tree, and knows how far it got."""

    def __init__(self, folder: Path, tree: Tree, progress: Callable[[int], None]) -> None:
        self._folder = folder
        self._tree = tree
        self._progress = progress
        self._made: list[Path] = []  # folders
        self._temporary: dict[str, str] = {}  # temporary file -> the file that it becomes
        self._replaced = 0

    @property
    def done(self) -> str:
        """What was changed so far, in words."""
        if not self._replaced:
            return "the folder is as it was"
        return f"{self._replaced} files are new, all others as they were"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep a second build out of the folder, which is made if it is not there."""
        self._make(self._folder)
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            what = "is being written by another neo4j-scenarios"
            raise OutputError(Problem(str(self._folder), what, "wait for it to end")) from error
        finally:
            os.close(handle)

    def write(self, paths: Sequence[str]) -> None:
        """Write the files of the tree at `paths`, and the marker of the folder."""
        for count, path in enumerate(paths):
            self._prepare(path, self._tree.files[path])
            self._progress(count)
        mark = marker(self._tree.owner)
        if not (self._folder / MARKER).exists() or not says(read(self._folder, MARKER), mark):
            self._prepare(MARKER, mark)
        if not (self._folder / ATTRIBUTES).exists():
            self._prepare(ATTRIBUTES, attributes())
        sync(self._folder, self._temporary)
        for temporary, path in self._temporary.items():
            os.replace(temporary, path)  # noqa: PTH105 - ten thousand of them
            self._replaced += 1
        self._temporary.clear()

    def remove(self, paths: Sequence[str]) -> None:
        """Remove files, and the folders that are empty then."""
        for path in paths:
            (self._folder / path).unlink(missing_ok=True)
            self._replaced += 1
            parent = (self._folder / path).parent
            while parent != self._folder and not any(parent.iterdir()):
                parent.rmdir()
                parent = parent.parent

    def clean(self) -> None:
        """Remove temporary files, and folders that were made and are empty; what can't be removed stays."""
        for temporary in self._temporary:
            _quietly(Path(temporary).unlink)
        for folder in reversed(self._made):
            _quietly(folder.rmdir)

    def _prepare(self, path: str, text: str) -> None:
        parent, _, name = path.rpartition("/")
        if parent:
            self._make(self._folder / parent)
        final = f"{self._folder}/{path}"
        temporary = f"{self._folder}/{parent}/.{name}{NEW}"
        self._temporary[temporary] = final
        mode = 0o777 if text.startswith("#!") else 0o666
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
        try:
            left = memoryview(text.encode())
            while left:
                left = left[os.write(handle, left) :]
        finally:
            os.close(handle)

    def _make(self, folder: Path) -> None:
        absent = []
        while not folder.is_dir():
            absent.append(folder)
            folder = folder.parent
        for each in reversed(absent):
            each.mkdir()
            self._made.append(each)


def _quietly(remove: Callable[[], None]) -> None:
    try:
        remove()
    except OSError:
        return  # not there, not empty, or not to be removed: what counts was told already
