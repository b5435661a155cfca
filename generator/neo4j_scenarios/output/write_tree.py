"""Writes a tree of files to an output folder. Each file is written completely or not at all.

1. Write every changed file to a temporary file beside it. A full disk fails here, and leaves the folder as it was.
2. Sync the file system once. Otherwise a power cut could leave a file with its new name but without its content.
3. Rename all temporary files. No sync is needed: a power cut leaves each file old or new, and the next build sees that.
4. Remove orphans, with `--prune`.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from neo4j_scenarios.errors import Interrupted, OutputError, Problem
from neo4j_scenarios.output.compare import ATTRIBUTES, MARKER, NEW, Changes, Tree, attributes, marker, read
from neo4j_scenarios.output.sync import sync
from neo4j_scenarios.write import says

_ROOM: Final = "name a writable folder with enough free space"


def update(
    folder: Path, tree: Tree, changes: Changes, *, prune: bool = False, progress: Callable[[int], None] = lambda _: None
) -> None:
    """Make `folder` hold `tree`, by doing its `changes`. prune: remove orphans.

    progress: called with the number of files written so far.
    Raises OutputError if a file can't be written, and Interrupted at Ctrl-C. Both say what was done. Every file is then
    old or new.
    """
    writer = _Writer(folder, tree, progress)
    try:
        with writer.locked():
            writer.write([*changes.missing, *changes.stale])
            writer.remove([*changes.leftover, *(changes.orphaned if prune else ())])
    except OSError as error:
        writer.clean()
        what = f"can't be written: {error.strerror}. {writer.done[0].upper()}{writer.done[1:]}"
        raise OutputError(Problem(str(error.filename2 or error.filename or folder), what, _ROOM)) from error
    except KeyboardInterrupt as error:
        writer.clean()
        raise Interrupted(Problem(str(folder), writer.done, "run it again")) from error


class _Writer:
    """Writes files of a tree, and remembers how far it got."""

    def __init__(self, folder: Path, tree: Tree, progress: Callable[[int], None]) -> None:
        self._folder = folder
        self._tree = tree
        self._progress = progress
        self._made = ""  # the folder that was made or found last
        self._new_folders: list[str] = []
        self._prepared: list[str] = []  # the files whose temporary files are there
        self._replaced = 0

    @property
    def done(self) -> str:
        """The changes so far, as text."""
        if not self._replaced:
            return "the folder is unchanged"
        return f"{self._replaced} files are new, all others are unchanged"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder against a second build. Make it first if it does not exist."""
        self._make(str(self._folder))
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            what = "is being written by another neo4j-scenarios"
            raise OutputError(Problem(str(self._folder), what, "wait until it ends")) from error
        finally:
            os.close(handle)

    def write(self, paths: Sequence[str]) -> None:
        """Write the files of the tree at `paths`, and the folder's marker and attributes."""
        for count, path in enumerate(paths):
            self._prepare(path, self._tree.files[path])
            self._progress(count)
        mark = marker(self._tree.owner)
        if not (self._folder / MARKER).exists() or not says(read(self._folder, MARKER), mark):
            self._prepare(MARKER, mark)
        if not (self._folder / ATTRIBUTES).exists():
            self._prepare(ATTRIBUTES, attributes())
        sync(self._folder, map(self._temporary, self._prepared))
        for path in self._prepared:
            os.replace(self._temporary(path), f"{self._folder}/{path}")  # noqa: PTH105 - faster, for ten thousand files
            self._replaced += 1
        self._prepared.clear()

    def remove(self, paths: Sequence[str]) -> None:
        """Remove files, and folders that are then empty."""
        for path in paths:
            (self._folder / path).unlink(missing_ok=True)
            self._replaced += 1
            parent = (self._folder / path).parent
            while parent != self._folder and not any(parent.iterdir()):
                parent.rmdir()
                parent = parent.parent

    def clean(self) -> None:
        """Remove temporary files, and new folders that are empty. A file that can't be removed stays."""
        for path in self._prepared:
            _quietly(Path(self._temporary(path)).unlink)
        for folder in reversed(self._new_folders):
            _quietly(Path(folder).rmdir)

    def _temporary(self, path: str) -> str:
        above, slash, name = path.rpartition("/")
        return f"{self._folder}/{above}{slash}.{name}{NEW}"

    def _prepare(self, path: str, text: str) -> None:
        self._make(f"{self._folder}/{path}".rpartition("/")[0])
        self._prepared.append(path)
        mode = 0o777 if text.startswith("#!") else 0o666
        handle = os.open(self._temporary(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
        try:
            rest = memoryview(text.encode())
            while rest:
                rest = rest[os.write(handle, rest) :]
        finally:
            os.close(handle)

    def _make(self, folder: str) -> None:
        """Make a folder, and those above it, if they do not exist. Nothing looks first whether it exists."""
        if folder == self._made:
            return
        try:
            os.mkdir(folder)  # noqa: PTH102 - a path object would cost more than the call
            self._new_folders.append(folder)
        except FileExistsError:
            pass  # if it is not a folder, the file in it can't be opened
        except FileNotFoundError:
            self._make(str(Path(folder).parent))
            os.mkdir(folder)  # noqa: PTH102
            self._new_folders.append(folder)
        self._made = folder


def _quietly(remove: Callable[[], None]) -> None:
    try:
        remove()
    except OSError:
        return  # missing, not empty, or not removable: the error that matters is reported anyway
