"""Reads the time in a backup's name, called its stamp, in all forms that backup scripts write.

| form | example |
|---|---|
| `year first` | `2026-01-31`, `20260131`, `2026_1_31`, `2026.01.31` |
| `day first`, `month first` | `31-01-2026`, `01312026` |
| `month in letters` | `31-Jan-2026`, `Jan-31-2026`, `2026Jan31` |
| `year of two digits` | `260131`, `013126` |
| `seconds since 1970`, `milliseconds since 1970` | `1769824800`, `1769824800123` |

After a date in any of these forms but the last two there may be a time: `T02:00:00`, `-02-00-00`, `_020000`, `.0200`,
`T02`, `_02h00m`. It may have a fraction of a second (`.123`, `,123456`, `-123456`), a zone (`Z`, `UTC`, `+0100`,
`+01:00`, `-05:00`), and Aura's hash of eight digits. Without a zone it is UTC. A weekday may come before a date:
`Sat-31-Jan-2026`.

A date such as `01-02-2026` could be two days. Then the other names in the bucket decide the order of its parts, or else
the day on which the object was written. If neither decides it, the date is not read at all.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

# Only years from 1900 to 2099: otherwise `20260131` could be read as day, month and the year 131.
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LETTERS = rf"(?P<letters>{'|'.join(_MONTHS)})[a-z]{{0,6}}"
_DAY, _MONTH, _SHORT = r"(?P<day>\d\d)", r"(?P<month>\d\d)", r"(?P<short>\d\d)"
_SEP, _AGAIN = r"(?P<sep>[-_.])", r"(?P=sep)"

_DATES: Final = (
    ("year first", rf"{_YEAR}{_MONTH}{_DAY}"),
    ("year first", rf"{_YEAR}{_SEP}(?P<month>\d\d?){_AGAIN}(?P<day>\d\d?)(?!\d)"),
    ("day first", rf"{_DAY}{_MONTH}{_YEAR}"),
    ("day first", rf"{_DAY}{_SEP}{_MONTH}{_AGAIN}{_YEAR}"),
    ("month first", rf"{_MONTH}{_DAY}{_YEAR}"),
    ("month first", rf"{_MONTH}{_SEP}{_DAY}{_AGAIN}{_YEAR}"),
    ("month in letters", rf"(?P<day>\d\d?)[-_. ]?{_LETTERS}[-_. ]?{_YEAR}"),
    ("month in letters", rf"{_LETTERS}[-_. ]?(?P<day>\d\d?)[-_. ]+{_YEAR}"),
    ("month in letters", rf"{_YEAR}[-_. ]?{_LETTERS}[-_. ]?{_DAY}"),
)

# Six digits alone are too ambiguous to be followed by a time without a separator.
_TWO_DIGITS: Final = "year of two digits"
_SHORT_DATES: Final = (
    (_TWO_DIGITS, rf"{_SHORT}(?P<sep>[-_.]?){_MONTH}{_AGAIN}{_DAY}"),
    (_TWO_DIGITS, rf"{_DAY}(?P<sep>[-_.]?){_MONTH}{_AGAIN}{_SHORT}"),
    (_TWO_DIGITS, rf"{_MONTH}(?P<sep>[-_.]?){_DAY}{_AGAIN}{_SHORT}"),
)

_HOUR, _MINUTE, _SECOND = r"(?P<hour>\d\d)", r"(?P<minute>\d\d)", r"(?P<second>\d\d)"
_FRACTION = r"(?:[.,](?P<fraction>\d{1,9})|[-_]?(?P<digits>\d{3}|\d{6}|\d{9}))"
_ZONE = r"(?P<zone>[ _-]?(?:z|utc|gmt)|[+-]\d\d:?\d\d|[+]\d\d)"
_WORDED = r"(?P<whour>\d\d)h(?P<wminute>\d\d)(?:m(?:in)?(?:(?P<wsecond>\d\d)s?)?)?"
# Aura writes a hash of eight digits after the second.
_CLOCK = (
    rf"(?:{_WORDED}|{_HOUR}(?:(?P<tsep>[:_.-]?){_MINUTE}(?:(?P=tsep){_SECOND}(?:{_FRACTION})?(?P<hash>-[0-9a-f]{{8}})?)?"
    rf"{_ZONE}?)?)(?:[ _-]?(?P<utc>z|utc|gmt))?"
)
_GAP = r"(?:t|_at_|--|[ _.+-])"

# A date without separators begins with six digits, and one with separators does not.
_COMPACT = re.compile(r"\d{6}", re.ASCII)
_EXAMPLES: Final = ("310126", "20310126", "31012026", "01312026")

_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[-_., ]{1,2}", re.ASCII)
_BEGINS = re.compile(rf"\d|{'|'.join(_MONTHS)}", re.ASCII)

# Until 2033, seconds since 1970 begin with a one. A two followed by nine digits is a year, month, day and hour.
_SECONDS = re.compile(r"1\d{9}", re.ASCII)
_MILLISECONDS = re.compile(r"1\d{12}", re.ASCII)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

# An object is written on the day in its name or soon after. The clock that made the name may be in another zone.
_BEFORE, _AFTER = timedelta(days=1), timedelta(days=2)

# The longest form is shorter than this. Matching longer texts would only take time.
_SHORTEST: Final = 6
_LONGEST: Final = 48

# This many parts are tried of a name that is not understood.
_MOST_PARTS: Final = 8


@dataclass(frozen=True)
class Stamp:
    """A time in a name.

    time: UTC. For a date alone it is the last second of the day, because the set may be of any time of that day.
    form: as in the table above. start, until: the bounds of the day, hour, minute or second that the text names.
    orders: the possible orders of day, month and year, for dates of digits that do not begin with a four-digit year.
    guessed: the date could be several days, and this is the one near the upload.
    """

    text: str
    time: datetime
    form: str
    start: datetime
    until: datetime
    orders: frozenset[str] = frozenset()
    guessed: bool = False

    def holds(self, time: datetime) -> bool:
        """Return whether `time` lies in the day, hour, minute or second that the text names."""
        return self.start <= time < self.until


def read(text: str, written: datetime | None = None, orders: Collection[str] = ()) -> Stamp | None:
    """Return the time in `text`, or None if it is not a time or could be several.

    written: when the object of that name was written. orders: `Stamp.orders` of other names.
    """
    readings = meanings(text, written)
    if len(readings) > 1:
        fitting = [each for each in readings if not each.orders.isdisjoint(orders)]
        likely = [replace(each, guessed=True) for each in readings if written and _is_near(each, written)]
        readings = fitting if len(fitting) == 1 else likely
    return readings[0] if len(readings) == 1 else None


def _is_near(stamp: Stamp, written: datetime) -> bool:
    return stamp.start - _BEFORE < written < stamp.until + _AFTER


def meanings(text: str, written: datetime | None = None) -> list[Stamp]:
    """Return all times that `text` could be, each once.

    written: the object's upload time. Its backup is not newer, so `260131` is not a day in 2031 if the object was
    there in 2026.
    """
    folded = text.casefold()
    if weekday := _WEEKDAY.match(folded):
        folded = folded[weekday.end() :]
    if not _SHORTEST <= len(folded) <= _LONGEST or not _BEGINS.match(folded):
        return []
    by_bounds: dict[tuple[datetime, datetime], Stamp] = {}
    for stamp in _readings(folded, text, written):
        same = by_bounds.get((stamp.start, stamp.until), stamp)
        by_bounds[stamp.start, stamp.until] = replace(same, orders=same.orders | stamp.orders)
    return list(by_bounds.values())


def newest_reading(text: str) -> datetime | None:
    """Return the latest time that any part of `text` could be, or None. For names that are not understood."""
    parts = re.findall(r"\d[\d:_.tT-]*\d(?:[+-]\d\d:?\d\d)?|\d+-?[A-Za-z]{3}-?\d+", text[:1000], re.ASCII)
    return max((each.time for part in parts[:_MOST_PARTS] for each in _first_readings(part)), default=None)


def _first_readings(part: str) -> list[Stamp]:
    """Return the readings of the longest beginning of `part` that is a time."""
    readings = (meanings(begin) for begin in _starts(part))
    return next((each for each in readings if each), [])


def _starts(part: str) -> Iterator[str]:
    """Yield the beginnings of `part` that may be a stamp, the longest first."""
    ends = [len(part), *(match.start() for match in re.finditer(r"[-_.tT:]", part))]
    yield from (part[:end] for end in sorted(set(ends), reverse=True)[:12])


def _readings(folded: str, text: str, written: datetime | None) -> Iterator[Stamp]:
    if _SECONDS.fullmatch(folded):
        # As a year, month, day and hour it would be in the last century.
        yield _of(text, "seconds since 1970", _EPOCH + timedelta(seconds=int(folded)), timedelta(seconds=1))
        return
    if _MILLISECONDS.fullmatch(folded):
        moment = _EPOCH + timedelta(milliseconds=int(folded))
        yield _of(text, "milliseconds since 1970", moment, timedelta(milliseconds=1))
    for form, pattern in _forms(compact=_COMPACT.match(folded) is not None):
        match = pattern.fullmatch(folded)
        stamp = _stamp(text, form, match.groupdict()) if match else None
        if match and stamp and not (form == _TWO_DIGITS and written and stamp.start > written + _BEFORE):
            yield replace(stamp, orders=_orders(match))


def _orders(match: re.Match[str]) -> frozenset[str]:
    """Return the order of day, month and year in a date of digits, such as `4: day month year`, if it is uncertain."""
    groups = match.re.groupindex
    year = "short" if "short" in groups else "year"
    if "letters" in groups or (year == "year" and match.start(year) == 0):
        return frozenset()
    parts = sorted(("day", "month", year), key=match.start)
    return frozenset([f"{len(match[year])}: {' '.join(parts)}"])


@cache
def _forms(*, compact: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the forms of dates without separators, or of those with separators.

    They are compiled when the first name is read, because a start with nothing to do reads no name.
    """
    # Only after year, month and day may a time follow without a separator: 1206201900 is a number of seconds.
    long = ((form, f"{date}(?:{_GAP}{'?' * (form == 'year first')}{_CLOCK})?") for form, date in _DATES)
    short = ((form, f"{date}(?:{_GAP}{_CLOCK})?") for form, date in _SHORT_DATES)
    every = [(form, re.compile(pattern, re.ASCII)) for form, pattern in (*long, *short)]
    without = [each for each in every if any(map(each[1].fullmatch, _EXAMPLES))]
    return tuple(without if compact else (each for each in every if each not in without or each[0] == _TWO_DIGITS))


def _stamp(text: str, form: str, parts: dict[str, str | None]) -> Stamp | None:
    """Return the time that a form's parts make, or None if there is no such day or time."""
    short, letters = parts.get("short"), parts.get("letters")
    year = 2000 + int(short) if short else int(parts["year"] or 0)
    month = _MONTHS.index(letters) + 1 if letters else int(parts["month"] or 0)
    hour, minute = parts["hour"] or parts["whour"], parts["minute"] or parts["wminute"]
    second = parts["second"] or parts["wsecond"]
    fraction = parts["fraction"] or parts["digits"] or ""
    zone = parts["zone"] or ""
    try:
        moment = datetime(year, month, int(parts["day"] or 0), int(hour or 0), int(minute or 0), int(second or 0))
        moment = moment.replace(microsecond=int(f"{fraction:0<6.6}"), tzinfo=UTC) - _offset(zone)
    except (ValueError, OverflowError):
        return None
    if hour is None:
        return _of(text, form, moment, timedelta(days=1))
    if minute is None:
        return _of(text, form, moment, timedelta(hours=1))
    if second is None:
        return _of(text, form, moment, timedelta(minutes=1))
    return _of(text, form, moment, timedelta(seconds=1) / 10 ** min(len(fraction), 6))


def _offset(zone: str) -> timedelta:
    digits = re.sub(r"\D", "", zone)
    if not digits:
        return timedelta()
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > 14 or minutes > 59:
        message = f"{zone} is not a zone"
        raise ValueError(message)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if zone.startswith("-") else offset


def _of(text: str, form: str, start: datetime, length: timedelta) -> Stamp:
    until = start + length
    whole_day = length == timedelta(days=1)
    return Stamp(text, until - timedelta(seconds=1) if whole_day else start, form, start, until)
