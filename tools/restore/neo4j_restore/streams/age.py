"""Objects that were encrypted by age before their upload: decrypted as they come, never stored encrypted.

Source: the age file format, C2SP/age. Each chunk of 64 KiB is authenticated, and the last one is marked as the last.
"""

import binascii
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import RawIOBase
from pathlib import Path
from typing import Final

import pyrage

from neo4j_restore import bounds, scrub
from neo4j_restore.errors import ConfigurationError, StreamDamagedError
from neo4j_restore.streams.pipeline import BLOCK_BYTES, Pump

LONGEST_MAGIC: Final = 64

_ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----"

_MAGICS = (b"age-encryption.org/v1\n", _ARMOR)

Identities = list[pyrage.x25519.Identity]


def is_encrypted(head: bytes) -> bool:
    """Tell whether an object that begins with `head` was encrypted by age."""
    return head.startswith(_MAGICS)


def identities(path: Path | None, name: str) -> Identities:
    """Return the keys in the identity file at `path`, in the format of `age-keygen`. name: of the object to decrypt.

    Raises ConfigurationError, which never quotes a line of the file.
    """
    if path is None:
        message = f"{name} is encrypted by age, and AGE_IDENTITY_FILE is not set"
        raise ConfigurationError(message, hint="mount the identity file, and set AGE_IDENTITY_FILE to its path")
    hint = "it must be a file as `age-keygen` writes it: a line AGE-SECRET-KEY-1…, and comments"
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text"
        message = f"the identity file {path} (AGE_IDENTITY_FILE) can't be read: {reason}"
        raise ConfigurationError(message, hint=hint) from error
    # Learned before they are parsed: a line that is not a key may still be a secret, and must not reach the log.
    scrub.learn(*(line for line in lines if not line.startswith("#")))
    try:
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        keys = []
    if not keys:
        message = f"the identity file {path} (AGE_IDENTITY_FILE) has no age identity, or has a line that is not one"
        raise ConfigurationError(message, hint=hint)
    return keys


class Decrypted(Pump):
    """The decrypted bytes of `source`. A thread reads and decrypts, at most 2 MiB ahead.

    Raises ConfigurationError where none of `keys` fits, and StreamDamagedError where the object is damaged or cut.
    Errors from reading `source` are raised as they are.
    """

    is_verbatim = False

    def __init__(self, source: RawIOBase, keys: Identities, name: str) -> None:
        """Take the source, which the thread closes. Nothing is read yet. name: for messages."""
        super().__init__(source, "decrypt")
        self._keys, self._name = keys, name

    def work(self) -> None:
        """Decrypt the source to its end, which pyrage checks."""
        # Raised here, and not in `_decrypt`, so that pyrage's error does not become its cause.
        if error := self._decrypt():
            raise error

    def _decrypt(self) -> BaseException | None:
        # pyrage has no way to be stopped. The error that `put` raises once the reader has left ends it.
        reader, writer = _Reader(self._source, self._name), _Writer(self.put)
        try:
            pyrage.decrypt_io(reader, writer, self._keys)
            writer.flush()
        except BaseException as error:  # noqa: BLE001 - `work` raises what it means
            with suppress(BrokenPipeError):
                # Blocks that were authenticated before the error are handed over first.
                writer.flush()
            return reader.error or self._meaning(error)
        return None

    def _meaning(self, error: BaseException) -> BaseException:
        """Return the error in our terms. pyrage has no class for a key that does not fit, only a text."""
        if isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error):
            message = f"{self._name} is encrypted by age for another identity than those in AGE_IDENTITY_FILE"
            return ConfigurationError(message, hint="mount the identity that it was encrypted for")
        if isinstance(error, (pyrage.DecryptError, OSError)):
            message = f"{self._name} is damaged: as age, {error}"
            return StreamDamagedError(message)
        return error


def start_of(head: bytes, keys: Identities, name: str) -> bytes:
    """Return the whole chunks that can be decrypted of an object that begins with `head`.

    Raises ConfigurationError where none of `keys` fits, and StreamDamagedError where not even one chunk can be
    decrypted.
    """
    parts: list[bytes] = []
    with Decrypted(_Bytes(head), keys, name) as stream:
        try:
            while block := stream.read(BLOCK_BYTES):
                parts.append(block)
        except StreamDamagedError:
            # `head` is only a start, so the end is missing.
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
    """The source for pyrage, which reads 8 KiB at a time. Reads larger blocks, and keeps the error of a read."""

    def __init__(self, source: RawIOBase, name: str) -> None:
        self._blocks, self._rest = _bounded(source, name), memoryview(b"")
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        if not self._rest:
            try:
                self._rest = memoryview(next(self._blocks, b""))
            except BaseException as error:
                # pyrage would turn it into an error of its own. `Decrypted` raises this one instead.
                self.error = error
                raise
        part, self._rest = self._rest[:size], self._rest[size:]
        return bytes(part)


def _bounded(source: RawIOBase, name: str) -> Iterator[bytes]:
    """Yield the blocks of an object encrypted by age. Raises BackupDamagedError for a header or line that is too long.

    pyrage parses the header anew with each piece of it, and holds Python's lock (GIL) meanwhile. A header of a megabyte
    takes more than a minute, in which no signal is answered. It also holds an armored line whole, however long it is.
    """
    most, block = bounds.LONGEST_AGE_HEADER, source.read(BLOCK_BYTES) or b""
    while not _has_header(block) and (more := source.read(BLOCK_BYTES)):
        block += more
        if len(block) > 2 * most and not _has_header(block):
            raise bounds.exceeded(name, f"as age, its header does not end within {most} bytes")
    armored, line = block.startswith(_ARMOR), 0
    while block:
        # The length so far of the line in which the block ends. A line within a block is no longer than the block.
        line = len(block) - block.rfind(b"\n") - 1 if b"\n" in block else line + len(block)
        if armored and line > most:
            raise bounds.exceeded(name, f"as armored age, it has a line of more than {most} bytes")
        yield block
        block = source.read(BLOCK_BYTES) or b""


def _has_header(head: bytes) -> bool:
    """Tell whether these first bytes hold the whole header of an age file. It ends with a line `--- MAC`."""
    if head.startswith(_ARMOR):
        text = head[: 2 * bounds.LONGEST_AGE_HEADER].removeprefix(_ARMOR).translate(None, b"\r\n")
        with suppress(binascii.Error):
            head = binascii.a2b_base64(text[: len(text) // 4 * 4])
    return b"\n--- " in head[: bounds.LONGEST_AGE_HEADER]


class _Writer:
    """Joins the 8 KiB pieces that pyrage writes into blocks, and hands them to `put`."""

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
