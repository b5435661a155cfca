"""A tar stream into a folder, as if its maker were hostile: files and folders below it, and nothing else.

The rules are stricter than tarfile's `data` filter, which some Pythons of 3.11 lack: a backup set has no links.
"""

import shutil
import tarfile
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Any, Self, cast

from neo4j_restore import disk
from neo4j_restore.errors import ANOTHER_SET, BackupDamagedError, NoSpaceError, StreamDamagedError
from neo4j_restore.names import Names
from neo4j_restore.pipeline import BLOCK_BYTES

# Ends a tar: two blocks of zeros.
_END_BYTES = 1024

# tarfile reads these whole.
_EXTENSIONS = {
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
}

_LONGEST_EXTENSION = 1024 * 1024

# Left to journal, receipt and Neo4j's first steps.
_RESERVE_BYTES = 1024 * 1024

_TAR_BUFFER_BYTES = BLOCK_BYTES


@dataclass(frozen=True)
class Limits:
    """How much an archive may become. ratio_bytes: more is a bomb; free_bytes: more does not fit the volume."""

    ratio_bytes: int
    free_bytes: int

    def check(self, size: int, name: str, names: Names) -> None:
        """Refuse an archive of `names` that with the entry `name` has come to `size` bytes."""
        if size > self.ratio_bytes:
            names.refuse(f"with {name!r} it would unpack to {size} bytes, more than can be packed into it")
        if size > self.free_bytes:
            room = max(0, self.free_bytes)
            message = f"{names.source} unpacks to {size} bytes or more, and the volume has room for {room}"
            raise NoSpaceError(message, hint="make the volume larger, or free room on it")


def limits(packed_bytes: int, most_ratio: int, volume: Path) -> Limits:
    """Return the limits for an archive of `packed_bytes`: it can't grow by more, nor the volume past its end."""
    return Limits(most_ratio * packed_bytes, shutil.disk_usage(volume).free - _RESERVE_BYTES)


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
                limits.check(written + max(0, member.size), member.name, names)
                written += _extract(archive, member, into, names)
    except (tarfile.TarError, EOFError, ValueError, OverflowError, RecursionError) as error:
        # The last three: numbers that are none, and extensions of extensions without end.
        message = f"{source} is damaged: as tar, {error}"
        raise StreamDamagedError(message) from error
    watched.drain()
    if watched.size < archive.offset + _END_BYTES or watched.last_content > archive.offset:
        names.refuse("as tar, it lacks its end mark, or has other bytes behind it")
    return written


def check_tar(path: Path, start: int, source: str) -> None:
    """Raise BackupDamagedError unless the tar that begins at `start` in a file has right headers up to its end mark.

    neo4j-admin takes a tar that was cut between two files for a whole one.
    """
    try:
        with path.open("rb") as file:
            file.seek(start)
            with tarfile.open(fileobj=file, mode="r:", tarinfo=_Header) as archive:
                for _ in archive:
                    # Else it keeps all headers it has seen.
                    archive.members = []  # type: ignore[attr-defined]  # not in its stub
    except (tarfile.TarError, EOFError, ValueError, OverflowError, RecursionError) as error:
        message = f"{source} is damaged: as tar, {error}"
        raise BackupDamagedError(message, hint=ANOTHER_SET) from error


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, into: Path, names: Names) -> int:
    plain = member.type in {tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE} and member.sparse is None
    if not plain or member.size < 0:
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
    written = begun = 0
    block = memoryview(bytearray(BLOCK_BYTES))
    with path.open("xb", buffering=0) as file:
        while count := stream.readinto(block):
            disk.write_all(file, block[:count])
            written += count
            if written - begun >= disk.BEGUN_BYTES:
                disk.begin_writing(file.fileno(), begun, written - begun)
                begun = written
    return written


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
