"""gzip as a stream that is right to its last byte, or an error.

A raw decompressor checks a member's CRC and length only at its trailer, and says nothing of a stream that ends
before it. So this reader demands the trailer, goes on with further members, allows zeros behind the last one
(tapes and some uploaders pad), and refuses anything else.
"""

from io import RawIOBase
from typing import Any

from isal import isal_zlib
from isal.igzip_lib import IsalError

from neo4j_restore.errors import ANOTHER_SET, BackupDamagedError
from neo4j_restore.pipeline import BLOCK_BYTES, Stream

MAGIC = b"\x1f\x8b"

_GZIP = 31  # window bits: 15, and 16 for gzip's header and trailer
_IN_BYTES = BLOCK_BYTES


class GzipReader(Stream):
    """The inflated bytes of `source`; `name` is for messages. Raises BackupDamagedError from any read."""

    def __init__(self, source: RawIOBase, name: str) -> None:
        """Take the stream; nothing is read yet."""
        self._source, self._name = source, name
        self._pending = b""
        self._member: Any = None
        self._begun = self._finished = False

    def some(self, size: int) -> bytes:
        """Return what comes next; nothing only after the last member's trailer was right and the source has ended."""
        while not self._finished:
            if self._member is None and not self._next_member():
                break
            if block := self._inflate(size):
                return block
        return b""

    def _next_member(self) -> bool:
        """Begin the next member; at the source's end, or zeros up to it, finish instead."""
        while len(self._pending) < len(MAGIC) and (more := self._source.read(_IN_BYTES)):
            self._pending += more
        if self._pending.startswith(MAGIC):
            self._member = isal_zlib.decompressobj(_GZIP)
            self._begun = True
            return True
        while self._begun and not self._pending.strip(b"\0"):
            self._pending = self._source.read(_IN_BYTES) or b""
            if not self._pending:
                self._finished = True
                return False
        what = "other bytes than gzip's, or none, are where a member should begin"
        raise self._damaged(what)

    def _inflate(self, size: int) -> bytes:
        self._pending = self._pending or self._source.read(_IN_BYTES) or b""
        # Without input it may still have output to give, of what it was fed before.
        exhausted = not self._pending
        try:
            out: bytes = self._member.decompress(self._pending, size)
        except IsalError as error:  # type: ignore[misc]  # its stub calls the class an instance
            raise self._damaged(str(error)) from error
        if self._member.eof:
            self._pending, self._member = self._member.unused_data, None
        elif exhausted and not out:
            what = "it ends in the middle"
            raise self._damaged(what)
        else:
            self._pending = self._member.unconsumed_tail
        return out

    def close(self) -> None:
        """Close the source."""
        self._source.close()
        super().close()

    def _damaged(self, what: str) -> BackupDamagedError:
        message = f"{self._name} is damaged: as gzip, {what}"
        return BackupDamagedError(message, hint=ANOTHER_SET)
