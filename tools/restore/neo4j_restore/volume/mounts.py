"""What the kernel says of folders: their mount points, their file systems, and the flags that forbid changes."""

import fcntl
import os
import re
from pathlib import Path

# Source: linux/fs.h, FS_IOC_GETFLAGS of 64-bit machines, FS_IMMUTABLE_FL and FS_APPEND_FL.
_GET_FLAGS, _IMMUTABLE, _APPEND_ONLY = 0x80086601, 0x10, 0x20


def flags(folder: Path) -> str:
    """Return the flags, in chattr's letters, that prevent changes to a folder: none if they can't be read."""
    # `access` does not know of them: an immutable folder looks writable until the rename fails.
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return ""
    try:
        bits = int.from_bytes(fcntl.ioctl(descriptor, _GET_FLAGS, bytes(8))[:4], "little")
    except OSError:
        # Not every file system has these flags.
        return ""
    finally:
        os.close(descriptor)
    return ("i" if bits & _IMMUTABLE else "") + ("a" if bits & _APPEND_ONLY else "")


def device(path: Path) -> int:
    """Return the number of the file system that a path is on."""
    return path.stat().st_dev


def mount_of(path: Path, points: list[Path]) -> Path:
    """Return the mount point that a path is below, of these."""
    above = [point for point in points if path.resolve().is_relative_to(point)]
    return max(above, key=lambda point: len(point.parts), default=Path("/"))


def mount_points() -> list[Path]:
    """Return the mount points that this process sees: none where there is no /proc. Source: proc_pid_mountinfo(5)."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return []
    # The kernel writes blanks and backslashes of a path as octal numbers.
    return [Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), line.split()[4])) for line in lines]
