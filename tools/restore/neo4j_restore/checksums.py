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


# What each algorithm is called in a store's answer, in small letters.
ALGORITHMS: Final[dict[str, Callable[[], Running]]] = {
    "crc32c": _Crc32c,
    "md5": lambda: hashlib.md5(usedforsecurity=False),
    "sha256": hashlib.sha256,
}


@dataclass(frozen=True)
class Checksum:
    """What a store, or a file beside the object, says the bytes must give.

    algorithm: of `ALGORITHMS`. digest: bytes, as the algorithm's standard orders them.
    """

    algorithm: str
    digest: bytes

    def start(self) -> Running:
        """Return a new reckoning of the same kind."""
        return ALGORITHMS[self.algorithm]()

    def __str__(self) -> str:
        """Return it as `crc32c:` and base64, as receipts and messages have it."""
        return f"{self.algorithm}:{base64.b64encode(self.digest).decode()}"


def from_base64(algorithm: str, text: str | None) -> Checksum | None:
    """Return the checksum that a store gives in base64; None for an empty text."""
    return Checksum(algorithm, base64.b64decode(text)) if text else None
