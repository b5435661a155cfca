"""How much memory the container may use."""

from contextlib import suppress
from pathlib import Path
from typing import Final

_CGROUPS: Final = Path("/sys/fs/cgroup")

# The files of control groups of version 2 and of version 1, as a container sees its own.
_FILES: Final = ("memory.max", "memory/memory.limit_in_bytes")

# Without a limit, version 1 has a number near 2 to the 63rd.
_NO_LIMIT: Final = 1 << 60


def limit_bytes(cgroups: Path = _CGROUPS) -> int:
    """Return the limit, or 0 where there is none or it can't be read. Source: the kernel's cgroup-v2 documentation."""
    for name in _FILES:
        # "max" is not a number either.
        with suppress(OSError, ValueError):
            limit = int((cgroups / name).read_text())
            return limit if limit < _NO_LIMIT else 0
    return 0
