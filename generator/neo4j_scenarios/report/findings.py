"""The findings of a report: the words of `--fail-on`, of the page's tiles and of the JSON."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import did_you_mean


class Finding(StrEnum):
    """A problem with a database's backups, or an unknown. The worst is first. A database may have several."""

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
    """The fractions by which a set may be smaller (shrink) or larger (growth) than usual. 1.0 is 100 %."""

    shrink: float = 0.3
    growth: float = 1.0


# A database without any set is late too. A set that a restore refuses counts as unreadable, as its bucket would.
_MEANS: Final = {
    Finding.LATE: {Finding.LATE, Finding.MISSING},
    Finding.UNREADABLE: {Finding.UNREADABLE, Finding.REFUSED},
}


def parse_findings(text: str) -> frozenset[Finding]:
    """Return the findings of a list such as `late,unreadable`. Raises Invalid for an unknown word and an empty list."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    allowed = [finding.value for finding in Finding]
    unknown = next((word for word in words if word not in allowed), None)
    if unknown is not None:
        raise Invalid(did_you_mean(unknown, allowed))
    if not words:
        message = f"is empty: expected one or more of {', '.join(allowed)}"
        raise Invalid(message)
    return frozenset(map(Finding, words))


def failing(findings: Iterable[Finding], fail_on: frozenset[Finding]) -> list[Finding]:
    """Return the findings of a database that make it fail. fail_on: the findings of `parse_findings`."""
    meant = {each for finding in fail_on for each in _MEANS.get(finding, {finding})}
    return [each for each in findings if each in meant]
