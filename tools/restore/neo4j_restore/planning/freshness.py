"""Decides whether the set that `latest` selects is the latest one. Pure.

A `latest` pointer, or a set without a stamp, is compared with the newest set that has a stamp. A stamp is the time in
the name of a set. A pointer is a set with `latest` in the place of the stamp.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from neo4j_restore.planning.choosing import alike
from neo4j_restore.sets import stamps
from neo4j_restore.sets.backup_set import BackupSet, TimeSource
from neo4j_restore.spec import LATEST, OnStaleLatest

# Stamps without a zone are read as UTC, but the clocks of the scripts may be in any zone.
_ZONES = timedelta(days=1)

# So far clocks are put back when summer time ends.
_SUMMER_TIME = timedelta(hours=1)

_ZONED = re.compile(r"(z|utc|gmt|\+\d\d:?\d\d)$", re.IGNORECASE)

# A copy of a bucket writes objects side by side.
_SAME_MOMENT = timedelta(seconds=2)

# The objects of one backup are uploaded one after the other, within this time.
_UPLOAD = timedelta(hours=6)

# If a set was uploaded this long after its stamp, the bucket is a copy, so none of its upload times mean anything.
_COPIED = timedelta(days=2)


@dataclass(frozen=True)
class Choice:
    """The set that a request means, and warnings about it. doubt: why it is refused, or empty."""

    chosen: BackupSet
    warnings: tuple[str, ...] = ()
    doubt: str = ""
    hint: str = ""


def judge(chosen: BackupSet, sets: Sequence[BackupSet], on_stale: OnStaleLatest) -> Choice:
    """Return what `latest` means: `chosen`, or the newest stamped set instead, or a doubt."""
    choice = _judge(chosen, sets, on_stale)
    return replace(choice, warnings=(*choice.warnings, *_clock_put_back(choice.chosen, sets)))


def _judge(chosen: BackupSet, sets: Sequence[BackupSet], on_stale: OnStaleLatest) -> Choice:
    newest = next((each for each in sets if each.is_stamped and each.time_source is not TimeSource.STORE), None)
    if newest is None:
        return _judge_by_store(chosen, sets, on_stale) if chosen.time_source is TimeSource.STORE else Choice(chosen)
    if chosen.stamp == LATEST:
        return _judge_pointer(chosen, newest, on_stale)
    bare = max((each for each in sets if not each.is_stamped), key=lambda each: each.updated, default=None)
    return _judge_bare(chosen, newest, bare) if bare else Choice(chosen)


def by_entries(chosen: BackupSet, sets: Sequence[BackupSet], on_stale: OnStaleLatest) -> Choice | None:
    """Return what `latest` means by the newest file in `chosen`, or None if that proves nothing.

    chosen: an inspected set. Of a large archive only the first files are known. So the set is not older than they are,
    but may be newer. It counts as stale only if a copy of the bucket has reset the store's times.
    """
    inner_time = chosen.inside.newest if chosen.inside else None
    if chosen.time_source is not TimeSource.STORE or inner_time is None or inner_time > chosen.updated:
        return None
    dated = replace(chosen, time=inner_time, time_source=TimeSource.ENTRIES)
    newest = next((each for each in sets if each.is_stamped and each.time_source is not TimeSource.STORE), None)
    if newest is None or chosen.stamp != LATEST or inner_time >= newest.time:
        return Choice(dated)
    if _was_copied(newest) and inner_time < _begin(newest) - _COPIED:
        return _stale(dated, newest, on_stale, "by the newest file in it")
    return None


def _judge_pointer(pointer: BackupSet, newest: BackupSet, on_stale: OnStaleLatest) -> Choice:
    proven = pointer.time_source is not TimeSource.STORE
    if not (pointer.time < newest.time if proven else _is_before(pointer, newest)):
        if proven or not _was_copied(newest):
            return Choice(pointer)
        warning = (
            f"the time of {pointer.url} is only its upload time ({pointer.updated:%Y-%m-%dT%H:%M:%SZ}), which a copy "
            f"of the bucket resets: it is not proved that it is newer than {newest.url}"
        )
        return Choice(pointer, (warning,))
    return _stale(pointer, newest, on_stale, "by its checksum" if proven else "by its upload time")


def _stale(pointer: BackupSet, newest: BackupSet, on_stale: OnStaleLatest, how: str) -> Choice:
    """Return the choice for a pointer that is older than the newest stamped set. how: what its time is known by."""
    stale = (
        f"{pointer.url} is of {pointer.time:%Y-%m-%dT%H:%M:%SZ} ({how}), and {newest.url} is newer: "
        "the pointer may be stale"
    )
    if on_stale is OnStaleLatest.LATEST:
        return Choice(pointer, (f"{stale}. It is restored, because ON_STALE_LATEST is latest",))
    if on_stale is OnStaleLatest.NEWEST:
        return Choice(newest, (f"{stale}. The newest set is restored instead, because ON_STALE_LATEST is newest",))
    name = f"TIMESTAMP={newest.stamp}" if newest.is_stamped else f"BUCKET={newest.url}"
    hint = (
        f"set ON_STALE_LATEST=newest to restore {newest.url}, ON_STALE_LATEST=latest to restore the pointer as it is, "
        f"or name a set: {name}"
    )
    return Choice(pointer, (stale,), stale, hint)


def _judge_bare(chosen: BackupSet, newest: BackupSet, bare: BackupSet) -> Choice:
    """Return the choice between the stamped sets and one without a stamp, which any later backup may have replaced."""
    if bare.time_source is not TimeSource.STORE or bare.updated <= max(newest.time, newest.updated - _UPLOAD):
        return Choice(chosen)
    uploaded = f"{bare.url} has no stamp, and was uploaded at {bare.updated:%Y-%m-%dT%H:%M:%SZ}"
    if _was_copied(newest) or bare.updated <= newest.updated + _UPLOAD:
        why = "an upload time proves nothing, because a copy of the bucket resets it"
        return Choice(chosen, (f"{uploaded}: {why}. Taking {chosen.url}",))
    doubt = f"{uploaded}, after the newest set with a stamp, {newest.url}: it is not known which of them is the latest"
    hint = f"set TIMESTAMP={newest.stamp} to restore the set with the stamp, or BUCKET to the other object"
    return Choice(chosen, (doubt,), doubt, hint)


def _judge_by_store(chosen: BackupSet, sets: Sequence[BackupSet], on_stale: OnStaleLatest) -> Choice:
    """Return the choice between sets that only differ in their upload times, such as those in daily/ and weekly/."""
    others = [each for each in sets if each.key != chosen.key and not alike(each, chosen)]
    other = max(others, key=lambda each: each.updated, default=None)
    if other is None:
        return Choice(chosen)
    if other.updated > chosen.updated + _UPLOAD:
        return _stale(chosen, other, on_stale, "by its upload time")
    if chosen.stamp == LATEST or abs(other.updated - chosen.updated) > _UPLOAD:
        return Choice(chosen)
    close = (
        f"only their upload times tell which of {chosen.url} and {other.url} is newer, and a copy of the bucket "
        "resets them"
    )
    if abs(other.updated - chosen.updated) >= _SAME_MOMENT:
        return Choice(chosen, (f"{close}: taking {chosen.url}",))
    doubt = f"{close}: both are of {chosen.updated:%Y-%m-%dT%H:%M:%SZ}"
    return Choice(chosen, (doubt,), doubt, "set BUCKET to the object or folder that is meant")


def _clock_put_back(chosen: BackupSet, sets: Sequence[BackupSet]) -> tuple[str, ...]:
    """Return a warning where a set whose stamp is up to an hour earlier was written later.

    Stamps in local time do so in the night in which summer time ends.
    """
    if not _has_local_stamp(chosen) or _was_copied(chosen):
        return ()
    since, others = chosen.time - _SUMMER_TIME, [each for each in sets if _has_local_stamp(each)]
    later = [each for each in others if since < each.time < chosen.time and each.updated > chosen.updated]
    if not later:
        return ()
    last = max(later, key=lambda each: each.updated)
    warning = (
        f"{last.url} was written after {chosen.url}, though its stamp is earlier: if the stamps are in local time and "
        f"the clock was put back between them, it is the newer one, and TIMESTAMP={last.stamp} restores it"
    )
    return (warning,)


def _has_local_stamp(each: BackupSet) -> bool:
    """Tell whether a stamp in its name alone tells the time of a set, and no zone is in it."""
    return each.is_stamped and each.time_source is TimeSource.NAME and not _ZONED.search(each.stamp)


def _is_before(pointer: BackupSet, newest: BackupSet) -> bool:
    """Return whether a pointer, which has only an upload time, is older than a stamped set."""
    return pointer.updated < _begin(newest) - _ZONES or pointer.updated < newest.updated - _UPLOAD


def _begin(stamped: BackupSet) -> datetime:
    """Return the first moment that the stamp of a set may mean."""
    stamp = stamps.read(stamped.stamp, stamped.updated)
    return stamp.start if stamp and stamped.time_source is TimeSource.NAME else stamped.time


def _was_copied(newest: BackupSet) -> bool:
    """Return whether the bucket is a copy, so that its upload times mean nothing."""
    return newest.updated - newest.time > _COPIED
