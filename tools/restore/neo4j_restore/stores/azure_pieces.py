"""Blobs without an MD5, in ranges that Azure reckons a CRC64 of: what came is what the service has.

It says nothing of what was uploaded. A range may be of 4 MiB at most, so that a large blob takes many requests.
Source: https://learn.microsoft.com/rest/api/storageservices/get-blob, x-ms-range-get-content-crc64.
"""

import base64
import binascii
from collections.abc import Callable
from io import RawIOBase
from typing import Any, Final, NamedTuple

from neo4j_restore.checksums import ALGORITHMS
from neo4j_restore.errors import StreamDamagedError

ASKING: Final = {"x-ms-range-get-content-crc64": "true"}

ANSWER: Final = "x-ms-content-crc64"

PIECE_BYTES: Final = 4 * 1024 * 1024


class Piece(NamedTuple):
    """The bytes of one range, and the CRC64 that the service has of them."""

    body: RawIOBase
    crc64: bytes


def crc64_of(text: str | None) -> bytes | None:
    """Return the CRC64 that an answer has, as `checksums` orders its bytes: it is that of NVMe, the last byte first.

    None where it has none.
    """
    try:
        found = base64.b64decode(text or "", validate=True)
    except binascii.Error:
        return None
    return found[::-1] if len(found) == 8 else None


class Pieces(RawIOBase):
    """The bytes of a span, piece after piece. Raises StreamDamagedError at the end of one that came damaged."""

    # How the transfer was checked: see `evidence`.
    transport = "crc64"
    checksum = None

    def __init__(self, first: Piece, ask: Callable[[int, int], Piece], span: tuple[int, int], name: str) -> None:
        """Take the first piece, what asks for a further one, and the object's URL for messages."""
        self._ask, self._name = ask, name
        self._offset, self._end = span
        self._begin(first)

    def _begin(self, piece: Piece) -> None:
        self._piece, self._running = piece, ALGORITHMS["crc64nvme"]()
        self._piece_end = min(self._offset + PIECE_BYTES, self._end)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with what comes next; 0 at the end alone."""
        if self._offset == self._piece_end and self._offset < self._end:
            self._piece.body.close()
            self._begin(self._ask(self._offset, min(self._offset + PIECE_BYTES, self._end)))
        view = memoryview(buffer)
        count = self._piece.body.readinto(view) or 0
        self._running.update(view[:count])
        self._offset += count
        if self._offset == self._piece_end and count:
            self._verify()
        return count

    def _verify(self) -> None:
        found = self._running.digest()
        if found != self._piece.crc64:
            span = f"the {PIECE_BYTES} bytes or fewer before byte {self._offset}"
            message = (
                f"{self._name} came damaged: {span} have the CRC64 {found.hex()}, Azure has {self._piece.crc64.hex()}"
            )
            raise StreamDamagedError(message)

    def close(self) -> None:
        """Give the connection back."""
        self._piece.body.close()
        super().close()
