"""`.sha256` files beside objects: what they say the object's bytes are; pure."""

import re
from typing import Final

from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.kinds import SUM

# Room for a list of some files; more is no checksum of one object.
MOST_BYTES: Final = 64 * 1024

# `HEX  NAME` and `HEX *NAME`, escaped or not; `SHA256 (NAME) = HEX`; HEX alone. Source: coreutils, sha256sum.
_LINE = re.compile(r"\\?([0-9a-fA-F]{64})(?: [ *](.+))?")
_TAGGED = re.compile(r"SHA256 \((.+)\) = ([0-9a-fA-F]{64})")


def parse(text: str, key: str) -> Checksum:
    """Return the checksum that the text of a `.sha256` file has for the object `key`, a key or URL.

    A single line counts whatever name it has: files are renamed on their way. Raises BackupDamagedError.
    """
    found = [each for line in text.splitlines() if (each := _line(line.strip()))]
    own = [digest for digest, name in found if name.rpartition("/")[2] == key.rpartition("/")[2]]
    meant = own or [digest for digest, _ in found if len(found) == 1]
    if len(set(meant)) == 1:
        return Checksum("sha256", bytes.fromhex(meant[0]))
    message = f"{key}{SUM} tells no checksum of {key}: it has {len(found)} checksums, {len(own)} of them under its name"
    raise BackupDamagedError(message, hint="write it anew with sha256sum, or remove it")


def _line(text: str) -> tuple[str, str] | None:
    if tagged := _TAGGED.fullmatch(text):
        return tagged[2].lower(), tagged[1]
    plain = _LINE.fullmatch(text)
    return (plain[1].lower(), plain[2] or "") if plain else None
