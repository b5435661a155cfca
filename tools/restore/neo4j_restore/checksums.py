"""Checksums that stores keep of their objects, and the same reckoned from bytes as they pass."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol


class Running(Protocol):
    """A checksum under way, as hashlib has them."""

    def update(self, data: Any, /) -> None:
        """Take `data`, which follows what was taken before."""
        ...

    def digest(self) -> bytes:
        """Return the checksum of all that was taken."""
        ...


class _Crc32c:
    def __init__(self) -> None:
        # Imported here: a start with nothing to do reckons nothing.
        import google_crc32c

        self._found = google_crc32c.Checksum()

    def update(self, data: Any, /) -> None:
        # The C extension takes nothing but bytes.
        self._found.update(bytes(data))

    def digest(self) -> bytes:
        return bytes(self._found.digest())


class _AwsCrc:
    """A CRC of awscrt's, whose functions take what came before: `crc32` or `crc64nvme`."""

    def __init__(self, name: str, width: int) -> None:
        from awscrt import checksums

        self._step: Callable[[Any, int], int] = getattr(checksums, name)
        self._found, self._width = 0, width

    def update(self, data: Any, /) -> None:
        self._found = self._step(data, self._found)

    def digest(self) -> bytes:
        return self._found.to_bytes(self._width, "big")


# What each algorithm is called in a store's answer, in small letters.
ALGORITHMS: Final[dict[str, Callable[[], Running]]] = {
    "crc32c": _Crc32c,
    "crc32": lambda: _AwsCrc("crc32", 4),
    "crc64nvme": lambda: _AwsCrc("crc64nvme", 8),
    "md5": lambda: hashlib.md5(usedforsecurity=False),
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
}


class _Composite:
    """A checksum of the checksums of parts, as S3 keeps of what came in parts."""

    def __init__(self, start: Callable[[], Running], part_bytes: int) -> None:
        self._start, self._part_bytes = start, part_bytes
        self._done, self._part, self._left = b"", start(), part_bytes

    def update(self, data: Any, /) -> None:
        view = memoryview(data)
        while view:
            if not self._left:
                self._done += self._part.digest()
                self._part, self._left = self._start(), self._part_bytes
            now, view = view[: self._left], view[self._left :]
            self._part.update(now)
            self._left -= len(now)

    def digest(self) -> bytes:
        whole = self._start()
        whole.update(self._done + self._part.digest())
        return whole.digest()


@dataclass(frozen=True)
class Checksum:
    """What a store, or a file beside the object, says the bytes must give.

    algorithm: of `ALGORITHMS`. digest: bytes, as the algorithm's standard orders them.
    part_bytes: for a checksum of the checksums of parts the size of a part, else 0. The last part may be smaller.
    guessed: nobody says that it is one: an ETag in the form of an MD5, or parts that may be of other sizes. Bytes that
    give it are right; bytes that don't may be right as well.
    """

    algorithm: str
    digest: bytes
    part_bytes: int = 0
    guessed: bool = False

    def start(self) -> Running:
        """Return a new reckoning of the same kind."""
        start = ALGORITHMS[self.algorithm]
        return _Composite(start, self.part_bytes) if self.part_bytes else start()

    def __str__(self) -> str:
        """Return it as `crc32c:` and base64, as receipts and messages have it; with the size of parts, if of such."""
        parts = f" of parts of {self.part_bytes} bytes" if self.part_bytes else ""
        return f"{self.algorithm}:{base64.b64encode(self.digest).decode()}{parts}"


def from_base64(algorithm: str, text: str | None) -> Checksum | None:
    """Return the checksum that a store gives in base64; None for an empty text."""
    return Checksum(algorithm, base64.b64decode(text)) if text else None
