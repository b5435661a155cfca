"""The results of a run. They are saved as JSON, so that the page can be written again."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.measure import Sample


@dataclass
class Outcome:
    """The counted runs of a contender, or the error why it has none.

    disk_bytes: the most that its volume held in the warm-up run.
    """

    title: str
    checks: str
    samples: list[Sample] = field(default_factory=list)
    disk_bytes: int = 0
    error: str = ""

    def median(self, of: Callable[[Sample], float]) -> float | None:
        """Return the median of one figure, or None without runs."""
        return median(map(of, self.samples)) if self.samples else None

    def spread(self) -> float:
        """Return the slowest run over the fastest."""
        walls = [each.wall_seconds for each in self.samples]
        return max(walls) / min(walls)


@dataclass
class Results:
    """All results of a run. facts: of the machine, the set and the programs. titles: of the cases.

    outcomes: by case and contender. figures: single numbers, without contenders.
    """

    facts: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, dict[str, Outcome]] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    profile: list[str] = field(default_factory=list)

    def wall(self, case: str, contender: str) -> float | None:
        """Return the median of a contender's wall seconds, or None if it has none."""
        outcome = self.outcomes.get(case, {}).get(contender)
        return outcome.median(lambda each: each.wall_seconds) if outcome else None

    def ratio(self, above: tuple[str, str], below: tuple[str, str]) -> float | None:
        """Return the ratio of the first wall time to the second. Each argument is a case and a contender."""
        first, second = self.wall(*above), self.wall(*below)
        return first / second if first and second else None

    def failures(self) -> list[str]:
        """Return a line for each failure."""
        return [
            f"{case}, {outcome.title}: {outcome.error}"
            for case, outcomes in self.outcomes.items()
            for outcome in outcomes.values()
            if outcome.error
        ]

    def save(self, path: Path) -> None:
        """Write the results to `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")


def load(path: Path) -> Results:
    """Return the results that `save` wrote."""
    saved: dict[str, Any] = json.loads(path.read_text())
    outcomes = {
        case: {
            name: Outcome(**{**each, "samples": [Sample(**sample) for sample in each["samples"]]})
            for name, each in contenders.items()
        }
        for case, contenders in saved.pop("outcomes").items()
    }
    return Results(**saved, outcomes=outcomes)
