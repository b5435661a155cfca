"""Selects clusters of a fleet: by labels, as kubectl does (`-l env=prod,tier!=dev`), or by name (`--only 'eu-*'`)."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from neo4j_scenarios.errors import Problem, UsageError

_HINT: Final = "use env=prod, env!=prod, 'env in (prod, test)', 'env notin (dev)', env or !env, joined by commas"

_KEY: Final = r"(?P<key>[A-Za-z0-9][A-Za-z0-9_./-]*)"
_TERMS: Final = (
    re.compile(rf"{_KEY}\s*(?P<equal>==?|!=)\s*(?P<value>[A-Za-z0-9_.-]*)"),
    re.compile(rf"{_KEY}\s+(?P<among>in|notin)\s*\((?P<values>[A-Za-z0-9_.,\s-]*)\)"),
    re.compile(rf"(?P<absent>!?)\s*{_KEY}"),
)


@dataclass(frozen=True)
class Test:
    """One term of a selector. key: the label that it tests. passes: the test, called with all labels of a cluster."""

    key: str
    passes: Callable[[Mapping[str, str]], bool]


@dataclass(frozen=True)
class Selection:
    """The clusters that pass all tests of their labels, and whose name matches one of the patterns.

    patterns: without any, every name matches. names: the only clusters that may be selected. Empty means any.
    """

    tests: Sequence[Test] = ()
    patterns: Sequence[str] = ()
    names: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        """Whether every cluster is selected."""
        return not (self.tests or self.patterns or self.names)

    def takes(self, name: str, labels: Mapping[str, str]) -> bool:
        """Return whether the cluster is selected."""
        is_named = not self.patterns or any(fnmatchcase(name, pattern) for pattern in self.patterns)
        return is_named and (not self.names or name in self.names) and all(test.passes(labels) for test in self.tests)

    def unmatched(self, names: Collection[str]) -> list[str]:
        """Return the patterns that match none of `names`, the names of all clusters. Such a pattern is a typo."""
        return [pattern for pattern in self.patterns if not any(fnmatchcase(name, pattern) for name in names)]

    def unknown_labels(self, labels: Collection[str]) -> list[str]:
        """Return the tested labels that are not among `labels`, the labels that any cluster has."""
        return list(dict.fromkeys(test.key for test in self.tests if test.key not in labels))


EVERYTHING: Final = Selection()


def parse_selection(selectors: Sequence[str], only: Sequence[str]) -> Selection:
    """Return the selection of `-l` and `--only`. Both may be repeated, and `--only` also takes a list with commas.

    Raises UsageError for a selector that can't be read.
    """
    terms = [term for selector in selectors for term in re.split(r",(?![^(]*\))", selector)]
    patterns = [pattern.strip() for each in only for pattern in each.split(",") if pattern.strip()]
    return Selection([_test(term.strip()) for term in terms if term.strip()], patterns)


def _test(term: str) -> Test:
    for form in _TERMS:
        if match := form.fullmatch(term):
            return Test(match["key"], _meaning(match.groupdict()))
    raise UsageError(Problem("--selector", f"{term!r} is not a label selector", _HINT))


def _meaning(groups: Mapping[str, str]) -> Callable[[Mapping[str, str]], bool]:
    key = groups["key"]
    if "absent" in groups:
        return lambda labels: (key in labels) == (not groups["absent"])
    values = {groups["value"]} if "value" in groups else {value.strip() for value in groups["values"].split(",")}
    # As in kubectl: a cluster without the label passes `!=` and `notin`.
    if groups.get("equal") == "!=" or groups.get("among") == "notin":
        return lambda labels: labels.get(key) not in values
    return lambda labels: labels.get(key) in values
