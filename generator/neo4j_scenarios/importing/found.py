"""What a reader of a values file has found: inputs, each with the place it comes from, and what it can't carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from neo4j_scenarios.fields import FIELDS
from neo4j_scenarios.located import Located, Steps, dotted
from neo4j_scenarios.secrecy import WITHHELD, looks_like_key
from neo4j_scenarios.yamltree import Place

INPUTS: Final = frozenset(field.key for field in FIELDS)

KEY_HINT: Final = "take it out, and out of the history of Git; `neo4j-scenarios secret` makes a Secret of a key file"


@dataclass(frozen=True)
class Left:
    """One thing that a scenario can't carry: its key and place in the values file, why, and what to do instead."""

    key: str
    place: Place
    why: str
    instead: str


class Found:
    """Gathers what one values file says.

    inputs: texts by the keys of `FIELDS`. origins: where in the file an input comes from. left: what is not carried.
    same: paths in the file, each with the path at which a file of ours has the like.
    """

    def __init__(self, values: Located) -> None:
        """Start with nothing found."""
        self.values = values
        self.inputs: dict[str, str] = {}
        self.origins: dict[str, Steps] = {}
        self.left: list[Left] = []
        self.same: dict[Steps, Steps] = {}
        self.done: set[Steps] = set()

    def take(self, key: str, *steps: str | int) -> None:
        """Take what is at `steps` as the input `key`; nothing there is no input, and a secret never is."""
        self.give(key, self.text(*steps), *steps)

    def give(self, key: str, text: str | None, *steps: str | int) -> None:
        """Take `text` as the input `key`, from `steps`; None, for what is no text, is left out and told."""
        if self.values.get(*steps) is None and not text:
            return
        if text is None:
            self.leave(steps, "is no single text, as it should be", f"{key} in scenario.yaml takes one text")
        elif looks_like_key(text):
            self.leave(steps, f"is {WITHHELD}", KEY_HINT)
        else:
            self.skip(*steps)
            self.origins[key] = steps
            if text:
                self.inputs[key] = text

    def text(self, *steps: str | int) -> str | None:
        """Return the scalar at `steps` as an input's text, empty for nothing; None for a list or a map."""
        found = self.values.get(*steps)
        if isinstance(found, Mapping | list):
            return None
        return str(found).lower() if isinstance(found, bool) else "" if found is None else str(found)

    def skip(self, *steps: str | int) -> None:
        """Take note that `steps` has been dealt with."""
        self.done.add(steps)

    def leave(self, steps: Steps, why: str, instead: str) -> None:
        """List what is at `steps` as not carried."""
        self.skip(*steps)
        self.left.append(Left(dotted(steps), self.values.place(steps), why, instead))
