"""Finds the TIMESTAMP that selects a chosen set, and no other set, at every later install."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from neo4j_restore import spec, timestamps
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.planning import choosing, freshness, histories, pointers, refusals
from neo4j_restore.sets.backup_set import BackupSet, Shelf
from neo4j_restore.stores import StoredObject
from neo4j_restore.timestamps import Timestamp
from neo4j_scenarios.errors import Problem
from neo4j_scenarios.pin import Pin


@dataclass(frozen=True)
class Pinned:
    """The sets that a timestamp selects, and the TIMESTAMP that keeps selecting them, or the problem."""

    sets: Mapping[spec.DatabaseName, BackupSet]
    timestamp: str = ""
    problem: Problem | None = None


Sets = Mapping[spec.DatabaseName, list[BackupSet]]


class Pinning:
    """Pins sets of one bucket. look: returns an object with its checksum, which a listing may lack."""

    def __init__(self, bucket: spec.BucketUrl, look: Callable[[StoredObject], StoredObject]) -> None:
        """Take the bucket for messages and URLs."""
        self._bucket, self._look = bucket, look

    def pinned(
        self, sets: Sets, timestamp: Timestamp, on_stale: spec.OnStaleLatest = spec.OnStaleLatest.FAIL
    ) -> Pinned:
        """Return the sets that `timestamp` selects, and the TIMESTAMP that keeps selecting them.

        sets: of each database, the newest first. The next backup replaces a pointer or a set with a bare name. Such a
        set is pinned by its twin, the stamped set with the same bytes. All databases share one TIMESTAMP: their common
        stamp, or else the time of the newest set.
        """
        try:
            selected = {each: histories.choose(candidates, timestamp) for each, candidates in sets.items()}
        except ConfigurationError as error:
            return Pinned({}, "", Problem("", str(error), error.hint))
        missing = [each for each, backup in selected.items() if not backup]
        if missing:
            return self._missing(missing, sets, timestamp)
        return self._named({each: backup for each, backup in selected.items() if backup}, sets, timestamp, on_stale)

    def _named(
        self,
        selected: Mapping[spec.DatabaseName, BackupSet],
        sets: Sets,
        timestamp: Timestamp,
        on_stale: spec.OnStaleLatest,
    ) -> Pinned:
        """Return the selected sets with their lasting TIMESTAMP, or the reason why a restore would refuse them."""
        if timestamp.is_latest:
            choices = {each: freshness.judge(picked, sets[each], on_stale) for each, picked in selected.items()}
            selected = {each: choice.chosen for each, choice in choices.items()}
            doubt = next((choice for choice in choices.values() if choice.doubt), None)
            if doubt:
                return Pinned(selected, "", Problem("", doubt.doubt, doubt.hint))
        for database, backup in selected.items():
            if problem := self._unread(backup, sets[database], timestamp):
                return Pinned({database: backup}, "", problem)
        stamped: dict[spec.DatabaseName, BackupSet] = {}
        for database, backup in selected.items():
            twin = pointers.twin(backup, sets[database], self._look)
            if not twin:
                return self._unnamed(selected, database, sets[database])
            stamped[database] = twin
        for candidate in _candidates(stamped):
            if all(_key(sets[each], candidate) == picked.key for each, picked in stamped.items()):
                return Pinned(stamped, candidate)
        return Pinned(stamped, "", self._apart(stamped))

    def doubted(
        self, pinned: Pinned, shelves: Mapping[spec.DatabaseName, Shelf], timestamp: Timestamp, ignored: Sequence[str]
    ) -> Pinned:
        """Return `pinned`, or a problem if an object that we don't understand may be a newer set."""
        for database, chosen in pinned.sets.items():
            doubtful = choosing.doubts(chosen, shelves[database].unclear, timestamp)
            if doubtful and not pinned.problem:
                error = refusals.refusal(chosen, doubtful, self._bucket, ignored)
                return Pinned(pinned.sets, "", Problem("", str(error), error.hint))
        return pinned

    def taken(self, sets: Sets, timestamp: Timestamp) -> dict[spec.DatabaseName, Pin]:
        """Return the pins of the sets that `timestamp` selects."""
        selected = {each: _choose(candidates, timestamp) for each, candidates in sets.items()}
        return {each: self.pin(backup) for each, backup in selected.items() if backup}

    def pin(self, backup: BackupSet) -> Pin:
        """Return the pin of a set, as a lock holds it."""
        if pointers.is_one_object(backup):
            stored = self._look(backup.objects[0])
            generation, checksum = stored.generation, str(stored.checksum or "")
        else:
            generation, checksum = _hash(backup), ""
        return Pin(
            self._bucket.of(backup.key),
            generation,
            checksum,
            backup.size_bytes,
            rfc3339(backup.time),
            backup.stamp,
            backup.kind.value,
        )

    def _unread(self, backup: BackupSet, sets: list[BackupSet], timestamp: Timestamp) -> Problem | None:
        """Return why a restore would refuse the set: it is unreadable, or an unreadable artifact may be newer."""
        doubtful = histories.doubtful(backup, sets, timestamp)
        error = backup.problem or (doubtful.problem if doubtful else None)
        return Problem("", str(error), error.hint) if error else None

    def _missing(self, missing: list[spec.DatabaseName], sets: Sets, timestamp: Timestamp) -> Pinned:
        first = missing[0]
        error = refusals.not_found(self._bucket, first, timestamp, Shelf(sets[first]), [])
        message = f"{self._bucket} has no backup of {', '.join(missing)} for {timestamp.text}"
        hint = error.hint if sets[first] else "check bucket and database against `neo4j-restore list`"
        return Pinned({}, "", Problem("", message, hint))

    def _unnamed(
        self, selected: Mapping[spec.DatabaseName, BackupSet], database: spec.DatabaseName, sets: list[BackupSet]
    ) -> Pinned:
        backup = selected[database]
        stamped = next((each for each in sets if each.is_stamped), None)
        message = f"the next backup replaces {self._bucket.of(backup.key)}, and no stamped set has the same bytes"
        hint = f"make the backup job keep a copy named {database}-STAMP, for example with the date"
        if stamped:
            hint = f"set timestamp to {stamped.stamp}, the newest stamped set, or {hint}"
        return Pinned(selected, "", Problem("", message, hint))

    def _apart(self, stamped: Mapping[spec.DatabaseName, BackupSet]) -> Problem:
        objects = ", ".join(self._bucket.of(each.key) for each in stamped.values())
        message = f"no single timestamp selects all of these sets: {objects}"
        return Problem("", message, "set timestamp to a stamp or a time that selects one set of each database")


def _candidates(stamped: Mapping[spec.DatabaseName, BackupSet]) -> list[str]:
    stamps = {each.stamp for each in stamped.values()}
    newest = max(each.time for each in stamped.values())
    return [*stamps, rfc3339(newest)] if len(stamps) == 1 else [rfc3339(newest)]


def _key(sets: list[BackupSet], timestamp: str) -> str:
    backup = _choose(sets, spec.parse_timestamp(timestamp))
    return backup.key if backup else ""


def _choose(sets: list[BackupSet], timestamp: Timestamp) -> BackupSet | None:
    """Return the selected set, or None if there is none or the choice is ambiguous."""
    try:
        return histories.choose(sets, timestamp)
    except ConfigurationError:
        return None


def _hash(backup: BackupSet) -> str:
    names = sorted(f"{each.key}\0{each.generation}\n" for each in backup.objects)
    return f"sha256:{hashlib.sha256(''.join(names).encode()).hexdigest()}"


def rfc3339(moment: datetime) -> str:
    """Return a time in UTC as RFC 3339, to the second."""
    return timestamps.rfc3339(moment.replace(microsecond=0))
