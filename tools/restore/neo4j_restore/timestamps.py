"""What TIMESTAMP selects, and times as RFC 3339 writes them. Standard library only."""

import re
from datetime import UTC, datetime
from typing import Final

from neo4j_restore.rules import Invalid

LATEST: Final = "latest"

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")

# The text between a database's name and the object's extension. No slashes, and no special characters of shells or
# globs.
_STAMP = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.+-]{0,99}")


def parse_timestamp(text: str) -> str | datetime:
    """Return `latest`, the time in UTC for an RFC 3339 time with its zone, or the text as a stamp. Raises Invalid."""
    if text in {"", LATEST}:
        return LATEST
    if _RFC3339.fullmatch(text):
        try:
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            message = f"{text!r} is not a time: {error}"
            raise Invalid(message) from error
    if not _STAMP.fullmatch(text):
        message = f"{text!r} is neither '{LATEST}', nor a stamp, nor a time such as 2026-01-31T02:00:00Z"
        raise Invalid(message)
    return text


def parse_time(text: str) -> datetime:
    """Return an RFC 3339 time with its zone, in UTC. Raises Invalid."""
    time = parse_timestamp(text)
    if isinstance(time, datetime):
        return time
    message = f"{text!r} is not a time with its zone, such as 2026-01-31T02:00:00Z"
    raise Invalid(message)
