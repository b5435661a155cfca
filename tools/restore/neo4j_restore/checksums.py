"""Checksums that stores keep of their objects, and the same checksums computed from bytes as they pass."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol


class Hasher(Protocol):
    """A checksum under way, with the methods of hashlib's objects."""

    def update(self, data: Any, /) -> None:
        """Add `data`, which follows the data of the calls before."""
        ...

    def digest(self) -> bytes:
        """Return the checksum of all data so far."""
        ...


class _Crc32c:
    def __init__(self) -> None:
        # Imported here: a start with nothing to do computes no checksum, and must stay light.
        import google_crc32c

        self._crc = google_crc32c.Checksum()

    def update(self, data: Any, /) -> None:
        # The C extension accepts only `bytes`, not a memoryview.
        self._crc.update(bytes(data))

    def digest(self) -> bytes:
        return bytes(self._crc.digest())


class _AwsCrc:
    """A CRC of awscrt: `crc32` or `crc64nvme`. Its functions take the CRC of the bytes before."""

    def __init__(self, name: str, width: int) -> None:
        from awscrt import checksums

        self._step: Callable[[Any, int], int] = getattr(checksums, name)
        self._crc, self._width = 0, width

    def update(self, data: Any, /) -> None:
        self._crc = self._step(data, self._crc)

    def digest(self) -> bytes:
        return self._crc.to_bytes(self._width, "big")


# The names are those in stores' answers, in lower case.
ALGORITHMS: Final[dict[str, Callable[[], Hasher]]] = {
    "crc32c": _Crc32c,
    "crc32": lambda: _AwsCrc("crc32", 4),
    "crc64nvme": lambda: _AwsCrc("crc64nvme", 8),
    "md5": lambda: hashlib.md5(usedforsecurity=False),
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
}

# Those of bytes whose parts were summed in any order.
COMBINABLE: Final = frozenset({"crc32c", "crc32", "crc64nvme"})


class _Composite:
    """A checksum of the checksums of parts. S3 keeps these for multipart uploads."""

    def __init__(self, start: Callable[[], Hasher], part_bytes: int) -> None:
        self._start, self._part_bytes = start, part_bytes
        self._done, self._part, self._left = b"", start(), part_bytes

    def update(self, data: Any, /) -> None:
        view = memoryview(data)
        while view:
            if not self._left:
                self._done += self._part.digest()
                self._part, self._left = self._start(), self._part_bytes
            piece, view = view[: self._left], view[self._left :]
            self._part.update(piece)
            self._left -= len(piece)

    def digest(self) -> bytes:
        whole = self._start()
        whole.update(self._done + self._part.digest())
        return whole.digest()


@dataclass(frozen=True)
class Checksum:
    """The checksum that a store, or a file beside the object, states for the object's bytes.

    algorithm: of `ALGORITHMS`. digest: bytes, in the order that the algorithm's standard defines.
    part_bytes: for a composite (multipart) checksum the size of a part, else 0. The last part may be smaller.
    guessed: the store does not say that this is a checksum of the bytes. Examples are an ETag that looks like an MD5,
    and parts whose sizes may differ. Bytes that match it are right. Bytes that do not match it may be right as well.
    """

    algorithm: str
    digest: bytes
    part_bytes: int = 0
    guessed: bool = False

    def start(self) -> Hasher:
        """Return a new, empty computation of this kind."""
        start = ALGORITHMS[self.algorithm]
        return _Composite(start, self.part_bytes) if self.part_bytes else start()

    def __str__(self) -> str:
        """Return it as `crc32c:` and base64, for receipts and messages. A composite one names the size of its parts."""
        parts = f" of parts of {self.part_bytes} bytes" if self.part_bytes else ""
        return f"{self.algorithm}:{base64.b64encode(self.digest).decode()}{parts}"


def from_base64(algorithm: str, text: str | None) -> Checksum | None:
    """Return the checksum that a store gives in base64, or None for an empty text."""
    return Checksum(algorithm, base64.b64decode(text)) if text else None


def combined(algorithm: str, digests: Sequence[tuple[bytes, int]]) -> bytes:
    """Return the checksum of bytes by the checksums and lengths of its parts, in order. algorithm: of `COMBINABLE`."""
    from awscrt import checksums

    combine: Callable[[int, int, int], int] = getattr(checksums, f"combine_{algorithm}")
    (whole, _), *others = digests
    crc = int.from_bytes(whole, "big")
    for digest, count in others:
        crc = combine(crc, int.from_bytes(digest, "big"), count)
    return crc.to_bytes(len(whole), "big")
