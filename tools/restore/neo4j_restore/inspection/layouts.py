"""Decides what an archive holds for a database: a folder of store files, a dump, or a backup artifact.

Only the entries decide: first those that are seen before the transfer, and then all of them, when they are unpacked.
The name of a store's folder or of a dump's file says which database it is of, and so does an artifact's header.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from neo4j_restore import bounds
from neo4j_restore.bounds import Budget
from neo4j_restore.errors import ANOTHER_SET, BackupDamagedError, ConfigurationError
from neo4j_restore.inspection import contents
from neo4j_restore.inspection.entries import Entry, Heads
from neo4j_restore.sets.backup_set import STORE_MARKERS
from neo4j_restore.sets.headers import Header
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.sets.owners import owner
from neo4j_restore.spec import DatabaseName
from neo4j_restore.volume.paths import is_log

# The names of store files, in the record formats and the block format. Transaction logs lie beside them or in a folder
# of their own.
_STORE = re.compile(r"neostore(\.(?!transaction)[a-z.]+)?|block\.[a-z0-9._-]+")

_PACKED = re.compile(r"\.(tar|tgz|zip|gz|zst|lz4|xz|bz2|7z|rar)$", re.IGNORECASE)

_SHOWN, _LONGEST_SHOWN = 5, 200


@dataclass(frozen=True)
class Wanted:
    """What the archive should hold.

    key: of the object. name: its URL, for messages. directory: BACKUP_SET_DIR. target: the name that the database gets
    on the volume, if it is another one.
    """

    database: DatabaseName
    key: str
    name: str
    directory: str = ""
    target: str = ""

    @property
    def becomes(self) -> str:
        """Return the name that the database gets on the volume."""
        return self.target or self.database


@dataclass(frozen=True)
class Store:
    """Store files in `folder`, which is empty for the top.

    logs: the folder of its transaction logs, if it is another one. marker: the file that every store has, if it was
    seen.
    """

    folder: str
    logs: str | None = None
    marker: Entry | None = None


@dataclass(frozen=True)
class File:
    """A dump or an artifact. For a chain it is the last artifact. header: None if it was not seen."""

    entry: Entry
    kind: Kind
    header: Header | None = None

    @property
    def folder(self) -> str:
        """Return the folder in which it lies."""
        return self.entry.name.rpartition("/")[0]


Content = Store | File


def content_of(entries: Sequence[Entry], wanted: Wanted, *, whole: bool) -> Content | None:
    """Return what to restore. None if the entries are not the `whole` archive and do not decide it yet.

    Raises BackupDamagedError if there is nothing to restore, or only another database. Raises ConfigurationError if
    BACKUP_SET_DIR names nothing, or if several sets could be meant.
    """
    stores, files = _stores(entries, whole=whole), list(_files(entries))
    if wanted.directory:
        return _by_hand(stores, files, wanted, whole=whole)
    owners: dict[Content, str] = {store: owner(store.folder, wanted.database, wanted.key) for store in stores}
    owners |= {file: _owner_of(file, wanted) for file in files}
    for name in (wanted.database, ""):
        fitting = [content for content, each in owners.items() if each == name]
        if fitting:
            return _single(fitting, wanted)
    if whole:
        raise _refused(entries, owners, wanted)
    return None


def _stores(entries: Iterable[Entry], *, whole: bool) -> list[Store]:
    """Return the stores: folders with a store's marker. In a part of an archive, any store file is enough."""
    markers: dict[str, Entry | None] = {}
    logs: set[str] = set()
    for entry in entries:
        folder, _, name = entry.name.rpartition("/")
        if entry.folder:
            continue
        if name in STORE_MARKERS:
            markers[folder] = entry
        elif _STORE.fullmatch(name) and not whole:
            markers.setdefault(folder, None)
        elif is_log(name):
            logs.add(folder)
    return [Store(folder, _logs_of(folder, logs, whole=whole), marker) for folder, marker in sorted(markers.items())]


def _logs_of(folder: str, logs: set[str], *, whole: bool) -> str | None:
    """Return the folder of a store's logs if it is not the store's: in a part of an archive, the likely one."""
    above, _, name = folder.rpartition("/")
    data, _, databases = above.rpartition("/")
    apart = f"{data}/transactions/{name}".lstrip("/")
    is_certain = apart in logs or not whole
    return apart if databases == "databases" and folder not in logs and is_certain else None


def _files(entries: Iterable[Entry]) -> Iterator[File]:
    for entry in entries:
        kind = contents.kind_of_file(entry.head)
        if kind and not entry.folder:
            yield File(entry, kind, contents.header_of(kind, entry.head))


def is_store_file(path: str) -> bool:
    """Return whether a path is that of a store file or a transaction log."""
    name = path.rpartition("/")[2]
    return _STORE.fullmatch(name) is not None or is_log(name)


def is_telling(name: str) -> bool:
    """Return whether the first bytes of a zip's entry are worth a request: a store's marker, a dump, an artifact."""
    return name.rpartition("/")[2] in STORE_MARKERS or name.lower().endswith((".dump", ".backup"))


def _owner_of(file: File, wanted: Wanted) -> str:
    if file.header and file.header.database:
        # Neo4j folds the case of names.
        name = file.header.database
        return wanted.database if name.casefold() == wanted.database else name
    return owner(file.entry.name, wanted.database, wanted.key, file=True)


def _by_hand(stores: list[Store], files: list[File], wanted: Wanted, *, whole: bool) -> Content | None:
    """Return what BACKUP_SET_DIR names: the folder of a store, of one dump or of one chain, or a file."""
    directory = wanted.directory.strip("/")
    directory = "" if directory == "." else directory
    matching: list[Content] = [store for store in stores if store.folder == directory]
    matching = matching or [file for file in files if directory in {file.entry.name, file.folder}]
    if matching:
        return _single(matching, wanted)
    if not whole:
        return None
    inside = ", ".join(_places([*stores, *files])) or "none"
    message = f"{wanted.name} has no store, dump or artifact in BACKUP_SET_DIR ({wanted.directory}). It has: {inside}"
    raise ConfigurationError(message, hint="unset BACKUP_SET_DIR, or set it to one of these")


def _single(fitting: list[Content], wanted: Wanted) -> Content:
    """Return the one that is meant. A store comes before files, and of several artifacts the last one counts."""
    chosen = [each for each in fitting if isinstance(each, Store)] or fitting
    files = [each for each in chosen if isinstance(each, File)]
    if len(files) == len(chosen) > 1 and all(file.kind is Kind.BACKUP for file in files):
        return max(files, key=_order)
    if len(chosen) == 1:
        return chosen[0]
    message = f"{wanted.name} holds several sets that could be {wanted.database}: {', '.join(_places(chosen))}"
    raise ConfigurationError(message, hint="set BACKUP_SET_DIR to the one that is meant")


def _order(file: File) -> tuple[datetime, int, str]:
    header = file.header or Header()
    return header.time or datetime.min.replace(tzinfo=UTC), header.highest_tx or 0, file.entry.name


def _places(all_content: Sequence[Content]) -> list[str]:
    return _shown(each.folder or "." if isinstance(each, Store) else each.entry.name for each in all_content)


def _shown(names: Iterable[str]) -> list[str]:
    """Return the first names for a message. Long names are cut."""
    return [name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}…" for name in islice(names, _SHOWN)]


def _refused(entries: Sequence[Entry], owners: dict[Content, str], wanted: Wanted) -> BackupDamagedError:
    """Return the error for an archive that holds another database, or no database."""
    if owners:
        other, place = next(iter(owners.values())), _places(list(owners))[0]
        message = f"{wanted.name} holds the database {other}, not {wanted.database}: {place}"
        setting = other if wanted.becomes == wanted.database else f"{wanted.becomes}={other}"
        hint = f"set DATABASE to {setting}, or set BACKUP_SET_DIR to {place} to restore it as {wanted.becomes}"
        return BackupDamagedError(message, hint=hint)
    names = [entry.name for entry in entries if not entry.folder]
    packed = [name for name in names if _PACKED.search(name)]
    if packed:
        message = f"{wanted.name} holds other archives, which are not unpacked: {', '.join(_shown(packed))}"
        return BackupDamagedError(message, hint="upload the inner archive, and restore that one")
    misnamed = [name for name in names if name.endswith((".dump", ".backup"))]
    if misnamed:
        listed = ", ".join(_shown(misnamed))
        message = f"{wanted.name} holds {listed}, but the first bytes are not those of a dump or artifact"
        return BackupDamagedError(message, hint=f"check the job that made it, or {ANOTHER_SET}")
    listed = f"it holds {', '.join(_shown(names))}" if names else "it is empty"
    message = f"{wanted.name} holds no database, no dump and no backup artifact: {listed}"
    return BackupDamagedError(message, hint=f"check the job that made it, or {ANOTHER_SET}")


def entries_of(top: Path, name: str) -> list[Entry]:
    """Return the files below the folder `top` that decide what it holds, and some others for messages.

    name: of the set, for messages.
    """
    # All other files are forgotten: whoever made the archive chooses how many there are.
    deciding: list[Entry] = []
    others: list[Entry] = []
    logs: set[str] = set()
    telling = Budget(name, "the stores, dumps and artifacts in it are", bounds.MOST_STORES)
    heads = Heads(contents.head_bytes)
    for path in _files_below(top):
        entry = Entry(str(path.relative_to(top)), path.stat().st_size, head=heads.of_file(path))
        folder = entry.name.rpartition("/")[0]
        if path.name in STORE_MARKERS or contents.kind_of_file(entry.head):
            telling.spend()
            deciding.append(entry)
        elif is_log(path.name) and folder not in logs and len(logs) < bounds.MOST_STORES:
            logs.add(folder)
            deciding.append(entry)
        elif len(others) < _SHOWN or (len(others) < 2 * _SHOWN and _PACKED.search(path.name)):
            others.append(entry)
    return [*deciding, *others]


def _files_below(top: Path) -> Iterator[Path]:
    return (path for path in top.rglob("*") if path.is_file() and not path.is_symlink())
