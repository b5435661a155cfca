"""How much memory the restore container needs at most; pure.

Measured with neo4j-admin of 5.26 on Java 17, all pages of its heaps touched: the launcher took 186 MiB, the JVM that it
starts 682 MiB for a heap of 512m and 2,268 MiB for one of 2g. The chart reckons by the same rule; a test ties the two.
"""

from typing import Final

from neo4j_restore import bounds

# What neo4j-restore itself takes, whatever it reads.
PROGRAM_MIB: Final = bounds.RESIDENT_BYTES // 1024**2

# neo4j-admin of 5 and later is started by a second JVM, which has a heap of 128 MiB and waits for its end.
LAUNCHER_MIB: Final = 256

# What a JVM takes beside its heap: a quarter of it, and never less than this.
LEAST_OVERHEAD_MIB: Final = 256

# What nobody means: the chart and the generator refuse a larger heap, and their sums stay within an integer.
MOST_HEAP_MIB: Final = 1024**2

_UNITS: Final = {"k": 1024, "m": 1024**2, "g": 1024**3}


def heap_mib(heap_size: str) -> int:
    """Return a heap size such as `512m`, in MiB, rounded up."""
    return -(-int(heap_size[:-1]) * _UNITS[heap_size[-1].lower()] // 1024**2)


def limit_mib(heap_size: str) -> int:
    """Return the memory limit, in MiB, that a container needs with this heap of neo4j-admin.

    The pages of files that were read or written are not in it: the kernel counts them too, and gives them back.
    """
    heap = heap_mib(heap_size)
    return PROGRAM_MIB + LAUNCHER_MIB + heap + max(LEAST_OVERHEAD_MIB, heap // 4)
