"""Objects that were encrypted by age before they were uploaded: decrypted as they come, never stored encrypted.

Source: the age file format, C2SP/age. Each chunk of 64 KiB is authenticated, and the last one says that it is the last.
"""

import binascii
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import RawIOBase
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Final

import pyrage

from neo4j_restore import bounds, scrub
from neo4j_restore.errors import ConfigurationError, StreamDamagedError
from neo4j_restore.pipeline import BLOCK_BYTES, Blocks

LONGEST_MAGIC: Final = 64

_ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----"

_MAGICS = (b"age-encryption.org/v1\n", _ARMOR)

_BLOCKS_AHEAD = 16

# How long `close` waits for the thread; it ends by itself at its next block.
_LEAVE_SECONDS = 1.0

Identities = list[pyrage.x25519.Identity]


def is_encrypted(head: bytes) -> bool:
    """Tell whether an object that begins with `head` was encrypted by age."""
    return head.startswith(_MAGICS)


def identities(path: Path | None, name: str) -> Identities:
    """Return the keys in the identity file at `path`, as `age-keygen` writes it. name: what is to be decrypted.

    Raises ConfigurationError that never repeats a line of the file.
    """
    if path is None:
        message = f"{name} is encrypted by age, and AGE_IDENTITY_FILE is not set"
        raise ConfigurationError(message, hint="mount the file with its identity, and name it in AGE_IDENTITY_FILE")
    hint = "it has to be what `age-keygen` writes: a line AGE-SECRET-KEY-1…, and comments"
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        message = f"the identity file {path} (AGE_IDENTITY_FILE) can't be read: {reason}"
        raise ConfigurationError(message, hint=hint) from error
    scrub.learn(*(line for line in lines if not line.startswith("#")))
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        found = []
    if not found:
        message = f"the identity file {path} (AGE_IDENTITY_FILE) has no identity of age, or another line"
        raise ConfigurationError(message, hint=hint)
    return found


class Decrypted(Blocks):
    """The decrypted bytes of `source`, whose reading and decrypting a thread does, 2 MiB ahead at most.

    Raises ConfigurationError where none of `keys` is for it; StreamDamagedError where it is damaged or cut; and
    whatever reading `source` raises.
    """

    def __init__(self, source: RawIOBase, keys: Identities, name: str) -> None:
        """Take the source, which the thread closes; nothing is read yet. name: for messages."""
        self._source, self._keys, self._name = source, keys, name
        self._ready: SimpleQueue[bytes | BaseException] = SimpleQueue()
        # A token for each block that may still be decrypted ahead.
        self._room: SimpleQueue[None] = SimpleQueue()
        self._end: bytes | BaseException | None = None
        self._left = False
        self._thread = Thread(target=self._run, name="decrypt", daemon=True)

    def block(self) -> bytes:
        """Return what comes next; nothing once its last chunk was found right; an error each time again."""
        if self._end is None:
            if not self._thread.ident:
                for _ in range(_BLOCKS_AHEAD):
                    self._room.put(None)
                self._thread.start()
            found = self._ready.get()
            if isinstance(found, bytes) and found:
                self._room.put(None)
                return found
            self._end = found
        if isinstance(self._end, BaseException):
            raise self._end
        return b""

    def _run(self) -> None:
        reader, writer = _Reader(self._source, self._name), _Writer(self._put)
        end: bytes | BaseException = b""
        try:
            pyrage.decrypt_io(reader, writer, self._keys)
            writer.flush()
        except BaseException as error:  # noqa: BLE001 - it is raised in the reader's thread
            end = reader.error or self._meaning(error)
            with suppress(BrokenPipeError):
                # What was found right before it.
                writer.flush()
        finally:
            self._source.close()
            self._ready.put(end)

    def _put(self, block: bytes) -> None:
        if not self._left:
            self._room.get()
        if self._left:
            raise BrokenPipeError
        self._ready.put(block)

    def _meaning(self, error: BaseException) -> BaseException:
        """Return what an error of pyrage means: it has a text for a key that does not fit, and no class."""
        if isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error):
            message = f"{self._name} is encrypted by age for another identity than that of AGE_IDENTITY_FILE"
            return ConfigurationError(message, hint="mount the identity that it was encrypted for")
        if isinstance(error, (pyrage.DecryptError, OSError)):
            message = f"{self._name} is damaged: as age, {error}"
            return StreamDamagedError(message)
        return error

    def close(self) -> None:
        """End the thread, wherever it is."""
        self._left = True
        self._room.put(None)
        if self._thread.ident:
            self._thread.join(_LEAVE_SECONDS)
        else:
            self._source.close()
        super().close()


def start_of(head: bytes, keys: Identities, name: str) -> bytes:
    """Return what can be decrypted of an object that begins with `head`, in whole chunks.

    Raises ConfigurationError where none of `keys` is for it, StreamDamagedError where not even a chunk can be.
    """
    parts: list[bytes] = []
    with Decrypted(_Bytes(head), keys, name) as stream:
        try:
            while block := stream.read(BLOCK_BYTES):
                parts.append(block)
        except StreamDamagedError:
            # It is the start of something longer, so that its end is missing.
            if not parts:
                raise
    return b"".join(parts)


class _Bytes(RawIOBase):
    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int = -1, /) -> bytes:
        part, self._data = self._data[:size], self._data[size:]
        return part


class _Reader:
    """The source as pyrage reads it, 8 KiB at a time, in larger blocks; it keeps what reading raises."""

    def __init__(self, source: RawIOBase, name: str) -> None:
        self._blocks, self._rest = _bounded(source, name), memoryview(b"")
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        if not self._rest:
            try:
                self._rest = memoryview(next(self._blocks, b""))
            except BaseException as error:
                self.error = error
                raise
        part, self._rest = self._rest[:size], self._rest[size:]
        return bytes(part)


def _bounded(source: RawIOBase, name: str) -> Iterator[bytes]:
    """Yield the blocks of an object that is encrypted by age, whose header and lines were found short enough.

    pyrage parses a header anew with each piece of it, and keeps Python's lock meanwhile: one of a megabyte takes more
    than a minute, in which no signal is answered. An armored line it keeps whole, however long it is.
    """
    most, block = bounds.LONGEST_AGE_HEADER, source.read(BLOCK_BYTES) or b""
    while not _has_header(block) and (more := source.read(BLOCK_BYTES)):
        block += more
        if len(block) > 2 * most and not _has_header(block):
            raise bounds.exceeded(name, f"as age, its header does not end within {most} bytes")
    armored, line = block.startswith(_ARMOR), 0
    while block:
        # How long the line is that the block ends in; within a block a line is no longer than the block.
        line = len(block) - block.rfind(b"\n") - 1 if b"\n" in block else line + len(block)
        if armored and line > most:
            raise bounds.exceeded(name, f"as armored age, it has a line of more than {most} bytes")
        yield block
        block = source.read(BLOCK_BYTES) or b""


def _has_header(head: bytes) -> bool:
    """Tell whether the whole header of an age file is in its first bytes: it ends with a line `--- MAC`."""
    if head.startswith(_ARMOR):
        text = head[: 2 * bounds.LONGEST_AGE_HEADER].removeprefix(_ARMOR).translate(None, b"\r\n")
        with suppress(binascii.Error):
            head = binascii.a2b_base64(text[: len(text) // 4 * 4])
    return b"\n--- " in head[: bounds.LONGEST_AGE_HEADER]


class _Writer:
    """Makes blocks of what pyrage writes, 8 KiB at a time, and hands them to `put`."""

    def __init__(self, put: Callable[[bytes], None]) -> None:
        self._put = put
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        self._parts.append(data)
        self._size += len(data)
        if self._size >= BLOCK_BYTES:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._parts:
            self._put(b"".join(self._parts))
            self._parts, self._size = [], 0
