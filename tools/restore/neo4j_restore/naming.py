"""Whose backup an object is, and of what time, as far as its name tells.

A name is a stem and an ending (`kinds.ENDINGS`); the stem and each folder above it, below the bucket's path, is read on
its own. NAME is the database in any case, STAMP a time (`stamps`) or `latest`, WORD a general word (`backup`, `daily`),
- stands for any of `-`, `_`, `.` and a space, and `%3A` for the colon that it encodes.

| stem | whose |
|---|---|
| NAME, NAME-STAMP, STAMP-NAME, also with the stamp behind the ending | the database's |
| NAME_WORD-STAMP, WORD_NAME-STAMP with underscores, which no database name has | the database's |
| STAMP alone, in a folder NAME | the database's |
| OTHER, OTHER-STAMP: a legal database name that says more than NAME and WORDs | another database's |
| NAME-WORD, WORD-NAME with a hyphen or dot, also with STAMP | the database's if nothing else is, else unclear |
| NAME with a time that is not understood, or that could be two; NAME with a weekday, a month or `current` | unclear |
| NAME with other text that is no database name, such as `prod_NAME` | unclear |
| STAMP or WORD, somewhere below a folder NAME | unclear |
| NAME inside a longer word (`presales` for `sales`), or not there | not the database's |

| folder | then |
|---|---|
| NAME, STAMP, WORD, or two of them, `2026/01/31`, `date=2026-01-31`, none | the stem decides; it may lend STAMP |
| a weekday, a month, a WORD with a number such as `daily.0`, a version such as `v5` or `5.26` | the stem decides |
| any other, such as `staging` | it may be another environment's: what would be the database's is unclear |

Where all sets lie in folders that differ in a stamp alone, as operators name them, these are of one environment.
A database may be called NAME-WORD, and scripts write NAME-WORD-STAMP for NAME. Where nothing is named in another way,
it is taken for NAME's. Where `neo4j-STAMP` lies beside `neo4j-backup-STAMP`, the two may be of two databases.
Endings and words of reports, logs, checksums and configuration (`words`) are never a backup. What has an ending that is
not known, and a stem of one of the rows above, is unclear if the ending has one that is known in it (`.tar.gz.gpg`), or
if its first bytes are a backup's.
Source: public backup scripts, the layouts of both Neo4j charts, of operators, and Aura's downloads.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from urllib.parse import unquote

from neo4j_restore import stamps
from neo4j_restore.kinds import AGE, ENDINGS, Kind, lower, split_ending
from neo4j_restore.spec import LATEST, DatabaseName
from neo4j_restore.stamps import Stamp
from neo4j_restore.words import CALENDAR, FOREIGN_ENDINGS, GENERAL, NEVER, NEVER_ENDINGS, TIMELY

# Neo4j's rule for names; 3.x allows underscores in the names of folders alone.
_LEGAL = re.compile(r"[a-z][a-z0-9.-]{2,62}", re.ASCII)

_SEPARATORS = re.compile(r"[-_. ]+")
_DATEISH = re.compile(r"(?<!\d)(?:19|20)\d\d[-_.]?[01]\d|\d{6}", re.ASCII)
_DIGITISH = re.compile(r"\d.*|[tvw]?\d+|", re.ASCII)
# General words on the far side of a stamp say nothing; between the name and the stamp they could be of the name.
_AFTER = re.compile(rf"(?:[-_. ]+(?:{'|'.join(sorted(GENERAL))}))+$", re.ASCII | re.IGNORECASE)
_BEFORE = re.compile(rf"^(?:(?:{'|'.join(sorted(GENERAL))})[-_. ]+)+", re.ASCII | re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_PERIOD = re.compile(r"(?:19|20)\d\d(?:[-_.]?[01]\d)?", re.ASCII)
_VERSION = re.compile(r"v\d{1,4}(?:\.\d{1,2}){0,2}|\d{1,4}(?:\.\d{1,2}){1,2}", re.ASCII)
_RANDOM_END = re.compile(r"-[a-z0-9]{4,10}$", re.ASCII)
# What rsync writes to before it renames it.
_TEMPORARY = re.compile(r"\..+\.[A-Za-z0-9]{6}", re.ASCII)
_HIVE = re.compile(r"[a-z_]{1,12}=", re.ASCII)
_AROUND_ENDING = re.compile(
    rf"(?P<stem>.+?)(?P<ending>{'|'.join(re.escape(each) for each in sorted(ENDINGS, key=len, reverse=True))})"
    r"(?P<rest>[-_.].+)"
)

# Names with more separators than any stamp has are not taken apart.
_MOST_SPLITS = 16

# A database's name, a stamp and some words have less.
_LONGEST_OWN = 200


def aliases(database: DatabaseName) -> tuple[str, ...]:
    """Return the names under which backups of `database` are filed, the longest first.

    The 3.x tools put `-backup` behind `graph.db`.
    """
    return (f"{database}-backup", database) if database == "graph.db" else (database,)


class Role(StrEnum):
    """What a stem or a folder says, by the tables above."""

    OWN = "own"
    STAMP = "stamp"
    WORDS = "words"
    MIXED = "mixed"
    OTHER = "other"
    ODD = "odd"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Said:
    """What one stem or folder says. tag: the stamp's text, `latest`, or empty. owner: of another database."""

    role: Role
    tag: str = ""
    stamp: Stamp | None = None
    owner: str = ""
    reason: str = ""


class Reading(StrEnum):
    """Whose an object is by its name."""

    OWN = "own"
    UNCLEAR = "unclear"
    OTHER = "other"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Named:
    """What a whole name says.

    tag, stamp: the stamp's text and time, for `OWN`. kind: what the ending makes likely. owner: for `OTHER`.
    reason: why it is `UNCLEAR`. elsewhere: the folder that makes it so. peek: its first bytes decide.
    worded: general words alone make it so.
    """

    reading: Reading
    kind: Kind | None = None
    tag: str = ""
    stamp: Stamp | None = None
    owner: str = ""
    reason: str = ""
    elsewhere: str = ""
    peek: bool = False
    worded: bool = False


_NOT_OURS: Final = Named(Reading.NOTHING)


@dataclass(frozen=True, slots=True)
class _Folders:
    """What the folders above a name say together. own: one is the database's. foreign: the path of the first other."""

    own: bool = False
    tag: str = ""
    stamp: Stamp | None = None
    foreign: str = ""


class Namer:
    """Reads the names of one listing for one database."""

    def __init__(self, prefix: str, database: DatabaseName, exact: str = "", orders: Collection[str] = ()) -> None:
        """Take the bucket's path as keys start with it, and a stamp to be taken as one though it tells no time.

        orders: in which day, month and year stand in other names, where that is known; see `stamps.read`.
        """
        self._database, self._exact, self._orders = database, exact.removesuffix(".backup"), orders
        words, names = "|".join(sorted(GENERAL)), "|".join(map(re.escape, aliases(database)))
        between = "[-_. @+=]+"
        own = rf"(?:(?:{words})[_ ])*(?:{names})(?:[_ ](?:{words}))*"
        self._own = re.compile(rf"(?:(?P<head>.+?){between})??{own}(?:{between}(?P<tail>.+))?", re.ASCII)
        self._bounded = re.compile(rf"(?<![a-z0-9])(?:{names})(?![a-z0-9])", re.ASCII)
        self._begins = re.compile(rf"(?<![a-z0-9])(?:{names})", re.ASCII)
        self._folders: dict[str, _Folders] = {}
        self._last = unquote(prefix.rstrip("/").rpartition("/")[2])
        self.is_of_bucket = self._say(self._last, None).role in {Role.OWN, Role.MIXED}

    def bears(self, relative: str) -> bool:
        """Tell whether the name of the database begins a word anywhere in a key below the bucket's path."""
        return self._begins.search(lower(unquote(relative) if "%" in relative else relative)) is not None

    def file(self, relative: str, updated: datetime | None = None) -> Named:
        """Return what the name of an object says. relative: its key below the bucket's path."""
        folder, _, name = relative.rpartition("/")
        name = unquote(name) if "%" in name else name
        stem, ending, behind = _split(name)
        if _never(name, stem):
            return _NOT_OURS
        said = self._say(stem, updated)
        if behind:
            stamp = self._read(behind[1:], updated)
            if stamp and said.role in {Role.OWN, Role.WORDS} and not said.tag:
                said, behind = Said(said.role, stamp.text, stamp), ""
            elif self._is_exact(behind[1:]) and said.role is Role.OWN:
                said, behind = Said(Role.OWN, behind[1:]), ""
        if said.role is Role.OTHER:
            return Named(Reading.OTHER, owner=said.owner) if ending else _NOT_OURS
        found = self._placed(said, self._around(folder))
        if found.reading is Reading.NOTHING or (ending and not behind):
            return _of_kind(found, ENDINGS.get(ending))
        return self._unended(found, name, behind)

    def folder(self, relative: str) -> Named:
        """Return what the path of a folder of store files says; an empty one is the bucket's path itself."""
        above, _, name = relative.rpartition("/")
        if not relative:
            said = self._say(self._last, None)
            return Named(Reading.OWN, Kind.DIRECTORY, said.tag, said.stamp)
        said, around = self._say(unquote(name), None), self._around(above)
        if said.role is Role.OTHER:
            return Named(Reading.OTHER, owner=said.owner)
        if said.role in {Role.WORDS, Role.MIXED} and around.own:
            said = Said(Role.OWN, said.tag, said.stamp)
        return _of_kind(self._placed(said, around), Kind.DIRECTORY)

    def series(self, folder: str) -> str:
        """Return what the path of a folder shares with those that the same job made at other times, or nothing.

        Operators make a folder for each backup, as `mycluster-backup-20260131-020000`, also with a random end.
        """
        above, _, name = folder.rpartition("/")
        for text in (name, _RANDOM_END.sub("", name)):
            for tag, _, rest in self._stamped(text, None):
                return f"{above}/{rest}" if tag != LATEST and rest else ""
        return ""

    def stamp_of(self, name: str, updated: datetime | None = None) -> tuple[str, Stamp | None]:
        """Return the stamp in any name, of whatever database: its text, and its time; for an object named outright."""
        stem, _, behind = _split(unquote(name))
        if behind and (stamp := self._read(behind[1:], updated)):
            return stamp.text, stamp
        for tag, stamp, _ in self._stamped(stem, updated):
            return tag, stamp
        return "", None

    def _placed(self, said: Said, around: _Folders) -> Named:
        """Return what a stem says in its folders."""
        own = said.role is Role.OWN or (said.role is Role.STAMP and around.own)
        if own and not around.foreign:
            # A pointer in a dated folder is the set of that date.
            use_own = said.tag and not (said.tag == LATEST and around.stamp)
            tag, stamp = (said.tag, said.stamp) if use_own else (around.tag, around.stamp)
            return Named(Reading.OWN, tag=tag, stamp=stamp)
        if own:
            reason = f"it lies in {around.foreign}/, which may be another environment's"
            tag, stamp = (said.tag, said.stamp) if said.tag else (around.tag, around.stamp)
            return Named(Reading.UNCLEAR, tag=tag, stamp=stamp, reason=reason, elsewhere=around.foreign)
        if said.role in {Role.STAMP, Role.WORDS} and around.own and not around.foreign:
            reason = f"its folder says {self._database}, and its own name does not"
            return Named(Reading.UNCLEAR, stamp=said.stamp or around.stamp, reason=reason)
        if said.role in {Role.ODD, Role.MIXED}:
            worded = said.role is Role.MIXED and not around.foreign
            tag, stamp = said.tag or around.tag, said.stamp or around.stamp
            return Named(Reading.UNCLEAR, tag=tag, stamp=stamp, reason=said.reason, worded=worded)
        return _NOT_OURS

    def _unended(self, found: Named, name: str, behind: str) -> Named:
        """Return what is said by a name whose ending is not known."""
        ending = behind or name[name.rfind(".") :] if "." in name else ""
        foreign = lower(ending[1:]) in FOREIGN_ENDINGS
        shown = f"its ending {ending[:40]!r} is not known" if ending else "its name has no ending"
        reason = found.reason or shown
        return Named(
            Reading.UNCLEAR,
            None,
            stamp=found.stamp,
            reason=reason,
            elsewhere=found.elsewhere,
            peek=not (behind or foreign),
        )

    def _around(self, folder: str) -> _Folders:
        """Return what the folders of a path say; most objects share theirs with many others."""
        if folder not in self._folders:
            if len(self._folders) >= 10_000:
                self._folders.clear()
            self._folders[folder] = self._read_folders(folder)
        return self._folders[folder]

    def _read_folders(self, folder: str) -> _Folders:
        own, tag, stamp, run = self.is_of_bucket, "", None, ""
        parts = folder.split("/") if folder else []
        for at, raw in enumerate(parts):
            part = _HIVE.sub("", unquote(raw), count=1)
            said = self._say(part, None) if part else Said(Role.WORDS)
            # Only a date begins with digits: `backups` before `2026/01/31` is not a part of it.
            goes_on = run[:1].isdigit() and (part.isdigit() or lower(part) in CALENDAR)
            run = f"{run}-{part}" if goes_on else part
            joined = self._read(run) if goes_on else None
            if joined:
                said = Said(Role.STAMP, joined.text, joined)
            elif said.role is Role.NOTHING and (_is_no_place(part) or (goes_on and len(part) == 2)):
                said = Said(Role.WORDS)
            own = own or said.role in {Role.OWN, Role.MIXED}
            if said.tag:
                tag, stamp = said.tag, said.stamp
            if said.role not in {Role.OWN, Role.STAMP, Role.WORDS, Role.MIXED}:
                return _Folders(own, tag, stamp, "/".join(parts[: at + 1]))
        return _Folders(own, tag, stamp)

    def _say(self, text: str, updated: datetime | None) -> Said:
        """Return what a stem, or a folder's name, says on its own."""
        folded = lower(text)
        if self._begins.search(folded) and (said := self._own_of(text, folded, updated)):
            return said
        if folded == LATEST or self._is_exact(text):
            return Said(Role.STAMP, LATEST if folded == LATEST else text)
        if stamp := self._read(text, updated):
            return Said(Role.STAMP, text, stamp)
        tag, stamp, owner = next(iter(self._stamped(text, updated)), ("", None, text))
        return self._owned(lower(owner), tag, stamp, folded)

    def _own_of(self, text: str, folded: str, updated: datetime | None) -> Said | None:
        match = self._own.fullmatch(folded) if len(folded) <= _LONGEST_OWN else None
        if not match:
            return None
        head, tail = (text[slice(*match.span(name))] for name in ("head", "tail"))
        if head and tail:
            return None
        beside = head or tail
        if not beside:
            return Said(Role.OWN)
        if shorter := _AFTER.sub("", tail) or _BEFORE.sub("", head):
            beside = shorter if self._read(shorter, updated) else beside
        if lower(beside) == LATEST:
            return Said(Role.OWN, LATEST)
        if stamp := self._read(beside, updated):
            return Said(Role.OWN, beside, stamp)
        exact = self._is_exact(beside) or (tail and self._is_exact(_behind_name(text, folded, self._bounded)))
        return Said(Role.OWN, self._exact) if exact else None

    def _owned(self, owner: str, tag: str, stamp: Stamp | None, folded: str) -> Said:
        """Return what is said by a stem that is not the database's own; owner: without its stamp."""
        bears = self._bounded.search(folded) is not None
        rest = [part for part in _SEPARATORS.split(self._bounded.sub("", owner)) if part]
        extra = [part for part in rest if part not in GENERAL]
        if not bears and (not extra or _are_periods(rest)):
            return Said(Role.WORDS, tag, stamp)
        if any(part in NEVER for part in extra):
            return Said(Role.NOTHING)
        words = [part for part in extra if not _DIGITISH.fullmatch(part) or (tag and not _DATEISH.search(owner))]
        words = [part for part in words if tag or part not in TIMELY]
        dated = _DATEISH.search(owner) or (not tag and any(map(_YEAR.fullmatch, extra)))
        if words and _LEGAL.fullmatch(owner) and not dated:
            return Said(Role.OTHER, tag, stamp, owner=owner)
        if not bears:
            return Said(Role.NOTHING)
        if not extra:
            reason = f"it could be of a database that is called {owner}"
            return Said(Role.MIXED, tag, stamp, reason=reason)
        return Said(Role.ODD, tag, stamp, reason=self._odd(folded, owner, tag))

    def _odd(self, folded: str, owner: str, tag: str) -> str:
        """Return what is wrong with a name that bears the database's and is not understood."""
        if _LEGAL.fullmatch(owner) or _DATEISH.search(owner) or not tag:
            beside = self._bounded.sub("", folded, count=1).strip("-_. ")
            if any(char.isdigit() for char in beside) or beside in TIMELY:
                several = (
                    "could be several times" if len(stamps.meanings(beside)) > 1 else "is not a time that is known"
                )
                return f"{beside[:60]!r} in its name {several}"
        return f"{owner[:60]!r} says more than {self._database}, and is not the name of a database"

    def _stamped(self, stem: str, updated: datetime | None) -> list[tuple[str, Stamp | None, str]]:
        """Return the longest stamp at a stem's end or its start, with its time and the rest of the stem; or nothing."""
        places = [match.span() for match in _SEPARATORS.finditer(stem)]
        if len(places) > _MOST_SPLITS:
            return []
        for start, end in places:
            if stem[end:].isascii() and (tag := stem[end:]) and (stamp := self._read(tag, updated)):
                return [(tag, stamp, stem[:start])]
            if lower(stem[end:]) == LATEST:
                return [(LATEST, None, stem[:start])]
        for start, end in reversed(places):
            if (tag := stem[:start]) and (stamp := self._read(tag, updated)):
                return [(tag, stamp, stem[end:])]
            if lower(tag) == LATEST:
                return [(LATEST, None, stem[end:])]
        return []

    def _read(self, text: str, updated: datetime | None = None) -> Stamp | None:
        return stamps.read(text, updated, self._orders)

    def _is_exact(self, text: str) -> bool:
        return bool(self._exact) and text == self._exact


def _behind_name(text: str, folded: str, name: re.Pattern[str]) -> str:
    """Return what stands behind the database's name, without the separator."""
    match = name.search(folded)
    return text[match.end() + 1 :] if match else ""


def _is_no_place(folder: str) -> bool:
    """Tell whether a folder is called by a year, a month of one, or a version of Neo4j such as `5.26`."""
    return bool(_PERIOD.fullmatch(folder) or _VERSION.fullmatch(folder))


def _are_periods(parts: list[str]) -> bool:
    """Tell whether a name such as `tuesday` or `daily.0` says for which period a backup is kept."""
    return all(part in CALENDAR or part in GENERAL or part.isdigit() for part in parts) and not all(
        part.isdigit() for part in parts
    )


def _of_kind(found: Named, kind: Kind | None) -> Named:
    if found.reading is Reading.NOTHING:
        return found
    return replace(found, kind=kind)


def _split(name: str) -> tuple[str, str, str]:
    """Return a name's stem, its ending, and what stands behind the ending; the last two may be empty."""
    stem, ending = split_ending(name)
    if ending:
        return stem, ending, ""
    folded = lower(name).removesuffix(AGE)
    if match := _AROUND_ENDING.fullmatch(folded):
        return name[: match.end("stem")], match["ending"], name[match.start("rest") : len(folded)]
    before, dot, last = name.rpartition(".")
    return (before, "", "") if dot and lower(last) in FOREIGN_ENDINGS else (name, "", "")


def _never(name: str, stem: str) -> bool:
    """Tell whether a name, or its stem, ends as something else than a backup does."""
    if _TEMPORARY.fullmatch(name) and not split_ending(name)[1]:
        return True
    parts = (name, stem) if len(stem) < len(name) else (name,)
    return any(lower(part.rpartition(".")[2]) in NEVER_ENDINGS for part in parts if "." in part)
