"""What a lock and a report say of one set in a bucket."""

from dataclasses import dataclass
from typing import Any


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


def same(one: Pin, other: Pin) -> bool:
    """Tell whether two sets have the same bytes, by their checksums where there are both, else by the generation."""
    if one.checksum and other.checksum and one.checksum.partition(":")[0] == other.checksum.partition(":")[0]:
        return (one.checksum, one.size_bytes) == (other.checksum, other.size_bytes)
    return one.generation == other.generation


def as_json(pin: Pin | None) -> dict[str, Any] | None:
    """Return a set as `lock --json` and `report --json` print it: a published contract."""
    if pin is None:
        return None
    return {
        "object": pin.object,
        "generation": pin.generation,
        "checksum": pin.checksum or None,
        "size_bytes": pin.size_bytes,
        "time": pin.time,
        "stamp": pin.stamp,
        "kind": pin.kind,
    }
