"""A tar stream into a folder, as if its maker were hostile: files and folders below it, and nothing else.

The rules are stricter than tarfile's `data` filter, which some Pythons of 3.11 lack: a backup set has no links.
"""

import os
import shutil
import tarfile
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn, Self, cast

from neo4j_restore.errors import ANOTHER_SET, BackupDamagedError, NoSpaceError
from neo4j_restore.pipeline import BLOCK_BYTES

# Ends a tar: two blocks of zeros.
_END_BYTES = 1024

_MOST_ENTRIES = 1_000_000

# A file system's own bound on a name, and one on a path that leaves room for the folder it goes into.
_LONGEST_PART, _LONGEST_NAME = 255, 1024

# tarfile reads these whole.
_EXTENSIONS = {
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
}

_LONGEST_EXTENSION = 1024 * 1024

# Deflate's own bound is 1032; a preallocated transaction log of zeros comes near it.
_MOST_RATIO = 1100

# Left to journal, receipt and Neo4j's first steps.
_RESERVE_BYTES = 1024 * 1024

_TAR_BUFFER_BYTES = BLOCK_BYTES


class Names:
    """The names unpacked so far: each must be inside, and nobody else's, also where a volume folds case."""

    def __init__(self, source: str) -> None:
        """Take the source's name for messages."""
        self._source = source
        self._seen = {".": (PurePosixPath(), True)}

    def accept(self, name: str, *, folder: bool = False) -> PurePosixPath:
        """Return `name` as a path relative to the set, a slash at its start dropped. Raises BackupDamagedError."""
        path = PurePosixPath(name.lstrip("/"))
        if ".." in path.parts or any(ord(char) < 32 for char in name) or _is_too_long(path):
            self.refuse(f"the entry {name[:80]!r} leads out of it, or is no name")
        for above in reversed(path.parents):
            self._note(above, folder=True)
        self._note(path, folder=folder)
        return path

    def _note(self, path: PurePosixPath, *, folder: bool) -> None:
        known = self._seen.setdefault(str(path).casefold(), (path, folder))
        first = known[0] is path
        if not first and not (folder and known == (path, True)):
            self.refuse(f"the entry {str(path)!r} comes twice, as file and folder, or in two cases")
        if len(self._seen) > _MOST_ENTRIES:
            self.refuse(f"it has more than {_MOST_ENTRIES} entries")

    def refuse(self, what: str) -> NoReturn:
        """Raise BackupDamagedError that says what is wrong with the set."""
        message = f"{self._source} is no backup set: {what}"
        raise BackupDamagedError(message, hint="see what made it, or take another set")


def _is_too_long(path: PurePosixPath) -> bool:
    longest = max((len(os.fsencode(part)) for part in path.parts), default=0)
    return longest > _LONGEST_PART or len(os.fsencode(path)) > _LONGEST_NAME


@dataclass(frozen=True)
class Limits:
    """How much an archive may become. ratio_bytes: more is a bomb; free_bytes: more does not fit the volume."""

    ratio_bytes: int
    free_bytes: int


def limits(packed_bytes: int, volume: Path) -> Limits:
    """Return the limits for an archive of `packed_bytes`: no honest gzip grows by more, no volume past its end."""
    return Limits(_MOST_RATIO * packed_bytes, shutil.disk_usage(volume).free - _RESERVE_BYTES)


def unpack(stream: RawIOBase, into: Path, source: str, limits: Limits) -> int:
    """Unpack the tar in `stream` below the folder `into`, and read the stream to its end; return the bytes written.

    source: the object's name, for messages.
    Raises BackupDamagedError or NoSpaceError; what was written by then stays in `into`.
    """
    into.mkdir(parents=True)
    names, watched, written = Names(source), _Watched(stream), 0
    try:
        with tarfile.open(
            fileobj=cast("Any", watched), mode="r|", bufsize=_TAR_BUFFER_BYTES, tarinfo=_Header
        ) as archive:
            for member in archive:
                _check_size(member, written, limits, names, source)
                written += _extract(archive, member, into, names)
    except (tarfile.TarError, EOFError, ValueError, OverflowError, RecursionError) as error:
        # The last three: numbers that are none, and extensions of extensions without end.
        message = f"{source} is damaged: as tar, {error}"
        raise BackupDamagedError(message, hint=ANOTHER_SET) from error
    watched.drain()
    if watched.size < archive.offset + _END_BYTES or watched.last_content > archive.offset:
        names.refuse("as tar, it lacks its end mark, or has other bytes behind it")
    return written


def _check_size(member: tarfile.TarInfo, written: int, limits: Limits, names: Names, source: str) -> None:
    """Refuse a member by the size in its header, before its first byte: tarfile gives no more bytes than that."""
    size = written + member.size
    if member.size < 0 or size > limits.ratio_bytes:
        names.refuse(f"with {member.name!r} it would unpack to {size} bytes, more than gzip can pack into it")
    if size > limits.free_bytes:
        message = f"{source} unpacks to {size} bytes or more, and the volume has room for {max(0, limits.free_bytes)}"
        raise NoSpaceError(message, hint="make the volume larger, or free room on it")


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, into: Path, names: Names) -> int:
    if member.type not in {tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE} or member.sparse is not None:
        names.refuse(f"the entry {member.name!r} is neither a plain file nor a folder")
    path = into / names.accept(member.name, folder=member.isdir())
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = archive.extractfile(member)
    return write_file(cast("RawIOBase", stream), path)


def write_file(stream: RawIOBase, path: Path) -> int:
    """Write what is left of `stream` to a file that is not there yet; return its bytes."""
    written = 0
    block = memoryview(bytearray(BLOCK_BYTES))
    with path.open("xb", buffering=0) as file:
        while count := stream.readinto(block):
            _write_all(file, block[:count])
            written += count
    return written


def _write_all(file: RawIOBase, view: memoryview) -> None:
    while view:
        view = view[file.write(view) or 0 :]


class _Header(tarfile.TarInfo):
    """A header that is right, or an error: a bad one is not the end, and an extension can't fill the memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            found = super().frombuf(buf, encoding, errors)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # not in its stub
            raise
        except tarfile.HeaderError as error:
            # tarfile takes a bad header, or none, for the end, and says nothing of what it leaves out.
            raise tarfile.ReadError(str(error)) from error
        if found.type in _EXTENSIONS and found.size > _LONGEST_EXTENSION:
            message = f"an extension of {found.size} bytes"
            raise tarfile.ReadError(message)
        return found


class _Watched:
    """A stream that remembers its size and where its last byte that is not zero was: tarfile reads ahead."""

    def __init__(self, stream: RawIOBase) -> None:
        self._stream = stream
        self.size = self.last_content = 0

    def read(self, count: int) -> bytes:
        data = self._stream.read(count) or b""
        content = len(data.rstrip(b"\0"))
        if content:
            self.last_content = self.size + content
        self.size += len(data)
        return data

    def drain(self) -> None:
        while self.read(BLOCK_BYTES):
            pass
