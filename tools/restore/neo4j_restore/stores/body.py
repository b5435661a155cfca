"""The bytes of one answer: what was asked for, no more and no less."""

from collections.abc import Mapping
from io import RawIOBase
from typing import Any

from neo4j_restore.checksums import Checksum
from neo4j_restore.stores.wording import Errors


def byte_range(start: int, end: int, size: int) -> dict[str, str]:
    """Return the header that asks for the bytes from `start` to `end`; none for all of them."""
    return {} if (start, end) == (0, size) else {"Range": f"bytes={start}-{end - 1}"}


def wrong_span(
    status: int, headers: Mapping[str, str], span: tuple[int, int], size: int, *, ranged: bool = False
) -> str:
    """Return what is wrong with an answer that is to hold the bytes of `span`; empty for nothing.

    ranged: a range was asked for though it is of all bytes.
    """
    start, end = span
    length, said = headers.get("Content-Length"), headers.get("Content-Range", "")
    whole = span == (0, size) and not ranged
    if status != (200 if whole else 206) or length != str(end - start):
        return f"the answer, {status}, has {length} bytes, and {end - start} from byte {start} on were asked for"
    if not whole and said != f"bytes {start}-{end - 1}/{size}":
        return f"the answer has {said!r}, and {end - start} bytes from byte {start} on of {size} were asked for"
    return ""


class Body(RawIOBase):
    """The bytes of one answer, its errors translated; an end before the last byte asked for is one.

    checksum: of the whole object, where the answer told it.
    """

    def __init__(
        self, errors: Errors, key: str, span: tuple[int, int], response: Any, checksum: Checksum | None = None
    ) -> None:
        """Take an answer of urllib3's whose status and length are right."""
        self._errors, self._key, self._response = errors, key, response
        self._offset, self._end = span
        self.checksum = checksum

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with what comes next; 0 after the last byte asked for alone."""
        with self._errors.translated("read", self._key):
            count = int(self._response.readinto(buffer) or 0)
        self._offset += count
        if not count and self._offset < self._end:
            reason = f"the connection ended at byte {self._offset} of {self._end}"
            cut = self._errors.error("read", self._key, reason, transient=True)
            raise cut
        return count

    def close(self) -> None:
        """Give the connection back, or end it where bytes are left."""
        self._response.close()
        super().close()
