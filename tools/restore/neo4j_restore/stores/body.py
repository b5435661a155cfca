"""The bytes of one answer: exactly the bytes that were requested."""

from collections.abc import Mapping
from io import RawIOBase
from typing import Any

from neo4j_restore.checksums import Checksum
from neo4j_restore.stores.errors import StoreErrors


def byte_range(start: int, end: int, size: int) -> dict[str, str]:
    """Return the header that requests the bytes from `start` to `end`. There is none for all of them."""
    return {} if (start, end) == (0, size) else {"Range": f"bytes={start}-{end - 1}"}


def wrong_span(
    status: int, headers: Mapping[str, str], span: tuple[int, int], size: int, *, ranged: bool = False
) -> str:
    """Return what is wrong with an answer that should have the bytes of `span`, empty if nothing.

    ranged: the request had a range although it covers all bytes.
    """
    start, end = span
    length, content_range = headers.get("Content-Length"), headers.get("Content-Range", "")
    # A gateway that ignores ranges answers 200 and begins at byte 0. These bytes at a later offset would damage the
    # file.
    whole = span == (0, size) and not ranged
    if status != (200 if whole else 206) or length != str(end - start):
        return f"expected {end - start} bytes from offset {start}, got HTTP {status} with {length} bytes"
    # The size in it shows as well that the object was not replaced by another one.
    if not whole and content_range != f"bytes {start}-{end - 1}/{size}":
        return f"expected {end - start} bytes from offset {start} of {size}, got the range {content_range!r}"
    return ""


class Body(RawIOBase):
    """The bytes of one answer, with its errors translated. An end before the last requested byte is an error.

    checksum: of the whole object, where the answer had it.
    """

    def __init__(
        self, errors: StoreErrors, key: str, span: tuple[int, int], response: Any, checksum: Checksum | None = None
    ) -> None:
        """Take an answer of urllib3 whose status and length are right."""
        self._errors, self._key, self._response = errors, key, response
        self._offset, self._end = span
        self.checksum = checksum

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with the next bytes, or 0 only after the last requested byte."""
        with self._errors.translated("read", self._key):
            count = int(self._response.readinto(buffer) or 0)
        self._offset += count
        # A connection that ends early must never look like the end of the object.
        if not count and self._offset < self._end:
            reason = f"the connection ended at byte {self._offset} of {self._end}"
            cut = self._errors.error("read", self._key, reason, transient=True)
            raise cut
        return count

    def close(self) -> None:
        """Give the connection back, or close it where bytes are left."""
        self._response.close()
        super().close()
