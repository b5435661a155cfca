"""Which clusters of a fleet: `-l env=prod,tier!=dev` by labels as kubectl does, `--only 'eu-*'` by names."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from neo4j_scenarios.errors import Problem, UsageError

_HINT: Final = "-l takes env=prod, env!=prod, 'env in (prod, test)', 'env notin (dev)', env, !env; commas join them"

_KEY: Final = r"(?P<key>[A-Za-z0-9][A-Za-z0-9_./-]*)"
_TERMS: Final = (
    re.compile(rf"{_KEY}\s*(?P<equal>==?|!=)\s*(?P<value>[A-Za-z0-9_.-]*)"),
    re.compile(rf"{_KEY}\s+(?P<among>in|notin)\s*\((?P<values>[A-Za-z0-9_.,\s-]*)\)"),
    re.compile(rf"(?P<absent>!?)\s*{_KEY}"),
)


@dataclass(frozen=True)
class Test:
    """One term of a selector. key: the label that it looks at. passes: takes all labels of a cluster."""

    key: str
    passes: Callable[[Mapping[str, str]], bool]


@dataclass(frozen=True)
class Selection:
    """Clusters that pass every test of their labels, and whose names fit one of the patterns; no pattern fits all.

    names: those that may be selected at all; empty for any.
    """

    tests: Sequence[Test] = ()
    patterns: Sequence[str] = ()
    names: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.tests or self.patterns or self.names)

    def takes(self, name: str, labels: Mapping[str, str]) -> bool:
        """Return whether the cluster is one of those selected."""
        named = not self.patterns or any(fnmatchcase(name, pattern) for pattern in self.patterns)
        return named and (not self.names or name in self.names) and all(test.passes(labels) for test in self.tests)

    def unmatched(self, names: Collection[str]) -> list[str]:
        """Return the patterns that fit none of `names`, all names of a fleet: a typo leaves out what was meant."""
        return [pattern for pattern in self.patterns if not any(fnmatchcase(name, pattern) for name in names)]

    def unknown_labels(self, known: Collection[str]) -> list[str]:
        """Return the labels that are looked at and are not among `known`, all labels that any cluster has."""
        return list(dict.fromkeys(test.key for test in self.tests if test.key not in known))


EVERYTHING: Final = Selection()


def parse_selection(selectors: Sequence[str], only: Sequence[str]) -> Selection:
    """Return the selection of `-l` and `--only`, each given any number of times; patterns may have commas too.

    Raises UsageError for a selector that can't be read.
    """
    terms = [term for selector in selectors for term in re.split(r",(?![^(]*\))", selector)]
    patterns = [pattern.strip() for each in only for pattern in each.split(",") if pattern.strip()]
    return Selection([_test(term.strip()) for term in terms if term.strip()], patterns)


def _test(term: str) -> Test:
    for form in _TERMS:
        if found := form.fullmatch(term):
            return Test(found["key"], _meaning(found.groupdict()))
    raise UsageError(Problem("--selector", f"{term!r} can't be read", _HINT))


def _meaning(said: Mapping[str, str]) -> Callable[[Mapping[str, str]], bool]:
    key = said["key"]
    if "absent" in said:
        return lambda labels: (key in labels) == (not said["absent"])
    values = {said["value"]} if "value" in said else {value.strip() for value in said["values"].split(",")}
    # As kubectl has it: what lacks the label is not equal to anything.
    if said.get("equal") == "!=" or said.get("among") == "notin":
        return lambda labels: labels.get(key) not in values
    return lambda labels: labels.get(key) in values
