"""What is to be looked at: the words of `--fail-on`, of the page's tiles and of the JSON."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import did_you_mean


class Finding(StrEnum):
    """What is wrong with a database's backups, or can't be told; the worst first. Several may hold at once."""

    UNREADABLE = "unreadable"
    MISSING = "missing"
    REFUSED = "refused"
    LATE = "late"
    SHRUNK = "shrunk"
    GROWN = "grown"
    NO_RPO = "no-rpo"
    PIN_GONE = "pin-gone"
    PIN_REPLACED = "pin-replaced"
    PIN_BEHIND = "pin-behind"
    NEVER_DRILLED = "never-drilled"


@dataclass(frozen=True)
class Bounds:
    """By which part a set may differ from the usual size: smaller by `shrink`, larger by `growth`; 1.0 is 100 %."""

    shrink: float = 0.3
    growth: float = 1.0


# A database that should have had a set by now, and has none at all, is late as well. A set that a restore refuses can't
# be read, as little as its bucket.
_MEANS: Final = {
    Finding.LATE: {Finding.LATE, Finding.MISSING},
    Finding.UNREADABLE: {Finding.UNREADABLE, Finding.REFUSED},
}


def parse_findings(text: str) -> frozenset[Finding]:
    """Return the findings that `late,unreadable` names. Raises Invalid for a word that is none, and for no word."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    known = [finding.value for finding in Finding]
    unknown = next((word for word in words if word not in known), None)
    if unknown is not None:
        raise Invalid(did_you_mean(unknown, known))
    if not words:
        message = f"names nothing: expected some of {', '.join(known)}"
        raise Invalid(message)
    return frozenset(map(Finding, words))


def failing(found: Iterable[Finding], wanted: frozenset[Finding]) -> list[Finding]:
    """Return the findings for which a database fails. wanted: as `parse_findings` returns them."""
    meant = {each for finding in wanted for each in _MEANS.get(finding, {finding})}
    return [each for each in found if each in meant]
