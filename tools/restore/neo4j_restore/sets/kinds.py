"""The forms of a backup set, and the name endings that stand for them."""

import string
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """The forms of a set."""

    ARCHIVE = "archive"
    ZIP = "zip"
    DIRECTORY = "directory"
    DUMP = "dump"
    BACKUP = "backup"


_TARS = (
    *(".tar.gz", ".tgz", ".tar.zst", ".tar.zstd", ".tzst", ".tar.lz4", ".tlz4", ".tar.xz", ".txz", ".tar.bz2", ".tbz2"),
    ".tar",
)

# People pack a dump or backup once more, and a store may pack an object when it is uploaded.
_PACKED = ("", ".gz", ".zst", ".zstd", ".lz4", ".xz", ".bz2")

# The form that a name's ending makes likely. The first bytes decide. The longest ending that fits counts.
ENDINGS: Final = {
    **{f".backup{tar}": Kind.ARCHIVE for tar in _TARS},
    **dict.fromkeys(_TARS, Kind.ARCHIVE),
    ".zip": Kind.ZIP,
    **{f".dump{packed}": Kind.DUMP for packed in _PACKED},
    **{f".backup{packed}": Kind.BACKUP for packed in _PACKED},
    # Scripts give this ending to the output of `neo4j-admin dump --to-stdout | gzip`. A packed tar may have it as well.
    ".gz": Kind.ARCHIVE,
}

# `.backup.tar.gz` has the most.
_MOST_PARTS: Final = max(ending.count(".") for ending in ENDINGS)

# After any of these: encrypted by age. Beside any of these: a file with its checksum.
AGE: Final = ".age"
SUM: Final = ".sha256"


# Unlike `str.lower` this keeps the length, so that a position in one text is the same in the other.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def lower(text: str) -> str:
    """Return `text` with A to Z in lower case. Database names and the endings of backups have no other letters."""
    return text.translate(_LOWER)


def split_ending(name: str) -> tuple[str, str]:
    """Return a name without its ending, and the ending in lower case, empty for an unknown one.

    `.age` at the end belongs to neither. Case is ignored, for example in `neo4j.TAR.GZ`.
    """
    folded = lower(name).removesuffix(AGE)
    ending, at = "", len(folded)
    for _ in range(_MOST_PARTS):
        at = folded.rfind(".", 0, at)
        if at < 0:
            break
        if folded[at:] in ENDINGS:
            ending = folded[at:]
    return name[: len(folded) - len(ending)], ending
