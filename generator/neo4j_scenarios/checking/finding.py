"""What a check has against a values file."""

from dataclasses import dataclass

from neo4j_scenarios.located import Located, Steps, dotted
from neo4j_scenarios.yamltree import Place


@dataclass(frozen=True)
class Finding:
    """One thing to correct: its place and key in the values file, what is wrong, what to do. Never a secret."""

    place: Place
    key: str
    what: str
    hint: str


def finding(values: Located, steps: Steps, what: str, hint: str) -> Finding:
    """Return a finding at `steps`, or at the nearest place above it that is in the file."""
    return Finding(values.place(steps), dotted(steps), what, hint)
