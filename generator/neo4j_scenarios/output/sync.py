"""Makes files that were written survive a power cut."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

# For more files, one sync of the whole file system is cheaper. 500 files took 0.02 s instead of 1.3 s.
SINGLE: Final = 50


def sync(folder: Path, files: Iterable[str]) -> None:
    """Wait until the content of `files`, which are under `folder`, is on the disk. Raises OSError if it can't be."""
    paths = list(files)
    if len(paths) > SINGLE and sys.platform == "linux":
        _sync_file_system(folder)
        return
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sync_file_system(folder: Path) -> None:
    # Python offers sync(2), but not syncfs(2). sync(2) would wait for every other disk as well.
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        if library.syncfs(handle):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(handle)
