"""Reads one part of a key, a stem or a folder's name, by itself: the database's name, a stamp, general words, or more.

`naming` has the tables of what stems and folders mean, and puts the parts of a key together.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from neo4j_restore.sets import stamps
from neo4j_restore.sets.kinds import lower
from neo4j_restore.sets.stamps import Stamp
from neo4j_restore.sets.words import CALENDAR, GENERAL, NEVER, TIMELY
from neo4j_restore.spec import LATEST, DatabaseName

# Neo4j's rule for names. 3.x allows underscores only in the names of folders.
_LEGAL = re.compile(r"[a-z][a-z0-9.-]{2,62}", re.ASCII)

_SEPARATORS = re.compile(r"[-_. ]+")
_DATEISH = re.compile(r"(?<!\d)(?:19|20)\d\d[-_.]?[01]\d|\d{6}", re.ASCII)
_DIGITISH = re.compile(r"\d.*|[tvw]?\d+|", re.ASCII)
# General words beyond the stamp mean nothing. Between the name and the stamp they could be a part of the name.
_AFTER = re.compile(rf"(?:[-_. ]+(?:{'|'.join(sorted(GENERAL))}))+$", re.ASCII | re.IGNORECASE)
_BEFORE = re.compile(rf"^(?:(?:{'|'.join(sorted(GENERAL))})[-_. ]+)+", re.ASCII | re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)

# Names with more separators than any stamp has are not split: it would take too long.
_MOST_SPLITS = 16

# A database's name, a stamp and some words together are shorter.
_LONGEST_OWN = 200


def aliases(database: DatabaseName) -> tuple[str, ...]:
    """Return the names that backups of `database` have, the longest first.

    The tools of 3.x append `-backup` to `graph.db`.
    """
    return (f"{database}-backup", database) if database == "graph.db" else (database,)


class Role(StrEnum):
    """What a stem or a folder means, by the tables above."""

    OWN = "own"
    STAMP = "stamp"
    WORDS = "words"
    MIXED = "mixed"
    OTHER = "other"
    ODD = "odd"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one stem or folder means. tag: the stamp's text, `latest`, or empty. owner: the name of another database."""

    role: Role
    tag: str = ""
    stamp: Stamp | None = None
    owner: str = ""
    reason: str = ""


class Stems:
    """Reads stems and names of folders for one database."""

    def __init__(self, database: DatabaseName, exact: str, orders: Collection[str]) -> None:
        """Keep the arguments. exact: TIMESTAMP, a stamp even if it is not a time. orders: see `stamps.read`."""
        self._database, self._exact, self._orders = database, exact.removesuffix(".backup"), orders
        words, names = "|".join(sorted(GENERAL)), "|".join(map(re.escape, aliases(database)))
        between = "[-_. @+=]+"
        own_pattern = rf"(?:(?:{words})[_ ])*(?:{names})(?:[_ ](?:{words}))*"
        self._own = re.compile(rf"(?:(?P<head>.+?){between})??{own_pattern}(?:{between}(?P<tail>.+))?", re.ASCII)
        self._bounded = re.compile(rf"(?<![a-z0-9])(?:{names})(?![a-z0-9])", re.ASCII)
        self._begins = re.compile(rf"(?<![a-z0-9])(?:{names})", re.ASCII)

    def bears(self, folded: str) -> bool:
        """Return whether a word in a text in lower case begins with the database's name."""
        return self._begins.search(folded) is not None

    def meaning_of(self, text: str, updated: datetime | None) -> Meaning:
        """Return what a stem or a folder's name means by itself."""
        folded = lower(text)
        if self.bears(folded) and (meaning := self._own_of(text, folded, updated)):
            return meaning
        if folded == LATEST or self.is_exact(text):
            return Meaning(Role.STAMP, LATEST if folded == LATEST else text)
        if stamp := self.read(text, updated):
            return Meaning(Role.STAMP, text, stamp)
        tag, stamp, owner = next(iter(self.stamped(text, updated)), ("", None, text))
        return self._owned(lower(owner), tag, stamp, folded)

    def _own_of(self, text: str, folded: str, updated: datetime | None) -> Meaning | None:
        match = self._own.fullmatch(folded) if len(folded) <= _LONGEST_OWN else None
        if not match:
            return None
        head, tail = (text[slice(*match.span(name))] for name in ("head", "tail"))
        if head and tail:
            return None
        beside = head or tail
        if not beside:
            return Meaning(Role.OWN)
        if shorter := _AFTER.sub("", tail) or _BEFORE.sub("", head):
            beside = shorter if self.read(shorter, updated) else beside
        if lower(beside) == LATEST:
            return Meaning(Role.OWN, LATEST)
        if stamp := self.read(beside, updated):
            return Meaning(Role.OWN, beside, stamp)
        exact = self.is_exact(beside) or (tail and self.is_exact(_behind_name(text, folded, self._bounded)))
        return Meaning(Role.OWN, self._exact) if exact else None

    def _owned(self, owner: str, tag: str, stamp: Stamp | None, folded: str) -> Meaning:
        """Return what a stem means that is not just the database's name. owner: the stem without its stamp."""
        bears = self._bounded.search(folded) is not None
        rest = [part for part in _SEPARATORS.split(self._bounded.sub("", owner)) if part]
        extra = [part for part in rest if part not in GENERAL]
        if not bears and (not extra or _are_periods(rest)):
            return Meaning(Role.WORDS, tag, stamp)
        if any(part in NEVER for part in extra):
            return Meaning(Role.NOTHING)
        words = [part for part in extra if not _DIGITISH.fullmatch(part) or (tag and not _DATEISH.search(owner))]
        words = [part for part in words if tag or part not in TIMELY]
        dated = _DATEISH.search(owner) or (not tag and any(map(_YEAR.fullmatch, extra)))
        if words and _LEGAL.fullmatch(owner) and not dated:
            return Meaning(Role.OTHER, tag, stamp, owner=owner)
        if not bears:
            return Meaning(Role.NOTHING)
        if not extra:
            reason = f"it could be of a database called {owner}"
            return Meaning(Role.MIXED, tag, stamp, reason=reason)
        return Meaning(Role.ODD, tag, stamp, reason=self._reason(folded, owner, tag))

    def _reason(self, folded: str, owner: str, tag: str) -> str:
        """Return why a name with the database's name in it is not understood."""
        if _LEGAL.fullmatch(owner) or _DATEISH.search(owner) or not tag:
            beside = self._bounded.sub("", folded, count=1).strip("-_. ")
            if any(char.isdigit() for char in beside) or beside in TIMELY:
                several = (
                    "could be several times" if len(stamps.meanings(beside)) > 1 else "is not a known form of time"
                )
                return f"{beside[:60]!r} in its name {several}"
        return f"{owner[:60]!r} is more than {self._database}, but not the name of a database"

    def stamped(self, stem: str, updated: datetime | None) -> list[tuple[str, Stamp | None, str]]:
        """Return the longest stamp at a stem's end or start, with its time and the rest of the stem, or nothing."""
        places = [match.span() for match in _SEPARATORS.finditer(stem)]
        if len(places) > _MOST_SPLITS:
            return []
        for start, end in places:
            if stem[end:].isascii() and (tag := stem[end:]) and (stamp := self.read(tag, updated)):
                return [(tag, stamp, stem[:start])]
            if lower(stem[end:]) == LATEST:
                return [(LATEST, None, stem[:start])]
        for start, end in reversed(places):
            if (tag := stem[:start]) and (stamp := self.read(tag, updated)):
                return [(tag, stamp, stem[end:])]
            if lower(tag) == LATEST:
                return [(LATEST, None, stem[end:])]
        return []

    def read(self, text: str, updated: datetime | None = None) -> Stamp | None:
        """Return the time in a text, or None. updated: when the object was written."""
        return stamps.read(text, updated, self._orders)

    def is_exact(self, text: str) -> bool:
        """Return whether a text is the stamp in TIMESTAMP."""
        return bool(self._exact) and text == self._exact


def _behind_name(text: str, folded: str, name: re.Pattern[str]) -> str:
    """Return the text after the database's name, without the separator."""
    match = name.search(folded)
    return text[match.end() + 1 :] if match else ""


def _are_periods(parts: list[str]) -> bool:
    """Return whether a name such as `tuesday` or `daily.0` is a period for which a backup is kept."""
    return all(part in CALENDAR or part in GENERAL or part.isdigit() for part in parts) and not all(
        part.isdigit() for part in parts
    )
