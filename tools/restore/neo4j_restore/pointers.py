"""Sets that the next backup replaces, and their twins: the stamped sets that have the same bytes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from neo4j_restore.catalog import order
from neo4j_restore.sets import BackupSet, TimeSource
from neo4j_restore.spec import Scheme
from neo4j_restore.stores import StoredObject

Look = Callable[[StoredObject], StoredObject]

# A pointer's twin is among the newest sets of its size.
_MOST_COMPARED: Final = 8

# In these stores two objects of one generation have the same bytes: an ETag of S3, or one file with two names.
_SAME_BY_GENERATION: Final = frozenset((Scheme.S3, Scheme.FILE))


def dated(sets: Sequence[BackupSet], look: Look, scheme: Scheme) -> list[BackupSet]:
    """Return the sets, those without a stamp with the time of their twin where they have one, in order.

    look: returns an object with what a listing does not tell; asked only where sizes are equal.
    """
    return order(_dated(each, sets, look, scheme) for each in sets)


def _dated(each: BackupSet, sets: Sequence[BackupSet], look: Look, scheme: Scheme) -> BackupSet:
    if each.is_stamped or each.time_source is not TimeSource.STORE:
        return each
    found = twin(each, sets, look, scheme)
    return replace(each, time=found.time, time_source=TimeSource.CHECKSUM) if found else each


def twin(found: BackupSet, sets: Sequence[BackupSet], look: Look, scheme: Scheme | None = None) -> BackupSet | None:
    """Return the set itself if it has a stamp, else the newest one with a stamp that has the same bytes.

    scheme: of the store, where generations may tell it as well; None where checksums alone may.
    """
    if found.is_stamped:
        return found
    alike = [each for each in sets if each.is_stamped and _is_alike(each, found)][:_MOST_COMPARED]
    if scheme in _SAME_BY_GENERATION and (own := _generations(found)):
        same = next((each for each in alike if _generations(each) == own), None)
        if same:
            return same
    bytes_of = fingerprint(found, look) if alike else None
    return next((each for each in alike if bytes_of and fingerprint(each, look) == bytes_of), None)


def _is_alike(one: BackupSet, other: BackupSet) -> bool:
    return (one.kind, one.size_bytes, len(one.objects)) == (other.kind, other.size_bytes, len(other.objects))


def _generations(each: BackupSet) -> tuple[str, ...] | None:
    return tuple(one.generation for one in each.objects) if is_one_object(each) else None


def fingerprint(found: BackupSet, look: Look) -> tuple[tuple[str, int, str], ...] | None:
    """Return what two sets of the same bytes share; None where the store has no checksums to tell it by."""
    if is_one_object(found):
        stored = look(found.objects[0])
        return (("", stored.size_bytes, str(stored.checksum)),) if stored.checksum else None
    if not all(each.checksum for each in found.objects):
        return None
    names = ((each.key.removeprefix(found.key), each.size_bytes, str(each.checksum)) for each in found.objects)
    return tuple(sorted(names))


def is_one_object(found: BackupSet) -> bool:
    """Tell whether a set is a single object, and no folder or chain."""
    return len(found.objects) == 1 and found.objects[0].key == found.key
