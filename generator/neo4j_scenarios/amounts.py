"""Durations, sizes and shares as people write them, and as we write them for people."""

import re
from typing import Final

from neo4j_restore.spec import Invalid

_SECONDS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 7 * 86400}

_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_BYTES: Final = (
    {"": 1}
    | {unit: 1024**power for power, unit in enumerate(_UNITS)}
    | {unit: 1024**power for power, unit in enumerate(("K", "M", "G", "T", "P"), 1)}
    | {unit: 1000**power for power, unit in enumerate(("KB", "MB", "GB", "TB", "PB"), 1)}
)

_NUMBER: Final = r"(\d{1,15}(?:\.\d{1,6})?)"


def parse_duration(text: str) -> float:
    """Return the seconds of a duration such as `24h`, `90m`, `7d`, `2w` or `1d12h`. Raises Invalid."""
    parts = re.findall(rf"{_NUMBER}(s|min|m|h|d|w)", text)
    if not parts or "".join(map("".join, parts)) != text:
        message = f"{text!r} is not a duration such as 90m, 24h, 7d or 1d12h"
        raise Invalid(message)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def parse_size(text: str) -> int:
    """Return the bytes of a size such as `10GiB`, `500MB` or `1024`. `10G` means `10GiB`. Raises Invalid."""
    found = re.fullmatch(rf"{_NUMBER}\s*([KMGTP]?i?B|[KMGTP]|)", text)
    if not found or found[2] not in _BYTES:
        message = f"{text!r} is not a size such as 500MiB or 2GiB"
        raise Invalid(message)
    return int(float(found[1]) * _BYTES[found[2]])


def parse_rate(text: str) -> float:
    """Return the bytes per second of a rate such as `200MiB/s`. Raises Invalid, also for a rate of 0."""
    size, mark, unit = text.rpartition("/")
    if not mark or unit != "s" or not parse_size(size):
        message = f"{text!r} is not a throughput such as 200MiB/s"
        raise Invalid(message)
    return parse_size(size)


def parse_share(text: str) -> float:
    """Return the fraction that a share such as `20%` means: 0.2. Raises Invalid, also for more than 100%."""
    found = re.fullmatch(rf"{_NUMBER}\s*%", text)
    if not found or float(found[1]) > 100:
        message = f"{text!r} is not a share such as 20%, and 100% is the most"
        raise Invalid(message)
    return float(found[1]) / 100


def parse_growth(text: str) -> float:
    """Return the fraction that a percentage such as `150%` means: 1.5. It may be over 100%. Raises Invalid."""
    found = re.fullmatch(rf"{_NUMBER}\s*%", text)
    if not found:
        message = f"{text!r} is not a percentage, such as 150%"
        raise Invalid(message)
    return float(found[1]) / 100


def say_size(size_bytes: float) -> str:
    """Return a size as text, such as `41 GiB` or `9.5 GiB`. It has at most three digits before its unit."""
    power = 0
    while size_bytes >= 999.5 and power < len(_UNITS) - 1:
        size_bytes, power = size_bytes / 1024, power + 1
    digits = 1 if power and size_bytes < 9.95 else 0
    return f"{size_bytes:.{digits}f} {_UNITS[power]}"


def say_duration(seconds: float) -> str:
    """Return a duration as text in one unit, such as `45 s`, `12 min`, `11 h` or `3 d`.

    The unit is the largest of which the duration has two, or a whole number.
    """
    seconds = abs(seconds)
    for unit, size, enough in (("d", 86400, 2 * 86400), ("h", 3600, 2 * 3600), ("min", 60, 2 * 60)):
        if seconds >= enough or (seconds >= size and seconds % size == 0):
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds:.0f} s"
