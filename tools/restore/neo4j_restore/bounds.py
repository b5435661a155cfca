"""How much of a stranger's input is held in memory, or worked through, before it is judged.

Together these keep the process below `RESIDENT_BYTES` for any input; neo4j-admin's heap is apart.
tests/restore/test_bounds.py runs the command on hostile objects of each kind, and reads the peak.
"""

from typing import Final

from neo4j_restore.errors import BackupDamagedError

RESIDENT_BYTES: Final = 256 * 1024 * 1024

# Files and folders in an archive. A store has some hundreds, or thousands with many indexes. Python's own walks of the
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

# Regions of the sparse files in a tar that hold data; each takes 16 bytes of memory.
MOST_REGIONS: Final = 1_000_000

# Zeros behind the end of a tar. Tape drives and GNU tar's -b pad with less.
MOST_PADDING: Final = 64 * 1024 * 1024

# A zip's directory. It is read entry by entry; an entry takes 46 bytes, its name, and extra fields.
LARGEST_DIRECTORY: Final = 64 * 1024 * 1024

# The window of `zstd --long` (2 ** 27), which its own command accepts without a flag.
LARGEST_WINDOW_LOG: Final = 27

# The window of zstd inside something packed (2 ** 25): both windows are in memory at once.
LARGEST_INNER_WINDOW_LOG: Final = 25

# What `xz -9` takes. Its format allows 4 GiB.
MOST_XZ_BYTES: Final = 80 * 1024 * 1024

# Compressions around a set.
MOST_PACKINGS: Final = 2

# What is read of an unpacked archive to see what is in it, before its transfer.
MOST_SEEN_BYTES: Final = 512 * 1024 * 1024

# Frames of gzip, zstd or lz4: some, and one more for each so many unpacked bytes. bgzip writes one for each 64 KiB,
# and t2sz one for each file of a tar, which has a header of 512 bytes.
FRAMES: Final = 10_000
FRAME_BYTES: Final = 512

# Bytes of gzip, zstd or lz4 that unpack to nothing, or to less than half of their number: blocks may be empty too.
EMPTY_BYTES: Final = 4 * 1024 * 1024

# The header of an age file has a stanza of some 100 bytes for each recipient.
LONGEST_AGE_HEADER: Final = 64 * 1024


class Budget:
    """Counts what there is of something in a set, up to a bound. what: in the plural, with its verb."""

    def __init__(self, source: str, what: str, most: int) -> None:
        """Take the set's name, for messages."""
        self._source, self._what, self._most = source, what, most
        self._spent = 0

    def spend(self, count: int = 1) -> None:
        """Count some more. Raises BackupDamagedError past the bound."""
        self._spent += count
        if self._spent > self._most:
            raise exceeded(self._source, f"{self._what} more than {self._most}")


def exceeded(source: str, what: str) -> BackupDamagedError:
    """Return the error for a set that goes past a bound. what: what it has, and the bound."""
    return BackupDamagedError(
        f"{source} is not a backup set: {what}", hint="see what made it, or take another set: TIMESTAMP names one"
    )
