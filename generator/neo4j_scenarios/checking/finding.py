"""A finding: a mistake in a values file."""

from dataclasses import dataclass

from neo4j_scenarios.yaml.located import Located, Steps, dotted
from neo4j_scenarios.yaml.tree import Place


@dataclass(frozen=True)
class Finding:
    """One mistake to correct: its place and key in the values file, the mistake, and the hint. Never a secret."""

    place: Place
    key: str
    what: str
    hint: str


def finding(values: Located, steps: Steps, what: str, hint: str) -> Finding:
    """Return a finding at `steps`, or at the nearest parent that is in the file."""
    return Finding(values.place(steps), dotted(steps), what, hint)
