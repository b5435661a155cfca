"""A dump out of a tar, handed on as it comes: neither the tar nor the dump lies on the volume."""

from collections.abc import Callable
from io import RawIOBase

from neo4j_restore import contents, layouts
from neo4j_restore.entries import Entry
from neo4j_restore.errors import BackupDamagedError, RestoreError
from neo4j_restore.layouts import File, Wanted
from neo4j_restore.pipeline import Stream
from neo4j_restore.streams import Peekable

_FIRST_BYTES = 512


class Taking:
    """Takes the files of a tar: one of them, a dump, is loaded, and the others are only looked at.

    An error of the loading is kept until the whole tar was read: bytes that came damaged are its likely cause, and
    only the end of the stream tells.
    """

    def __init__(self, member: str, wanted: Wanted, load: Callable[[RawIOBase], str]) -> None:
        """Take the path of the dump, whose it should be, and what loads it and returns neo4j-admin's last words."""
        self._member, self._wanted, self._load = member, wanted, load
        self._entries: list[Entry] = []
        self._error: RestoreError | None = None
        self._last_words = ""

    def take(self, name: str, stream: RawIOBase) -> None:
        """Take one file."""
        file = Peekable(stream)
        entry = Entry(name, 0, head=file.peek(contents.head_bytes(file.peek(_FIRST_BYTES))))
        if contents.kind_of_file(entry.head) or layouts.is_store_file(name):
            # Of the head the name alone is told by an artifact's; others are judged by their path.
            self._entries.append(entry)
        if name == self._member:
            try:
                self._last_words = self._load(_Open(file))
            except RestoreError as error:
                self._error = error

    def finish(self) -> str:
        """Return the last words of the loading.

        Raises what the loading raised; or an error where another file of the tar could be meant as well.
        """
        if self._error:
            raise self._error
        content = layouts.content_of(self._entries, self._wanted, whole=True)
        if not isinstance(content, File) or content.entry.name != self._member:
            message = f"{self._wanted.name} holds more than {self._member}, which its first files did not tell"
            raise BackupDamagedError(message, hint=f"set BACKUP_SET_DIR to {self._member} if that is the one")
        return self._last_words


class _Open(Stream):
    """A file of a tar, which is the tar's to close."""

    def __init__(self, source: RawIOBase) -> None:
        self._source = source

    def some(self, size: int) -> bytes:
        return self._source.read(size) or b""
