"""The time in a backup's name, in every form that backup scripts write.

| form | example |
|---|---|
| `year first` | `2026-01-31`, `20260131`, `2026_1_31`, `2026.01.31` |
| `day first`, `month first` | `31-01-2026`, `01312026` |
| `month in letters` | `31-Jan-2026`, `Jan-31-2026`, `2026Jan31` |
| `year of two digits` | `260131`, `013126` |
| `seconds since 1970`, `milliseconds since 1970` | `1769824800`, `1769824800123` |

All but the last two may go on with a time: `T02:00:00`, `-02-00-00`, `_020000`, `.0200`, `T02`, `_02h00m`. It may have
a fraction of a second (`.123`, `,123456`, `-123456`), a zone (`Z`, `UTC`, `+0100`, `+01:00`, `-05:00`), and Aura's hash
of eight digits. Without a zone it is UTC. A weekday may stand before a date: `Sat-31-Jan-2026`.

Where a date could be several days, such as `01-02-2026`, the other names of the bucket tell the order of its parts, or
else the day on which the object was written. Where neither tells one, the date is not read at all.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

# Of a four-digit year. It keeps `20260131` from being read as a day and month of a year such as 131.
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

# Six digits alone say too little to have a time right behind them.
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
# Aura puts a hash of eight digits behind the second.
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

# A two followed by nine digits is a year, month, day and hour, until 2033.
_SECONDS = re.compile(r"1\d{9}", re.ASCII)
_MILLISECONDS = re.compile(r"1\d{12}", re.ASCII)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

# An object is written on the day of its name or soon after; its clock may be in another zone.
_BEFORE, _AFTER = timedelta(days=1), timedelta(days=2)

# The longest form has less; what is longer is not worth the patterns' time.
_SHORTEST: Final = 6
_LONGEST: Final = 48

# So many parts of a name that is not understood are tried.
_MOST_PARTS: Final = 8


@dataclass(frozen=True)
class Stamp:
    """A time as a name tells it.

    time: UTC; of a date alone the day's last second: a set of that day is not known to be older than anything in it.
    form: as in the table above. start, until: the bounds of what the text names, a day, an hour, a minute or a second.
    orders: in which day, month and year may stand, for dates of digits that do not begin with a year of four digits.
    guessed: of several days this is the one near to the upload.
    """

    text: str
    time: datetime
    form: str
    start: datetime
    until: datetime
    orders: frozenset[str] = frozenset()
    guessed: bool = False

    def holds(self, time: datetime) -> bool:
        """Tell whether `time` lies in the day, hour, minute or second that the text names."""
        return self.start <= time < self.until


def read(text: str, written: datetime | None = None, orders: Collection[str] = ()) -> Stamp | None:
    """Return the time that `text` tells, or None for no time, or for several that it could be.

    written: when the object of that name was. orders: those of other names, as `Stamp.orders` tells them.
    """
    found = meanings(text, written)
    if len(found) > 1:
        fitting = [each for each in found if not each.orders.isdisjoint(orders)]
        near = [replace(each, guessed=True) for each in found if written and _is_near(each, written)]
        found = fitting if len(fitting) == 1 else near
    return found[0] if len(found) == 1 else None


def _is_near(stamp: Stamp, written: datetime) -> bool:
    return stamp.start - _BEFORE < written < stamp.until + _AFTER


def meanings(text: str, written: datetime | None = None) -> list[Stamp]:
    """Return all times that `text` could tell, each once.

    written: no backup of that name can be younger, which decides between the orders of a year of two digits: `260131`
    is not a day in 2031 if the object was there in 2026.
    """
    folded = text.casefold()
    if weekday := _WEEKDAY.match(folded):
        folded = folded[weekday.end() :]
    if not _SHORTEST <= len(folded) <= _LONGEST or not _BEGINS.match(folded):
        return []
    found: dict[tuple[datetime, datetime], Stamp] = {}
    for each in _readings(folded, text, written):
        same = found.get((each.start, each.until), each)
        found[each.start, each.until] = replace(same, orders=same.orders | each.orders)
    return list(found.values())


def newest_reading(text: str) -> datetime | None:
    """Return the latest time that any part of `text` could tell, for names that are not understood; None for none."""
    parts = re.findall(r"\d[\d:_.tT-]*\d(?:[+-]\d\d:?\d\d)?|\d+-?[A-Za-z]{3}-?\d+", text[:1000], re.ASCII)
    return max((each.time for part in parts[:_MOST_PARTS] for each in _first_readings(part)), default=None)


def _first_readings(part: str) -> list[Stamp]:
    """Return the readings of the longest beginning of `part` that tells a time."""
    readings = (meanings(begin) for begin in _starts(part))
    return next((each for each in readings if each), [])


def _starts(part: str) -> Iterator[str]:
    """Yield what may be a stamp at the beginning of `part`, the longest first."""
    ends = [len(part), *(found.start() for found in re.finditer(r"[-_.tT:]", part))]
    yield from (part[:end] for end in sorted(set(ends), reverse=True)[:12])


def _readings(folded: str, text: str, written: datetime | None) -> Iterator[Stamp]:
    if _SECONDS.fullmatch(folded):
        # Read as a year, month, day and hour it would be of the last century.
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
    """Return the order of day, month and year in a date of digits, as `4: day month year`; none where it is sure."""
    groups = match.re.groupindex
    year = "short" if "short" in groups else "year"
    if "letters" in groups or (year == "year" and match.start(year) == 0):
        return frozenset()
    parts = sorted(("day", "month", year), key=match.start)
    return frozenset([f"{len(match[year])}: {' '.join(parts)}"])


@cache
def _forms(*, compact: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the forms of dates without separators, or of those with some.

    Compiled when the first name is read: a start with nothing to do reads none.
    """
    # Only behind a year, month and day may a time follow without a gap: 1206201900 is a number of seconds.
    long = ((form, f"{date}(?:{_GAP}{'?' * (form == 'year first')}{_CLOCK})?") for form, date in _DATES)
    short = ((form, f"{date}(?:{_GAP}{_CLOCK})?") for form, date in _SHORT_DATES)
    every = [(form, re.compile(pattern, re.ASCII)) for form, pattern in (*long, *short)]
    without = [each for each in every if any(map(each[1].fullmatch, _EXAMPLES))]
    return tuple(without if compact else (each for each in every if each not in without or each[0] == _TWO_DIGITS))


def _stamp(text: str, form: str, parts: dict[str, str | None]) -> Stamp | None:
    """Return the time of a form's parts; None where there is no such day or time."""
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
