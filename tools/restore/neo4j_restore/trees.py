"""Walks and removes trees of folders that someone else may have made, however deep they are.

`os.walk` and `shutil.rmtree` call themselves once for each level before Python 3.12 and 3.13. A tree of a thousand
levels ends them with RecursionError. No caller expects that error from the volume.
"""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

# A path of this many names fits in the longest path the system takes, 4096 bytes. It leaves room for the folders above.
_LEVELS: Final = 12


def walk(top: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield each folder with the names of its folders and of its files, from the top down. Links are not followed.

    A link to a folder is in neither list. A folder that can't be read has no names. Memory holds the names in one
    folder and in the folders above it.
    """
    waiting = [(top, [""])]
    while waiting:
        above, names = waiting[-1]
        if not names:
            waiting.pop()
            continue
        folder = above / names.pop()
        folders, others = _names(folder)
        yield folder, folders, others
        waiting.append((folder, folders[::-1]))


def _names(folder: Path) -> tuple[list[str], list[str]]:
    folders: list[str] = []
    others: list[str] = []
    # Whoever uses the unreadable folder later gets the error.
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            elif not (entry.is_symlink() and Path(entry).is_dir()):
                others.append(entry.name)
    return folders, others


def files(top: Path) -> Iterator[Path]:
    """Yield the files below `top`, sorted by their paths.

    Memory holds the names in one folder and in the folders above it. Raises OSError for a folder that can't be read.
    """
    waiting = [(top, _sorted(top))] if top.is_dir() else []
    while waiting:
        folder, names = waiting[-1]
        if not names:
            waiting.pop()
            continue
        path = folder / names.pop()
        if path.is_dir() and not path.is_symlink():
            waiting.append((path, _sorted(path)))
        elif path.is_file():
            yield path


def _sorted(folder: Path) -> list[str]:
    return sorted(os.listdir(folder), reverse=True)  # noqa: PTH208 - paths take more


def remove(top: Path) -> None:
    """Remove the folder `top` and everything in it, if it is there. Raises OSError for a link or file in its place."""
    if not os.path.lexists(top):
        return
    if not stat.S_ISDIR(top.lstat().st_mode):
        # shutil would open it first. For a FIFO that never returns.
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(top))
    try:
        shutil.rmtree(top)
    except (RecursionError, OSError) as error:
        # shutil also holds a descriptor for each level, and some systems allow few.
        if isinstance(error, OSError) and error.errno not in {errno.EMFILE, errno.ENAMETOOLONG}:
            raise
        _flatten(top)
        shutil.rmtree(top)


def _flatten(top: Path) -> None:
    """Move deep folders in `top` up to it, so that nothing in it lies deep any more."""
    waiting, number = [top], 0
    while waiting:
        for folder in list(_folders_at(waiting.pop(), _LEVELS)):
            while os.path.lexists(new := top / f"deep-{number}"):
                number += 1
            folder.rename(new)
            waiting.append(new)


def _folders_at(top: Path, levels: int) -> Iterator[Path]:
    """Yield the folders that lie `levels` levels below `top`."""
    for name in _names(top)[0]:
        if levels == 1:
            yield top / name
        else:
            yield from _folders_at(top / name, levels - 1)
