"""What an archive holds for a database: the folder of its store files, or the dump or artifact of it.

Decided by the entries alone: those seen before the transfer, and once more all of them when they are unpacked. Whose
they are, is told by the name of a store's folder or of a dump's file, and by an artifact's header.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from neo4j_restore import bounds, contents
from neo4j_restore.bounds import Budget
from neo4j_restore.entries import Entry, Heads
from neo4j_restore.errors import ANOTHER_SET, BackupDamagedError, ConfigurationError
from neo4j_restore.headers import Header
from neo4j_restore.kinds import Kind
from neo4j_restore.owners import owner
from neo4j_restore.sets import STORE_MARKERS
from neo4j_restore.spec import DatabaseName

# A store's files by their names in its folder: records and blocks. Transaction logs lie beside them or apart.
_STORE = re.compile(r"neostore(\.(?!transaction)[a-z.]+)?|block\.[a-z0-9._-]+")
_LOGS = re.compile(r"(neostore\.transaction\.db|checkpoint)\.\d+")

_PACKED = re.compile(r"\.(tar|tgz|zip|gz|zst|lz4|xz|bz2|7z|rar)$", re.IGNORECASE)

_SHOWN, _LONGEST_SHOWN = 5, 200


@dataclass(frozen=True)
class Wanted:
    """Whose set it should be. key: the object's. name: its URL, for messages. directory: BACKUP_SET_DIR."""

    database: DatabaseName
    key: str
    name: str
    directory: str = ""


@dataclass(frozen=True)
class Store:
    """Store files in `folder`, empty for the top. logs: the folder of its transaction logs where they lie apart.

    marker: the file that a store has to have, where it was seen.
    """

    folder: str
    logs: str | None = None
    marker: Entry | None = None


@dataclass(frozen=True)
class File:
    """A dump or an artifact, of a chain the last one. header: what it says of itself, where it was seen."""

    entry: Entry
    kind: Kind
    header: Header | None = None

    @property
    def folder(self) -> str:
        """Return the folder that it is in."""
        return self.entry.name.rpartition("/")[0]


Content = Store | File


def content_of(entries: Sequence[Entry], wanted: Wanted, *, whole: bool) -> Content | None:
    """Return what is to be restored; None where the entries that were seen, not the `whole`, do not tell yet.

    Raises BackupDamagedError where there is nothing, or another database's; ConfigurationError where BACKUP_SET_DIR
    names nothing, or several could be meant.
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
    """Return the stores: folders with a store's marker, or of a part of an archive with any of a store's files."""
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
        elif _LOGS.fullmatch(name):
            logs.add(folder)
    return [Store(folder, _logs_of(folder, logs, whole=whole), marker) for folder, marker in sorted(markers.items())]


def _logs_of(folder: str, logs: set[str], *, whole: bool) -> str | None:
    """Return the folder of a store's logs where it is another than the store's; of a part of an archive the likely."""
    above, _, name = folder.rpartition("/")
    data, _, databases = above.rpartition("/")
    apart = f"{data}/transactions/{name}".lstrip("/")
    there = apart in logs or not whole
    return apart if databases == "databases" and folder not in logs and there else None


def _files(entries: Iterable[Entry]) -> Iterator[File]:
    for entry in entries:
        kind = contents.kind_of_file(entry.head)
        if kind and not entry.folder:
            yield File(entry, kind, contents.header_of(kind, entry.head))


def is_store_file(path: str) -> bool:
    """Tell whether a path is that of a store's file or of its transaction logs."""
    name = path.rpartition("/")[2]
    return _STORE.fullmatch(name) is not None or _LOGS.fullmatch(name) is not None


def is_telling(name: str) -> bool:
    """Tell whether the first bytes of an entry in a zip are worth a request: a store's marker, a dump, an artifact."""
    return name.rpartition("/")[2] in STORE_MARKERS or name.lower().endswith((".dump", ".backup"))


def _owner_of(file: File, wanted: Wanted) -> str:
    if file.header and file.header.database:
        # Names fold case as Neo4j does.
        name = file.header.database
        return wanted.database if name.casefold() == wanted.database else name
    return owner(file.entry.name, wanted.database, wanted.key, file=True)


def _by_hand(stores: list[Store], files: list[File], wanted: Wanted, *, whole: bool) -> Content | None:
    """Return what BACKUP_SET_DIR names: a folder of a store or of one dump or chain, or a file."""
    directory = wanted.directory.strip("/")
    directory = "" if directory == "." else directory
    named: list[Content] = [store for store in stores if store.folder == directory]
    named = named or [file for file in files if directory in {file.entry.name, file.folder}]
    if named:
        return _single(named, wanted)
    if not whole:
        return None
    inside = ", ".join(_places([*stores, *files])) or "none at all"
    message = f"{wanted.name} has no store, dump or artifact in BACKUP_SET_DIR, {wanted.directory}; it has {inside}"
    raise ConfigurationError(message, hint="unset BACKUP_SET_DIR, or set it to one of these")


def _single(fitting: list[Content], wanted: Wanted) -> Content:
    """Return the one that is meant: a store before files, and of artifacts the last."""
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
    """Return the first of some names for a message, each as far as anybody reads it."""
    return [name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}…" for name in islice(names, _SHOWN)]


def _refused(entries: Sequence[Entry], owners: dict[Content, str], wanted: Wanted) -> BackupDamagedError:
    """Return the error for an archive that holds another database, or none."""
    if owners:
        other, place = next(iter(owners.values())), _places(list(owners))[0]
        message = f"{wanted.name} holds the database {other}, not {wanted.database}: {place}"
        hint = f"ask for {other} in DATABASE; or set BACKUP_SET_DIR to {place} to restore it as {wanted.database}"
        return BackupDamagedError(message, hint=hint)
    names = [entry.name for entry in entries if not entry.folder]
    packed = [name for name in names if _PACKED.search(name)]
    if packed:
        message = f"{wanted.name} holds other archives, which are not unpacked: {', '.join(_shown(packed))}"
        return BackupDamagedError(message, hint="upload the archive that is inside it, and restore that")
    listed = f"it holds {', '.join(_shown(names))}" if names else "it is empty"
    message = f"{wanted.name} holds no database, no dump and no backup artifact: {listed}"
    return BackupDamagedError(message, hint=f"see what made it, or {ANOTHER_SET}")


def entries_of(top: Path, name: str) -> list[Entry]:
    """Return what is unpacked below the folder `top`, as far as it matters here, and some of the rest for messages.

    Nothing else is kept: a stranger chooses how many files there are. name: the set's, for messages.
    """
    found: list[Entry] = []
    others: list[Entry] = []
    logs: set[str] = set()
    telling = Budget(name, "the stores, dumps and artifacts in it are", bounds.MOST_STORES)
    heads = Heads(contents.head_bytes)
    for path in _files_below(top):
        entry = Entry(str(path.relative_to(top)), path.stat().st_size, head=heads.of_file(path))
        folder = entry.name.rpartition("/")[0]
        if path.name in STORE_MARKERS or contents.kind_of_file(entry.head):
            telling.spend()
            found.append(entry)
        elif _LOGS.fullmatch(path.name) and folder not in logs and len(logs) < bounds.MOST_STORES:
            logs.add(folder)
            found.append(entry)
        elif len(others) < _SHOWN or (len(others) < 2 * _SHOWN and _PACKED.search(path.name)):
            others.append(entry)
    return [*found, *others]


def _files_below(top: Path) -> Iterator[Path]:
    return (path for path in top.rglob("*") if path.is_file() and not path.is_symlink())
