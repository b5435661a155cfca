"""Reads from an object's name which database it is a backup of, and of what time.

A name is a stem and an ending (`kinds.ENDINGS`). The stem and each folder above it, below the bucket's path, are read
one by one. In the tables NAME is the database in upper or lower case, STAMP is a time (`stamps`) or `latest`, and WORD
is a general word such as `backup` or `daily`. The hyphen stands for any of `-`, `_`, `.` and a space. `%3A` is read as
a colon.

| stem | backup of |
|---|---|
| NAME, NAME-STAMP, STAMP-NAME, also with the stamp after the ending | the database |
| NAME_WORD-STAMP, WORD_NAME-STAMP with underscores, which no database name has | the database |
| STAMP alone, in a folder NAME | the database |
| OTHER, OTHER-STAMP: a legal database name with more than NAME and WORDs | another database |
| NAME-WORD, WORD-NAME with a hyphen or dot, also with STAMP | the database if it has no other sets, else unclear |
| NAME with a time that is not understood, or that could be two | unclear |
| NAME with a weekday, a month or `current` | unclear |
| NAME with other text that is not a database name, such as `prod_NAME` | unclear |
| STAMP or WORD, somewhere below a folder NAME | unclear |
| NAME inside a longer word (`presales` for `sales`), or no NAME | not the database |

| folder | effect |
|---|---|
| NAME, STAMP, WORD, or two of them, `2026/01/31`, `date=2026-01-31`, or no folder | the stem decides. The folder may
give STAMP |
| a weekday, a month, a WORD with a number such as `daily.0`, a version such as `v5` or `5.26` | the stem decides |
| any other, such as `staging` | it may be another environment: a set of the database is unclear there |

Folders whose names only differ in a stamp are one environment: operators make such a folder for each backup.
A database may be called NAME-WORD, but scripts write NAME-WORD-STAMP for NAME. If there are no other names, such a set
is taken for NAME. If `neo4j-STAMP` lies beside `neo4j-backup-STAMP`, the two may be of two databases.
Names with the endings and words of reports, logs, checksums and configuration (`words`) are never backups. An object
with an unknown ending and one of the stems above is unclear if the ending contains a known one (`.tar.gz.gpg`), or if
its first bytes are those of a backup.
Sources: public backup scripts, the layouts of both Neo4j charts and of operators, and Aura's downloads.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from urllib.parse import unquote

from neo4j_restore.sets.endings import is_never, split_name
from neo4j_restore.sets.kinds import ENDINGS, Kind, lower
from neo4j_restore.sets.stamps import Stamp
from neo4j_restore.sets.stems import Meaning, Role, Stems
from neo4j_restore.sets.words import CALENDAR, FOREIGN_ENDINGS
from neo4j_restore.spec import LATEST, DatabaseName

_PERIOD = re.compile(r"(?:19|20)\d\d(?:[-_.]?[01]\d)?", re.ASCII)
_VERSION = re.compile(r"v\d{1,4}(?:\.\d{1,2}){0,2}|\d{1,4}(?:\.\d{1,2}){1,2}", re.ASCII)
_RANDOM_END = re.compile(r"-[a-z0-9]{4,10}$", re.ASCII)
_HIVE = re.compile(r"[a-z_]{1,12}=", re.ASCII)


class Reading(StrEnum):
    """Which database an object is of, by its name."""

    OWN = "own"
    UNCLEAR = "unclear"
    OTHER = "other"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Named:
    """What a whole name means.

    tag, stamp: the stamp's text and time, for `OWN`. kind: the likely one, by the ending. owner: for `OTHER`.
    reason: why it is `UNCLEAR`. elsewhere: the folder that makes it unclear, or empty. peek: its first bytes decide.
    worded: only general words make it unclear.
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
    """What the folders above a name mean together. is_own: one of them has the database's name.

    foreign: the path of the first folder that may be another environment, or empty.
    """

    is_own: bool = False
    tag: str = ""
    stamp: Stamp | None = None
    foreign: str = ""


class Namer:
    """Reads the names of one listing for one database."""

    def __init__(self, prefix: str, database: DatabaseName, exact: str = "", orders: Collection[str] = ()) -> None:
        """Keep the arguments. prefix: the bucket's path. exact: TIMESTAMP, a stamp even if it is not a time.

        orders: the order of day, month and year in other names, if it is known: see `stamps.read`.
        """
        self._database, self._stems = database, Stems(database, exact, orders)
        self._folders: dict[str, _Folders] = {}
        self._last = unquote(prefix.rstrip("/").rpartition("/")[2])
        self.is_of_bucket = self._stems.meaning_of(self._last, None).role in {Role.OWN, Role.MIXED}

    def bears(self, relative: str) -> bool:
        """Return whether a word in the key, below the bucket's path, begins with the database's name."""
        return self._stems.bears(lower(unquote(relative) if "%" in relative else relative))

    def file(self, relative: str, updated: datetime | None = None) -> Named:
        """Return what the name of an object means. relative: its key below the bucket's path."""
        folder, _, name = relative.rpartition("/")
        name = unquote(name) if "%" in name else name
        stem, ending, behind = split_name(name)
        if is_never(name, stem):
            return _NOT_OURS
        meaning = self._stems.meaning_of(stem, updated)
        if behind:
            stamp = self._stems.read(behind[1:], updated)
            if stamp and meaning.role in {Role.OWN, Role.WORDS} and not meaning.tag:
                meaning, behind = Meaning(meaning.role, stamp.text, stamp), ""
            elif self._stems.is_exact(behind[1:]) and meaning.role is Role.OWN:
                meaning, behind = Meaning(Role.OWN, behind[1:]), ""
        if meaning.role is Role.OTHER:
            return Named(Reading.OTHER, owner=meaning.owner) if ending else _NOT_OURS
        placed = self._placed(meaning, self._around(folder))
        if placed.reading is Reading.NOTHING or (ending and not behind):
            return _of_kind(placed, ENDINGS.get(ending))
        return self._unended(placed, name, behind)

    def folder(self, relative: str) -> Named:
        """Return what the path of a folder with store files means. An empty one is the bucket's path itself."""
        above, _, name = relative.rpartition("/")
        if not relative:
            meaning = self._stems.meaning_of(self._last, None)
            return Named(Reading.OWN, Kind.DIRECTORY, meaning.tag, meaning.stamp)
        meaning, around = self._stems.meaning_of(unquote(name), None), self._around(above)
        if meaning.role is Role.OTHER:
            return Named(Reading.OTHER, owner=meaning.owner)
        if meaning.role in {Role.WORDS, Role.MIXED} and around.is_own:
            meaning = Meaning(Role.OWN, meaning.tag, meaning.stamp)
        return _of_kind(self._placed(meaning, around), Kind.DIRECTORY)

    def series(self, folder: str) -> str:
        """Return the part of a folder's path that the folders of the same job share, or an empty text.

        Operators make a folder for each backup, such as `mycluster-backup-20260131-020000`, also with a random end.
        """
        above, _, name = folder.rpartition("/")
        for text in (name, _RANDOM_END.sub("", name)):
            for tag, _, rest in self._stems.stamped(text, None):
                return f"{above}/{rest}" if tag != LATEST and rest else ""
        return ""

    def stamp_of(self, name: str, updated: datetime | None = None) -> tuple[str, Stamp | None]:
        """Return the text and the time of the stamp in a name, whatever database it is of. For an object in BUCKET."""
        stem, _, behind = split_name(unquote(name))
        if behind and (stamp := self._stems.read(behind[1:], updated)):
            return stamp.text, stamp
        for tag, stamp, _ in self._stems.stamped(stem, updated):
            return tag, stamp
        return "", None

    def _placed(self, meaning: Meaning, around: _Folders) -> Named:
        """Return what a stem means in its folders."""
        is_own = meaning.role is Role.OWN or (meaning.role is Role.STAMP and around.is_own)
        if is_own and not around.foreign:
            # A `latest` in a dated folder is the set of that date.
            use_own = meaning.tag and not (meaning.tag == LATEST and around.stamp)
            tag, stamp = (meaning.tag, meaning.stamp) if use_own else (around.tag, around.stamp)
            return Named(Reading.OWN, tag=tag, stamp=stamp)
        if is_own:
            reason = f"it lies in {around.foreign}/, which may be another environment"
            tag, stamp = (meaning.tag, meaning.stamp) if meaning.tag else (around.tag, around.stamp)
            return Named(Reading.UNCLEAR, tag=tag, stamp=stamp, reason=reason, elsewhere=around.foreign)
        if meaning.role in {Role.STAMP, Role.WORDS} and around.is_own and not around.foreign:
            reason = f"its folder says {self._database}, but its own name does not"
            return Named(Reading.UNCLEAR, stamp=meaning.stamp or around.stamp, reason=reason)
        if meaning.role in {Role.ODD, Role.MIXED}:
            worded = meaning.role is Role.MIXED and not around.foreign
            tag, stamp = meaning.tag or around.tag, meaning.stamp or around.stamp
            return Named(Reading.UNCLEAR, tag=tag, stamp=stamp, reason=meaning.reason, worded=worded)
        return _NOT_OURS

    def _unended(self, meaning: Named, name: str, behind: str) -> Named:
        """Return what a name with an unknown ending means."""
        ending = behind or name[name.rfind(".") :] if "." in name else ""
        foreign = lower(ending[1:]) in FOREIGN_ENDINGS
        shown = f"its ending {ending[:40]!r} is not known" if ending else "its name has no ending"
        reason = meaning.reason or shown
        return Named(
            Reading.UNCLEAR,
            None,
            stamp=meaning.stamp,
            reason=reason,
            elsewhere=meaning.elsewhere,
            peek=not (behind or foreign),
        )

    def _around(self, folder: str) -> _Folders:
        """Return what the folders of a path mean."""
        # Kept, because most objects share their folder with many others. The number of folders is a stranger's choice.
        if folder not in self._folders:
            if len(self._folders) >= 10_000:
                self._folders.clear()
            self._folders[folder] = self._read_folders(folder)
        return self._folders[folder]

    def _read_folders(self, folder: str) -> _Folders:
        is_own, tag, stamp, run = self.is_of_bucket, "", None, ""
        parts = folder.split("/") if folder else []
        for at, raw in enumerate(parts):
            part = _HIVE.sub("", unquote(raw), count=1)
            meaning = self._stems.meaning_of(part, None) if part else Meaning(Role.WORDS)
            # A date in several folders begins with digits: `backups` before `2026/01/31` is not a part of it.
            goes_on = run[:1].isdigit() and (part.isdigit() or lower(part) in CALENDAR)
            run = f"{run}-{part}" if goes_on else part
            joined = self._stems.read(run) if goes_on else None
            if joined:
                meaning = Meaning(Role.STAMP, joined.text, joined)
            elif meaning.role is Role.NOTHING and (_is_no_place(part) or (goes_on and len(part) == 2)):
                meaning = Meaning(Role.WORDS)
            is_own = is_own or meaning.role in {Role.OWN, Role.MIXED}
            if meaning.tag:
                tag, stamp = meaning.tag, meaning.stamp
            if meaning.role not in {Role.OWN, Role.STAMP, Role.WORDS, Role.MIXED}:
                return _Folders(is_own, tag, stamp, "/".join(parts[: at + 1]))
        return _Folders(is_own, tag, stamp)


def _is_no_place(folder: str) -> bool:
    """Return whether a folder's name is a year, a month of a year, or a version of Neo4j such as `5.26`."""
    return bool(_PERIOD.fullmatch(folder) or _VERSION.fullmatch(folder))


def _of_kind(meaning: Named, kind: Kind | None) -> Named:
    if meaning.reading is Reading.NOTHING:
        return meaning
    return replace(meaning, kind=kind)
