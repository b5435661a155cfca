"""Streams of bytes that can be looked at before they are read, or are checked as they are."""

from collections.abc import Callable
from io import RawIOBase

from neo4j_restore.checksums import Checksum, Running
from neo4j_restore.errors import StreamDamagedError
from neo4j_restore.pipeline import Stream


class Peekable(Stream):
    """The bytes of `source`, whose first ones can be seen beforehand."""

    def __init__(self, source: RawIOBase) -> None:
        """Take the stream; nothing is read yet."""
        self._source, self._seen = source, b""

    def peek(self, count: int) -> bytes:
        """Return the next `count` bytes, fewer at the end; they are still to be read."""
        while len(self._seen) < count and (more := self._source.read(count - len(self._seen))):
            self._seen += more
        return self._seen[:count]

    def some(self, size: int) -> bytes:
        """Return what comes next."""
        if not self._seen:
            return self._source.read(size) or b""
        part, self._seen = self._seen[:size], self._seen[size:]
        return part

    def close(self) -> None:
        """Close the source."""
        self._source.close()
        super().close()


class Checked(Stream):
    """The bytes of `source`, which have to give `expected` at their end; else StreamDamagedError is raised there."""

    def __init__(
        self,
        source: RawIOBase,
        expected: Checksum,
        name: str,
        running: Running | None = None,
        verified: Callable[[], object] = lambda: None,
    ) -> None:
        """Take the stream; nothing is read yet.

        name: the object's, for messages. running: has what went before. verified: is called at a right end.
        """
        self._source, self._expected, self._name, self._verified = source, expected, name, verified
        self._running = running or expected.start()

    def some(self, size: int) -> bytes:
        """Return what comes next; nothing once all of it has come and was found right."""
        block = self._source.read(size) or b""
        self._running.update(block)
        if not block and size:
            self._verify()
        return block

    def _verify(self) -> None:
        found = Checksum(self._expected.algorithm, self._running.digest())
        if found.digest != self._expected.digest:
            # In hexadecimals, as sha256sum has it.
            told = f"its SHA-256 is {found.digest.hex()}, and {self._name}.sha256 has {self._expected.digest.hex()}"
            message = f"{self._name} is damaged: {told}"
            raise StreamDamagedError(message)
        self._verified()

    def close(self) -> None:
        """Close the source."""
        self._source.close()
        super().close()
