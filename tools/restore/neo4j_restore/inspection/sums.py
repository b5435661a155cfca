"""`.sha256` files beside objects: the checksum that they state for the object. Pure."""

import re
from typing import Final

from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.sets.kinds import SUM

# Room for a list of some files. A longer text is not a checksum of one object.
MOST_BYTES: Final = 64 * 1024

# `HEX  NAME` and `HEX *NAME`, escaped or not; `SHA256 (NAME) = HEX`; HEX only. Source: coreutils, sha256sum.
_LINE = re.compile(r"\\?([0-9a-fA-F]{64})(?: [ *](.+))?")
_TAGGED = re.compile(r"SHA256 \((.+)\) = ([0-9a-fA-F]{64})")


def parse(text: str, key: str) -> Checksum:
    """Return the checksum for the object `key`, a key or URL, in the text of a `.sha256` file.

    A single line counts whatever name it has, because files are renamed on their way. Raises BackupDamagedError.
    """
    lines = [each for line in text.splitlines() if (each := _line(line.strip()))]
    same = [digest for digest, name in lines if name.rpartition("/")[2] == key.rpartition("/")[2]]
    candidates = same or [digest for digest, _ in lines if len(lines) == 1]
    if len(set(candidates)) == 1:
        return Checksum("sha256", bytes.fromhex(candidates[0]))
    message = (
        f"{key}{SUM} has no single checksum of {key}: it has {len(lines)} checksums, {len(same)} of them with its name"
    )
    raise BackupDamagedError(message, hint="write it again with sha256sum, or remove it")


def _line(text: str) -> tuple[str, str] | None:
    if tagged := _TAGGED.fullmatch(text):
        return tagged[2].lower(), tagged[1]
    plain = _LINE.fullmatch(text)
    return (plain[1].lower(), plain[2] or "") if plain else None
