"""What was measured, kept as JSON so that the page can be written again, and what the figures say together."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.measure import Sample


@dataclass
class Outcome:
    """A contender's counted runs, or in `error` why it has none.

    disk_bytes: the most that its volume held, watched in the warm-up run.
    """

    title: str
    checks: str
    samples: list[Sample] = field(default_factory=list)
    disk_bytes: int = 0
    error: str = ""

    def median(self, of: Callable[[Sample], float]) -> float | None:
        """Return the median of one figure, None without runs."""
        return median(map(of, self.samples)) if self.samples else None

    def spread(self) -> float:
        """Return the slowest run over the fastest."""
        walls = [each.wall_seconds for each in self.samples]
        return max(walls) / min(walls)


@dataclass
class Results:
    """facts: of the machine, the set and the programs. outcomes: by case and contender. titles: the cases'.

    figures: single numbers that are no race.
    """

    facts: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, dict[str, Outcome]] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    profile: list[str] = field(default_factory=list)

    def wall(self, case: str, contender: str) -> float | None:
        """Return the median of a contender's wall seconds, None where it has none."""
        found = self.outcomes.get(case, {}).get(contender)
        return found.median(lambda each: each.wall_seconds) if found else None

    def ratio(self, above: tuple[str, str], below: tuple[str, str]) -> float | None:
        """Return how many times the second's wall time the first's is; each is a case and a contender."""
        first, second = self.wall(*above), self.wall(*below)
        return first / second if first and second else None

    def failures(self) -> list[str]:
        """Return what failed, one line each."""
        return [
            f"{case}, {outcome.title}: {outcome.error}"
            for case, outcomes in self.outcomes.items()
            for outcome in outcomes.values()
            if outcome.error
        ]

    def save(self, path: Path) -> None:
        """Write them to `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")


def load(path: Path) -> Results:
    """Return what `save` wrote."""
    found: dict[str, Any] = json.loads(path.read_text())
    outcomes = {
        case: {
            name: Outcome(**{**each, "samples": [Sample(**sample) for sample in each["samples"]]})
            for name, each in contenders.items()
        }
        for case, contenders in found.pop("outcomes").items()
    }
    return Results(**found, outcomes=outcomes)
