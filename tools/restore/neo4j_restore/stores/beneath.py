"""Paths below a folder. No link leads out of it, even if files are swapped while a path is followed."""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC

# The kernel's own limit.
_MOST_LINKS: Final = 40


class LeavesError(Exception):
    """A link leads out of the folder."""


@contextmanager
def place(top: Path, parts: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the descriptor of a folder below `top`, and the name in it, that `parts` lead to. The name is not a link.

    Links are followed here, one part after the other, each from an open folder. A link that is swapped meanwhile can't
    lead elsewhere. `top` itself may be reached by links. Raises LeavesError, and OSError.
    """
    folders = [os.open(top, FOLDER)]
    try:
        yield _follow(top, parts, folders)
    finally:
        for folder in folders:
            os.close(folder)


def _follow(top: Path, parts: Sequence[str], folders: list[int]) -> tuple[int, str]:
    """Open the folders on the way, each below the one before it. Return the last one, with the name in it."""
    todo, links = list(reversed(parts)), 0
    while todo:
        name = todo.pop()
        if name == "..":
            # At `top` itself.
            if len(folders) == 1:
                raise LeavesError
            os.close(folders.pop())
        elif stat.S_ISLNK(os.stat(name, dir_fd=folders[-1], follow_symlinks=False).st_mode):
            links += 1
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            target = os.readlink(name, dir_fd=folders[-1])
            if target.startswith("/"):
                target = _inside(top, target)
                while len(folders) > 1:
                    os.close(folders.pop())
            todo += [part for part in reversed(target.split("/")) if part not in {"", "."}]
        elif todo:
            # O_NOFOLLOW: if the folder was replaced by a link since `stat`, this fails.
            folders.append(os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=folders[-1]))
        else:
            return folders[-1], name
    return folders[-1], "."


def _inside(top: Path, target: str) -> str:
    """Return an absolute target relative to `top`. Raises LeavesError."""
    path = PurePosixPath(target)
    for base in (top, Path(os.path.realpath(top))):
        if path.is_relative_to(base):
            return str(path.relative_to(base))
    raise LeavesError
