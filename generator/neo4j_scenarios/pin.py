"""A pin: one set in a bucket, as a lock and a report describe it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Pin:
    """One set of one database, as it lies in the bucket.

    object: its URL. A folder's URL ends with a slash.
    generation: the store's own. For a set of many objects, a hash of their generations.
    checksum: its kind and base64, such as `crc32c:AAAAAA==`. Empty if the store gives none.
    time: UTC, as RFC 3339.
    """

    object: str
    generation: str
    checksum: str
    size_bytes: int
    time: str
    stamp: str
    kind: str


def same(one: Pin, other: Pin) -> bool:
    """Return whether two sets have the same bytes: by their checksums if these are of one kind, else by generation."""
    if one.checksum and other.checksum and one.checksum.partition(":")[0] == other.checksum.partition(":")[0]:
        return (one.checksum, one.size_bytes) == (other.checksum, other.size_bytes)
    return one.generation == other.generation


def as_json(pin: Pin | None) -> dict[str, Any] | None:
    """Return a set in the form that `lock --json` and `report --json` print. This form is a published contract."""
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
