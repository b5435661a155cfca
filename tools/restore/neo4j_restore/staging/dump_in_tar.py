"""Loads a dump from a tar while the tar arrives: neither the tar nor the dump lies on the volume."""

from collections.abc import Callable
from io import RawIOBase

from neo4j_restore.errors import BackupDamagedError, RestoreError
from neo4j_restore.inspection import contents, layouts
from neo4j_restore.inspection.entries import Entry
from neo4j_restore.inspection.layouts import File, Wanted
from neo4j_restore.streams.pipeline import Stream
from neo4j_restore.streams.stream import Peekable

_FIRST_BYTES = 512


class Taking:
    """Takes the files of a tar. One of them, the dump, is loaded, and the others are only looked at.

    An error of loading is kept until the whole tar was read. Damaged bytes are its likely cause, and only the end of
    the stream shows those.
    """

    def __init__(self, member: str, wanted: Wanted, load: Callable[[RawIOBase], str]) -> None:
        """Take the path of the dump, the database it should be of, and the function that loads it."""
        self._member, self._wanted, self._load = member, wanted, load
        self._entries: list[Entry] = []
        self._error: RestoreError | None = None
        self._last_words = ""

    def take(self, name: str, stream: RawIOBase) -> None:
        """Take one file."""
        file = Peekable(stream)
        entry = Entry(name, 0, head=file.peek(contents.head_bytes(file.peek(_FIRST_BYTES))))
        if contents.kind_of_file(entry.head) or layouts.is_store_file(name):
            # A header matters only for an artifact, where it has the database's name. Other files are judged by their
            # path.
            self._entries.append(entry)
        if name == self._member:
            try:
                self._last_words = self._load(_Open(file))
            except RestoreError as error:
                self._error = error

    def finish(self) -> str:
        """Return neo4j-admin's last output from loading.

        Raises the error of loading, or an error if another file of the tar could be meant as well.
        """
        if self._error:
            raise self._error
        content = layouts.content_of(self._entries, self._wanted, whole=True)
        if not isinstance(content, File) or content.entry.name != self._member:
            message = f"{self._wanted.name} holds more than {self._member}, which its first files did not show"
            raise BackupDamagedError(
                message, hint=f"set BACKUP_SET_DIR to {self._member} if that is the file to restore"
            )
        return self._last_words


class _Open(Stream):
    """A file of a tar. Closing it is left to the tar."""

    def __init__(self, source: RawIOBase) -> None:
        self._source = source

    def some(self, size: int) -> bytes:
        return self._source.read(size) or b""
