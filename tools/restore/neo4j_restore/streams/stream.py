"""Streams that can be peeked into before they are read, or that check a checksum while they are read."""

from collections.abc import Callable
from io import RawIOBase

from neo4j_restore.checksums import Checksum, Hasher
from neo4j_restore.errors import StreamDamagedError
from neo4j_restore.streams.pipeline import Stream


class Peekable(Stream):
    """The bytes of `source`. The first ones can be seen before they are read."""

    def __init__(self, source: RawIOBase) -> None:
        """Take the stream. Nothing is read yet."""
        self._source, self._seen = source, b""
        self.is_verbatim = isinstance(source, Stream) and source.is_verbatim

    def peek(self, count: int) -> bytes:
        """Return the next `count` bytes, fewer at the end. A later read returns them again."""
        while len(self._seen) < count and (more := self._source.read(count - len(self._seen))):
            self._seen += more
        return self._seen[:count]

    def some(self, size: int) -> bytes:
        """Return the next bytes."""
        if not self._seen:
            return self._source.read(size) or b""
        part, self._seen = self._seen[:size], self._seen[size:]
        return part

    def close(self) -> None:
        """Close the source."""
        self._source.close()
        super().close()


class Checked(Stream):
    """The bytes of `source`. Raises StreamDamagedError at the end unless their checksum is `expected`."""

    def __init__(
        self,
        source: RawIOBase,
        expected: Checksum,
        name: str,
        hasher: Hasher | None = None,
        verified: Callable[[], object] = lambda: None,
    ) -> None:
        """Take the stream. Nothing is read yet.

        name: of the object, for messages. hasher: has taken the bytes before this stream.
        verified: is called at the end where the checksum is right.
        """
        self._source, self._expected, self._name, self._verified = source, expected, name, verified
        self._hasher = hasher or expected.start()

    def some(self, size: int) -> bytes:
        """Return the next bytes, empty once all have come and their checksum is right."""
        block = self._source.read(size) or b""
        self._hasher.update(block)
        # A read of 0 bytes also returns nothing, and is not the end.
        if not block and size:
            self._verify()
        return block

    def _verify(self) -> None:
        checksum = Checksum(self._expected.algorithm, self._hasher.digest())
        if checksum.digest != self._expected.digest:
            # In hexadecimal, as sha256sum prints it.
            difference = (
                f"its SHA-256 is {checksum.digest.hex()}, and {self._name}.sha256 has {self._expected.digest.hex()}"
            )
            message = f"{self._name} is damaged: {difference}"
            raise StreamDamagedError(message)
        self._verified()

    def close(self) -> None:
        """Close the source."""
        self._source.close()
        super().close()
