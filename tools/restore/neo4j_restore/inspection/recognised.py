"""A set as its bytes show it: its kind, its header, and its layers. Pure."""

from dataclasses import replace

from neo4j_restore.inspection import contents, entries, layouts
from neo4j_restore.inspection.contents import Contents
from neo4j_restore.inspection.layouts import Content, File, Store, Wanted
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.inside import BLOCK, DATA_FOLDER, STORE_FILES, Inside, StoreVersion, version_of
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.streams import codecs, decoders
from neo4j_restore.volume.paths import LOGS, RECORD_STORES


def recognised(chosen: BackupSet, seen: Contents, wanted: Wanted, *, encrypted: bool = False) -> BackupSet:
    """Return the set whose object has the contents `seen`. wanted: the database it should be of.

    Raises BackupDamagedError for another database's set, and ConfigurationError where several could be meant.
    """
    if seen.kind in {Kind.DUMP, Kind.BACKUP}:
        inside = Inside(seen.packings, encrypted=encrypted)
        return _of_file(chosen, inside, seen.kind, seen.head)
    container, newest = "zip" if seen.kind is Kind.ZIP else "tar", entries.newest(seen.entries)
    inside = Inside(seen.packings, container, newest=newest, encrypted=encrypted)
    content = layouts.content_of(seen.entries, wanted, whole=seen.whole)
    return with_content(replace(chosen, kind=seen.kind, header=None, inside=inside), content)


def with_content(chosen: BackupSet, content: Content | None) -> BackupSet:
    """Return an archive in which `content` is the database. It is unchanged where the content is not known yet."""
    inside = chosen.inside or Inside()
    if isinstance(content, File):
        entry = content.entry
        inside = replace(inside, member=entry.name, size_bytes=entry.size_bytes)
        return _of_file(chosen, inside, content.kind, entry.head)
    if content:
        kind = Kind.ZIP if inside.container == "zip" else Kind.ARCHIVE
        inside = replace(inside, what=_what(content), member="", store=_version_of_store(content), sure=True)
        return replace(chosen, kind=kind, header=None, inside=inside)
    return chosen


def _of_file(chosen: BackupSet, inside: Inside, kind: Kind, head: bytes) -> BackupSet:
    header, sure = contents.header_of(kind, head), contents.is_sure(kind, head)
    # The stream begins behind Neo4j's magic of 4 bytes.
    growth = decoders.ratio(head if codecs.codec_of(head) else head[4:])
    return replace(chosen, kind=kind, header=header, inside=replace(inside, what=kind.value, sure=sure, growth=growth))


def _what(store: Store) -> str:
    """Return the form of store files: those of a backup directory, or of a copied data folder."""
    return STORE_FILES if store.logs is None else DATA_FOLDER


def of_directory(chosen: BackupSet, neostore: bytes) -> BackupSet:
    """Return the raw directory. neostore: the first bytes of its file `neostore`, empty for the block format."""
    version = version_of(neostore) if neostore else BLOCK
    return replace(chosen, inside=Inside(what=STORE_FILES, store=version, sure=True))


def lacks(chosen: BackupSet) -> list[str]:
    """Return the files that a raw directory needs and lacks, by the listing; of any other set none."""
    if chosen.kind is not Kind.DIRECTORY:
        return []
    names = {stored.key.removeprefix(chosen.key) for stored in chosen.objects}
    missing = [] if "block.metadata.db" in names else [name for name in RECORD_STORES if name not in names]
    has_logs = any(name.startswith(LOGS) for name in names)
    return missing if has_logs else [*missing, f"{LOGS}.*"]


def _version_of_store(store: Store) -> StoreVersion | None:
    """Return the version of a store by its marker file, or None where the file was not seen, or does not have it."""
    if store.marker is None:
        return None
    return BLOCK if store.marker.name.endswith("block.metadata.db") else version_of(store.marker.head)
