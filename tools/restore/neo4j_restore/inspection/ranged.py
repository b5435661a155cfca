"""An object read in places. What is skipped is not transferred."""

from io import SEEK_CUR
from typing import Final

from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.streams.pipeline import Stream
from neo4j_restore.transfer.retry import Retry, part

_BLOCK_BYTES = 64 * 1024

# Each block is a request. The first files of a tar show what it is.
_MOST_REQUESTS: Final = 64


class Ranged(Stream):
    """The bytes of an object, from its start. It ends early after `_MOST_REQUESTS` requests."""

    def __init__(self, store: Store, stored: StoredObject, retry: Retry) -> None:
        """Take the object. No request is made yet."""
        self._store, self._stored, self._retry = store, stored, retry
        self._at = self._start = self._requests = 0
        self._block = b""

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = SEEK_CUR, /) -> int:
        """Skip `offset` bytes."""
        if whence != SEEK_CUR or offset < 0:
            raise ValueError
        self._at += offset
        return self._at

    def some(self, size: int) -> bytes:
        """Return the next bytes."""
        if not self._start <= self._at < self._start + len(self._block) and not self._fetch():
            return b""
        begin = self._at - self._start
        part = self._block[begin : begin + size]
        self._at += len(part)
        return part

    def _fetch(self) -> bool:
        if self._at >= self._stored.size_bytes or self._requests == _MOST_REQUESTS:
            return False
        self._requests += 1
        self._start = self._at
        self._block = part(self._store, self._stored, self._retry, self._at, _BLOCK_BYTES)
        return bool(self._block)
