"""The most memory that the restore container needs. Pure.

Measured with neo4j-admin of 5.26 on Java 17, with all pages of its heaps touched: the launcher took 186 MiB. The JVM
that it starts took 682 MiB for a heap of 512m, and 2,268 MiB for one of 2g. The chart calculates by the same rule, and
a test ties the two.
"""

from typing import Final

from neo4j_restore import bounds

# The memory of neo4j-restore itself, for any input.
PROGRAM_MIB: Final = bounds.RESIDENT_BYTES // 1024**2

# A second JVM starts neo4j-admin of 5 and later. It has a heap of 128 MiB and waits for the end.
LAUNCHER_MIB: Final = 256

# What a JVM takes beside its heap: a quarter of the heap, and never less than this.
LEAST_OVERHEAD_MIB: Final = 256

# A larger heap is surely a mistake. The chart and the generator refuse it, and their sums stay within an integer.
MOST_HEAP_MIB: Final = 1024**2

# The heap in a container without a limit. The chart's default limit gives the same.
DEFAULT_HEAP: Final = "512m"

# The least limit that was enough for a small set, of 1,000 nodes. With 300 MiB neo4j-admin was killed.
LEAST_LIMIT_MIB: Final = 512

# The heap for a limit stays between these. A smaller one is too small for most stores. A larger one would take memory
# that neo4j-admin needs outside its heap.
_LEAST_HEAP_MIB: Final = 128
_LARGEST_HEAP_MIB: Final = 8192

# The least off-heap memory for a check of a store. It keeps the pages of the store there.
_LEAST_OFF_HEAP_MIB: Final = 64

_UNITS: Final = {"k": 1024, "m": 1024**2, "g": 1024**3}


def heap_mib(heap_size: str) -> int:
    """Return a heap size such as `512m`, in MiB, rounded up."""
    return -(-int(heap_size[:-1]) * _UNITS[heap_size[-1].lower()] // 1024**2)


def limit_mib(heap_size: str) -> int:
    """Return the memory limit in MiB that a container needs for this heap of neo4j-admin.

    It does not include the page cache of files. The kernel counts those pages too, but reclaims them.
    """
    heap = heap_mib(heap_size)
    return PROGRAM_MIB + LAUNCHER_MIB + heap + max(LEAST_OVERHEAD_MIB, heap // 4)


def heap_size(limit_bytes: int) -> str:
    """Return the heap for a container with this memory limit, such as `512m`. limit_bytes: 0 for no limit.

    It is the largest heap that fits by `limit_mib`.
    """
    if not limit_bytes:
        return DEFAULT_HEAP
    room = limit_bytes // 1024**2 - PROGRAM_MIB - LAUNCHER_MIB
    heap = min(room - LEAST_OVERHEAD_MIB, room * 4 // 5)
    return f"{min(max(heap, _LEAST_HEAP_MIB), _LARGEST_HEAP_MIB)}m"


def off_heap_mib(heap_size: str, limit_bytes: int) -> int:
    """Return the memory that neo4j-admin may take outside its heap, in MiB, in a container with this memory limit.

    limit_bytes: 0 for no limit. Then it is as much as the heap.
    """
    room = limit_bytes // 1024**2 - limit_mib(heap_size) if limit_bytes else heap_mib(heap_size)
    return max(room, _LEAST_OFF_HEAP_MIB)
