"""The result of reading a values file: inputs, each with its place, and the values that a scenario can't hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from neo4j_restore.secrecy import WITHHELD, looks_like_key
from neo4j_scenarios.inputs.fields import FIELDS
from neo4j_scenarios.yaml.located import Located, Steps, dotted, scalar_text
from neo4j_scenarios.yaml.tree import Place

INPUTS: Final = frozenset(field.key for field in FIELDS)

KEY_HINT: Final = (
    "remove it here and from the Git history, and make a Secret from a key file with `neo4j-scenarios secret`"
)


@dataclass(frozen=True)
class Unsupported:
    """One value that a scenario can't hold: its key and place in the values file, the reason, and the alternative."""

    key: str
    place: Place
    why: str
    instead: str


class Reading:
    """Collects the inputs of one values file.

    header: the inputs that the header of a file of ours names.
    inputs: texts by the keys of `FIELDS`.
    origins: the path in the file of each input.
    left: the values that a scenario can't hold.
    same: maps a path in the file to the matching path in a file of ours.
    done: the paths that need no further handling.
    elsewhere: inputs that the chart keeps outside of its values, so the header's value counts.
    """

    def __init__(self, values: Located, header: Mapping[str, str]) -> None:
        """Start without inputs."""
        self.values = values
        self.header = header
        self.inputs: dict[str, str] = {}
        self.origins: dict[str, Steps] = {}
        self.left: list[Unsupported] = []
        self.same: dict[Steps, Steps] = {}
        self.done: set[Steps] = set()
        self.elsewhere: tuple[str, ...] = ()

    def take(self, key: str, *steps: str | int) -> None:
        """Take the value at `steps` as the input `key`. A missing value is ignored. A secret is never taken."""
        self.give(key, self.text(*steps), *steps)

    def give(self, key: str, text: str | None, *steps: str | int) -> None:
        """Take `text` as the input `key`, with the origin `steps`. None means a list or a map, which is refused."""
        if self.values.get(*steps) is None and not text:
            return
        if text is None:
            self.leave(steps, "must be a single value", f"set {key} in scenario.yaml to a single text")
        elif looks_like_key(text):
            self.leave(steps, f"is {WITHHELD}", KEY_HINT)
        else:
            self.skip(*steps)
            self.origins[key] = steps
            if text:
                self.inputs[key] = text

    def text(self, *steps: str | int) -> str | None:
        """Return the scalar at `steps` as text. It is empty for a missing value, and None for a list or a map."""
        value = self.values.get(*steps)
        if isinstance(value, Mapping | list):
            return None
        return scalar_text(value)

    def skip(self, *steps: str | int) -> None:
        """Mark `steps` as done."""
        self.done.add(steps)

    def leave(self, steps: Steps, why: str, instead: str) -> None:
        """List the value at `steps` as unsupported."""
        self.skip(*steps)
        self.left.append(Unsupported(dotted(steps), self.values.place(steps), why, instead))
