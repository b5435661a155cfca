"""Bounds on input from outside: how much is held in memory, or worked through, before the input is judged.

Together they keep the process below `RESIDENT_BYTES` for any input. The heap of neo4j-admin is not included.
tests/faults/test_memory.py runs the command on hostile objects of each kind and measures the peak.
"""

from typing import Final

from neo4j_restore.errors import BackupDamagedError

RESIDENT_BYTES: Final = 256 * 1024 * 1024

# Files and folders in an archive. A store has hundreds, or thousands with many indexes. Python's own walks of the
# volume, and its removal, hold the names of a whole folder.
MOST_ENTRIES: Final = 100_000

# Folders in an archive that hold a store: a data folder has one for each database.
MOST_STORES: Final = 1000

# A file system's own bound on a name, and bounds on a path that leave room for the folder it goes into.
LONGEST_PART: Final = 255
LONGEST_NAME: Final = 1024
DEEPEST_NAME: Final = 64

# One extension header of a tar: a long name, or PAX records. PAX may list the regions of a sparse file in it.
LONGEST_EXTENSION: Final = 8 * 1024 * 1024

# All headers, extensions and maps of sparse files in a tar. An entry with PAX records takes 2 KiB.
MOST_HEADER_BYTES: Final = 512 * 1024 * 1024

# Regions of the sparse files in a tar that hold data. Each takes 16 bytes of memory.
MOST_REGIONS: Final = 1_000_000

# Zeros behind the end of a tar. Tape drives and GNU tar's -b pad with less.
MOST_PADDING: Final = 64 * 1024 * 1024

# A zip's directory. It is read entry by entry. An entry takes 46 bytes, its name, and extra fields.
LARGEST_DIRECTORY: Final = 64 * 1024 * 1024

# The window of `zstd --long` (2 ** 27), which its own command accepts without a flag.
LARGEST_WINDOW_LOG: Final = 27

# The window of zstd inside something packed (2 ** 25): both windows are in memory at once.
LARGEST_INNER_WINDOW_LOG: Final = 25

# The memory that `xz -9` takes. The format allows 4 GiB.
MOST_XZ_BYTES: Final = 80 * 1024 * 1024

# Layers of compression around a set.
MOST_PACKINGS: Final = 2

# How much of an unpacked archive is read to find its contents, before the transfer.
MOST_SEEN_BYTES: Final = 512 * 1024 * 1024

# Frames of gzip, zstd or lz4: a base number, and one more for each `FRAME_BYTES` unpacked. bgzip writes one for each 64
# KiB. t2sz writes one for each file of a tar, which has a header of 512 bytes.
FRAMES: Final = 10_000
FRAME_BYTES: Final = 512

# Bytes of gzip, zstd or lz4 that unpack to nothing, or to less than half their number. Blocks may be empty too.
EMPTY_BYTES: Final = 4 * 1024 * 1024

# The header of an age file has a stanza of some 100 bytes for each recipient.
LONGEST_AGE_HEADER: Final = 64 * 1024


class Budget:
    """Counts things in a set, up to a bound. what: names them in the plural, with the verb."""

    def __init__(self, source: str, reason: str, most: int) -> None:
        """Take the bound. source: the set's name, for messages."""
        self._source, self._what, self._most = source, reason, most
        self._spent = 0

    def spend(self, count: int = 1) -> None:
        """Count some more. Raises BackupDamagedError beyond the bound."""
        self._spent += count
        if self._spent > self._most:
            raise exceeded(self._source, f"{self._what} more than {self._most}")


def exceeded(source: str, reason: str) -> BackupDamagedError:
    """Return the error for a set that exceeds a bound. reason: what it has, and the bound."""
    return BackupDamagedError(
        f"{source} is not a backup set: {reason}",
        hint="check how it was made, or choose another set with TIMESTAMP",
    )
