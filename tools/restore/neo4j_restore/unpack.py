"""A tar stream into a folder, as if its maker were hostile: files and folders below it, and nothing else.

The rules are stricter than tarfile's `data` filter, which some Pythons of 3.11 lack: a backup set has no links.
"""

import os
import tarfile
from io import RawIOBase
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn, cast

from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.transfer import BLOCK_BYTES

# Ends a tar: two blocks of zeros. tarfile takes the end of the stream for one as well, so a cut goes unnoticed.
_END = bytes(1024)

_MOST_ENTRIES = 1_000_000

_LONGEST_NAME = 1024

_TAR_BUFFER_BYTES = 64 * 1024


class Names:
    """The names unpacked so far: each must be inside, and nobody else's, also where a volume folds case."""

    def __init__(self, source: str) -> None:
        """Take the source's name for messages."""
        self._source = source
        self._seen = {".": (PurePosixPath(), True)}

    def accept(self, name: str, *, folder: bool = False) -> PurePosixPath:
        """Return `name` as a path relative to the set, a slash at its start dropped. Raises BackupDamagedError."""
        path = PurePosixPath(name.lstrip("/"))
        if ".." in path.parts or any(ord(char) < 32 for char in name) or len(os.fsencode(name)) > _LONGEST_NAME:
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
        raise BackupDamagedError(message, hint="nothing of it was used; see what made it, or take another set")


def unpack(stream: RawIOBase, into: Path, source: str) -> int:
    """Unpack the tar in `stream` below the folder `into`, and read the stream to its end; return the bytes written.

    source: the object's name, for messages. Raises BackupDamagedError; what was written by then stays in `into`.
    """
    into.mkdir(parents=True)
    names, watched, written = Names(source), _Watched(stream), 0
    try:
        with tarfile.open(fileobj=cast("Any", watched), mode="r|", bufsize=_TAR_BUFFER_BYTES) as archive:
            for member in archive:
                written += _extract(archive, member, into, names)
    except (tarfile.TarError, EOFError) as error:
        message = f"{source} is damaged: as tar, {error}"
        raise BackupDamagedError(
            message, hint="take another set: TIMESTAMP names one; the old data is as it was"
        ) from error
    watched.drain()
    if watched.tail != _END:
        names.refuse("as tar, it lacks its end mark, or has other bytes behind it")
    return written


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


class _Watched:
    """A stream that remembers its last bytes, so that the tar's end can be looked at once tarfile has passed it."""

    def __init__(self, stream: RawIOBase) -> None:
        self._stream = stream
        self.tail = b""

    def read(self, count: int) -> bytes:
        data = self._stream.read(count) or b""
        self.tail = data[-len(_END) :] if len(data) >= len(_END) else (self.tail + data)[-len(_END) :]
        return data

    def drain(self) -> None:
        while self.read(BLOCK_BYTES):
            pass
