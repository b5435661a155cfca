"""New files that are written at any offset, through the page cache or past it.

A page that is written once and not read here costs more time than the write itself. That is worst in a virtual machine
whose host has to find memory for the page first. So large files go past the page cache, where the file system allows
that. For small files the disk would be asked too often.
"""

import errno
import os
from pathlib import Path
from typing import Final

from neo4j_restore import disk

# Offsets, counts and memory of a write past the page cache are multiples of this. The usual disks and file systems take
# it. Others refuse the write, and then the page cache is used.
_UNIT: Final = 4096

_REFUSED: Final = frozenset({errno.EINVAL, errno.EOPNOTSUPP})


class CachedFile:
    """A file that is written through the page cache."""

    def __init__(self, path: Path) -> None:
        """Make the file, and its folder if needed. Raises OSError, also where there is a file."""
        self._descriptor = _new_file(path)

    def write(self, data: memoryview, offset: int) -> None:
        """Write all of `data`."""
        while data:
            count = os.pwrite(self._descriptor, data, offset)
            data, offset = data[count:], offset + count

    def close(self) -> None:
        """Close it."""
        os.close(self._descriptor)


class DirectFile(CachedFile):
    """A file that is written past the page cache, where that is possible. Several threads may write different bytes."""

    def __init__(self, path: Path) -> None:
        """Make the file as above."""
        super().__init__(path)
        self._direct = _direct(path)
        self._is_direct = self._direct >= 0

    def write(self, data: memoryview, offset: int) -> None:
        """Write all of `data`, whose memory begins with a page."""
        if self._is_direct:
            data, offset = self._write_direct(data, offset)
        super().write(data, offset)
        if not self._is_direct:
            disk.begin_writing(self._descriptor, offset, len(data))

    def _write_direct(self, data: memoryview, offset: int) -> tuple[memoryview, int]:
        """Write as much as can be. Return the rest and its offset. The last bytes of a file fill no unit."""
        try:
            while units := len(data) // _UNIT:
                count = os.pwrite(self._direct, data[: units * _UNIT], offset)
                data, offset = data[count:], offset + count
                # The disk is full, or nearly. The other way has the error.
                if count % _UNIT:
                    break
        except OSError as error:
            if error.errno not in _REFUSED:
                raise
            self._is_direct = False
        return data, offset

    def close(self) -> None:
        """Close it, once no thread writes to it."""
        super().close()
        if self._direct >= 0:
            os.close(self._direct)


def _new_file(path: Path) -> int:
    """Return the descriptor of a new file. Most of them are in folders that are there."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o666)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o666)


def _direct(path: Path) -> int:
    """Return a descriptor that writes past the page cache, or -1 if the file system has none."""
    try:
        return os.open(path, os.O_WRONLY | os.O_DIRECT | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in _REFUSED:
            return -1
        raise
