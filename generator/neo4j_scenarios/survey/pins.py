"""Which TIMESTAMP takes a chosen set, and no other, at every later install."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from neo4j_restore import artifacts, choosing, pointers, spec
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.sets import BackupSet, Shelf
from neo4j_restore.stores import StoredObject
from neo4j_scenarios.errors import Problem
from neo4j_scenarios.pin import Pin


@dataclass(frozen=True)
class Pinned:
    """The sets that a timestamp takes, and the TIMESTAMP that goes on taking them; or why there is none."""

    sets: Mapping[spec.DatabaseName, BackupSet]
    timestamp: str = ""
    problem: Problem | None = None


Sets = Mapping[spec.DatabaseName, list[BackupSet]]


class Pinning:
    """Pins sets of one bucket. look: returns an object with what a listing does not tell: its checksum."""

    def __init__(self, bucket: spec.BucketUrl, look: Callable[[StoredObject], StoredObject]) -> None:
        """Take the bucket for messages and URLs."""
        self._bucket, self._look = bucket, look

    def pinned(self, sets: Sets, timestamp: str, on_stale: spec.OnStaleLatest = spec.OnStaleLatest.FAIL) -> Pinned:
        """Return the sets that `timestamp` takes of each database, and how they are named for good.

        sets: of each database, the newest first. A pointer, or a bare name, is replaced by the next backup: its twin
        with a stamp stands for it, the set of the same bytes. One TIMESTAMP holds for all databases: their common
        stamp, else the time of the newest of them.
        """
        asked = spec.parse_timestamp(timestamp)
        try:
            taken = {each: artifacts.choose(found, asked) for each, found in sets.items()}
        except ConfigurationError as error:
            return Pinned({}, "", Problem("", str(error), error.hint))
        missing = [each for each, found in taken.items() if not found]
        if missing:
            return self._missing(missing, sets, timestamp, asked)
        return self._named({each: found for each, found in taken.items() if found}, sets, asked, on_stale)

    def _named(
        self,
        taken: Mapping[spec.DatabaseName, BackupSet],
        sets: Sets,
        asked: str | datetime,
        on_stale: spec.OnStaleLatest,
    ) -> Pinned:
        """Return what is taken as it is named for good, or why a restore would refuse it."""
        if asked == spec.LATEST:
            choices = {each: choosing.judge(one, sets[each], on_stale) for each, one in taken.items()}
            taken = {each: choice.chosen for each, choice in choices.items()}
            doubt = next((choice for choice in choices.values() if choice.doubt), None)
            if doubt:
                return Pinned(taken, "", Problem("", doubt.doubt, doubt.hint))
        for each, found in taken.items():
            if problem := self._unread(found, sets[each], asked):
                return Pinned({each: found}, "", problem)
        named: dict[spec.DatabaseName, BackupSet] = {}
        for each, found in taken.items():
            twin = pointers.twin(found, sets[each], self._look)
            if not twin:
                return self._unnamed(taken, each, sets[each])
            named[each] = twin
        for candidate in _candidates(named):
            if all(_key(sets[each], candidate) == found.key for each, found in named.items()):
                return Pinned(named, candidate)
        return Pinned(named, "", self._apart(named))

    def doubted(
        self, pinned: Pinned, shelves: Mapping[spec.DatabaseName, Shelf], timestamp: str, ignored: Sequence[str]
    ) -> Pinned:
        """Return what is pinned; or why not, where something that is not understood may be newer than a set of it."""
        asked = spec.parse_timestamp(timestamp)
        for each, chosen in pinned.sets.items():
            doubtful = choosing.doubts(chosen, shelves[each].unclear, asked)
            if doubtful and not pinned.problem:
                error = choosing.refusal(chosen, doubtful, self._bucket, ignored)
                return Pinned(pinned.sets, "", Problem("", str(error), error.hint))
        return pinned

    def taken(self, sets: Sets, timestamp: str) -> dict[spec.DatabaseName, Pin]:
        """Return what `timestamp` takes of each database."""
        asked = spec.parse_timestamp(timestamp)
        found = {each: _choose(there, asked) for each, there in sets.items()}
        return {each: self.pin(one) for each, one in found.items() if one}

    def pin(self, found: BackupSet) -> Pin:
        """Return what a lock says of a set."""
        if pointers.is_one_object(found):
            stored = self._look(found.objects[0])
            generation, checksum = stored.generation, str(stored.checksum or "")
        else:
            generation, checksum = _hash(found), ""
        return Pin(
            self._bucket.of(found.key),
            generation,
            checksum,
            found.size_bytes,
            rfc3339(found.time),
            found.stamp,
            found.kind.value,
        )

    def _unread(self, found: BackupSet, sets: list[BackupSet], asked: str | datetime) -> Problem | None:
        """Return why a restore would refuse the set: it can't be read, or an artifact that can't be may be newer."""
        doubtful = artifacts.doubtful(found, sets, asked)
        error = found.problem or (doubtful.problem if doubtful else None)
        return Problem("", str(error), error.hint) if error else None

    def _missing(self, missing: list[spec.DatabaseName], sets: Sets, timestamp: str, asked: str | datetime) -> Pinned:
        first = missing[0]
        near = choosing.not_found(self._bucket, first, asked, Shelf(sets[first]), [])
        what = f"{self._bucket} has no backup of {', '.join(missing)} for {timestamp}"
        hint = near.hint if sets[first] else "check bucket and database against `neo4j-restore list`"
        return Pinned({}, "", Problem("", what, hint))

    def _unnamed(
        self, taken: Mapping[spec.DatabaseName, BackupSet], database: spec.DatabaseName, sets: list[BackupSet]
    ) -> Pinned:
        found = taken[database]
        stamped = next((each for each in sets if each.is_stamped), None)
        what = f"{self._bucket.of(found.key)} is replaced by the next backup, and no set with a stamp has its bytes"
        hint = f"let the backup job keep a copy as {database}-STAMP, for example of the day"
        if stamped:
            hint = f"set timestamp to {stamped.stamp}, the newest that has one; or {hint}"
        return Pinned(taken, "", Problem("", what, hint))

    def _apart(self, named: Mapping[spec.DatabaseName, BackupSet]) -> Problem:
        objects = ", ".join(self._bucket.of(each.key) for each in named.values())
        what = f"no single timestamp takes these sets together: {objects}"
        return Problem("", what, "set timestamp to a stamp or a time that takes one set of each database")


def _candidates(named: Mapping[spec.DatabaseName, BackupSet]) -> list[str]:
    stamps = {each.stamp for each in named.values()}
    newest = max(each.time for each in named.values())
    return [*stamps, rfc3339(newest)] if len(stamps) == 1 else [rfc3339(newest)]


def _key(sets: list[BackupSet], timestamp: str) -> str:
    found = _choose(sets, spec.parse_timestamp(timestamp))
    return found.key if found else ""


def _choose(sets: list[BackupSet], asked: str | datetime) -> BackupSet | None:
    """Return the set that is asked for; None where there is none, or several could be meant."""
    try:
        return artifacts.choose(sets, asked)
    except ConfigurationError:
        return None


def _hash(found: BackupSet) -> str:
    names = sorted(f"{each.key}\0{each.generation}\n" for each in found.objects)
    return f"sha256:{hashlib.sha256(''.join(names).encode()).hexdigest()}"


def rfc3339(moment: datetime) -> str:
    """Return a time in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
