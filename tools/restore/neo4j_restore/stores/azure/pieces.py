"""Blobs without an MD5, read in ranges with a CRC64 by Azure, which shows that the service's bytes have arrived.

It says nothing about the bytes that were uploaded. A range has at most 4 MiB, so a large blob takes many requests.
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

# Azure computes the checksum of a range only up to this size, and refuses a longer one with 400.
PIECE_BYTES: Final = 4 * 1024 * 1024


class Piece(NamedTuple):
    """The bytes of one range, and the service's CRC64 of them."""

    body: RawIOBase
    crc64: bytes


def crc64_of(text: str | None) -> bytes | None:
    """Return the CRC64 in an answer, or None if it has none.

    Azure sends the bytes of a CRC64NVME in reverse order. They are returned in the order of `checksums`.
    """
    try:
        digest = base64.b64decode(text or "", validate=True)
    except binascii.Error:
        return None
    return digest[::-1] if len(digest) == 8 else None


class Pieces(RawIOBase):
    """The bytes of a span, one piece after another. Raises StreamDamagedError at the end of a damaged piece."""

    # How the transfer was checked: see `evidence`.
    transport = "crc64"
    checksum = None

    def __init__(self, first: Piece, ask: Callable[[int, int], Piece], span: tuple[int, int], name: str) -> None:
        """Take the first piece, the function that requests a further one, and the object's URL for messages."""
        self._ask, self._name = ask, name
        self._offset, self._end = span
        self._begin(first)

    def _begin(self, piece: Piece) -> None:
        self._piece, self._hasher = piece, ALGORITHMS["crc64nvme"]()
        self._piece_end = min(self._offset + PIECE_BYTES, self._end)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with the next bytes, or 0 only at the end."""
        if self._offset == self._piece_end and self._offset < self._end:
            # Closed first, so that one connection serves all pieces.
            self._piece.body.close()
            self._begin(self._ask(self._offset, min(self._offset + PIECE_BYTES, self._end)))
        view = memoryview(buffer)
        count = self._piece.body.readinto(view) or 0
        self._hasher.update(view[:count])
        self._offset += count
        if self._offset == self._piece_end and count:
            # Before the last bytes of a piece are handed over. The reader has the earlier ones, and has to begin anew.
            self._verify()
        return count

    def _verify(self) -> None:
        digest = self._hasher.digest()
        if digest != self._piece.crc64:
            span = f"the {PIECE_BYTES} bytes or fewer before byte {self._offset}"
            message = (
                f"{self._name} came damaged: {span} have the CRC64 {digest.hex()}, Azure has {self._piece.crc64.hex()}"
            )
            raise StreamDamagedError(message)

    def close(self) -> None:
        """Give the connection back."""
        self._piece.body.close()
        super().close()
