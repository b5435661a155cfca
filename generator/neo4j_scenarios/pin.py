"""What a lock and a report say of one set in a bucket."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pin:
    """One set of one database, as it lies in the bucket.

    object: its URL; of a folder, with a slash at the end. generation: as the store counts; of a set of many objects a
    hash of theirs. checksum: as `crc32c:` and base64, empty where the store tells none. time: UTC, as RFC 3339.
    """

    object: str
    generation: str
    checksum: str
    size_bytes: int
    time: str
    stamp: str
    kind: str
