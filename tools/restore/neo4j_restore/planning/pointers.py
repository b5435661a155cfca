"""Finds the twin of a pointer. A pointer is a set that the next backup replaces. Its twin is a stamped copy of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from neo4j_restore.sets.backup_set import BackupSet, TimeSource
from neo4j_restore.sets.catalog import order
from neo4j_restore.spec import Scheme
from neo4j_restore.stores import StoredObject

Stat = Callable[[StoredObject], StoredObject]

# A pointer's twin is among the newest sets of its size.
_MOST_COMPARED: Final = 8

# In these stores two objects with the same generation have the same bytes: it is an ETag in S3, and the file's identity
# in a folder, where one file may have two names.
_SAME_BY_GENERATION: Final = frozenset((Scheme.S3, Scheme.FILE))


def dated(sets: Sequence[BackupSet], stat: Stat, scheme: Scheme) -> list[BackupSet]:
    """Return the sets in order. A set without a stamp gets the time of its twin, if it has one.

    stat: returns an object with the facts that a listing lacks. It is only called for objects of equal size.
    """
    return order(_dated(each, sets, stat, scheme) for each in sets)


def _dated(pointer: BackupSet, sets: Sequence[BackupSet], stat: Stat, scheme: Scheme) -> BackupSet:
    if pointer.is_stamped or pointer.time_source is not TimeSource.STORE:
        return pointer
    stamped = twin(pointer, sets, stat, scheme)
    return replace(pointer, time=stamped.time, time_source=TimeSource.CHECKSUM) if stamped else pointer


def twin(pointer: BackupSet, sets: Sequence[BackupSet], stat: Stat, scheme: Scheme | None = None) -> BackupSet | None:
    """Return the set itself if it has a stamp, else the newest stamped set with the same bytes, or None.

    scheme: of the store, so that generations can be compared as well. None: only checksums are compared.
    """
    if pointer.is_stamped:
        return pointer
    alike = [each for each in sets if each.is_stamped and _is_alike(each, pointer)][:_MOST_COMPARED]
    # Generations come with the listing, and checksums may need a request for each object.
    if scheme in _SAME_BY_GENERATION and (generations := _generations(pointer)):
        same = next((each for each in alike if _generations(each) == generations), None)
        if same:
            return same
    bytes_of = fingerprint(pointer, stat) if alike else None
    return next((each for each in alike if bytes_of and fingerprint(each, stat) == bytes_of), None)


def _is_alike(one: BackupSet, other: BackupSet) -> bool:
    return (one.kind, one.size_bytes, len(one.objects)) == (other.kind, other.size_bytes, len(other.objects))


def _generations(chosen: BackupSet) -> tuple[str, ...] | None:
    return tuple(one.generation for one in chosen.objects) if is_one_object(chosen) else None


def fingerprint(chosen: BackupSet, stat: Stat) -> tuple[tuple[str, int, str], ...] | None:
    """Return a value that is equal for two sets with the same bytes, or None if the store has no checksums."""
    if is_one_object(chosen):
        stored = stat(chosen.objects[0])
        return (("", stored.size_bytes, str(stored.checksum)),) if stored.checksum else None
    if not all(each.checksum for each in chosen.objects):
        return None
    names = ((each.key.removeprefix(chosen.key), each.size_bytes, str(each.checksum)) for each in chosen.objects)
    return tuple(sorted(names))


def is_one_object(chosen: BackupSet) -> bool:
    """Return whether a set is a single object, and not a folder or a chain."""
    return len(chosen.objects) == 1 and chosen.objects[0].key == chosen.key
