"""Expands a matrix of axes to the tree that `clusters` would hold: one cluster for each combination."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from neo4j_scenarios.errors import Problem
from neo4j_scenarios.fleet.layers import GROUP, INPUTS, LABELS, REGION, VARIABLES, entries, unknown
from neo4j_scenarios.yaml.tree import Items, Map, Node, Place, Text

KEYS: Final = ("name", "axes", "exclude", "include")

MOST: Final = 100_000

HINT: Final = "a matrix has a name that uses its axes, and axes with lists of texts. It may have exclude and include"

Combination = Mapping[str, Text]


def read_matrix(node: Node, expand: Callable[[Text, Mapping[str, str]], str], problems: list[Problem]) -> Items:
    """Return the clusters of a matrix as a list of maps.

    An axis sets the cluster's key of that name. If there is no such key, it sets a label and a variable. `exclude`
    removes the combinations that match one of its entries. An entry of `include` adds its other keys to the
    combinations that match it. If none matches, the entry is a cluster of its own.

    expand: makes a cluster's name from the pattern and a combination.
    """
    parts: dict[str, Node] = {}
    for key, (place, value) in entries(node, "matrix", problems):
        if key in KEYS:
            parts[key] = value
        else:
            problems.append(unknown(place, key, KEYS))
    axes = dict(_axes(parts.get("axes"), node, problems))
    pattern = parts.get("name")
    if not isinstance(pattern, Text) or not pattern.text:
        problems.append(Problem(f"{node.place}: matrix", "has no name pattern for its clusters", HINT))
        return Items([], node.place)
    excluded = [_exclusion(item, axes, problems) for item in _list(parts, "exclude", problems)]
    included = [_agreement(item, axes, problems) for item in _list(parts, "include", problems)]
    if (size := math.prod(map(len, axes.values()))) > MOST:
        problems.append(
            Problem(f"{node.place}: matrix", f"has {size} combinations, but {MOST} is the most", "split the matrix")
        )
        return Items([], node.place)
    combinations = _combined(axes, excluded, included)
    return Items([_cluster(pattern, combination, more, expand) for combination, more in combinations], node.place)


def _axes(node: Node | None, matrix: Node, problems: list[Problem]) -> Iterator[tuple[str, list[Text]]]:
    if node is None:
        problems.append(Problem(f"{matrix.place}: matrix", "has no axes", HINT))
        return
    for axis, (place, value) in entries(node, "axes", problems):
        nodes = value.nodes if isinstance(value, Items) else ()
        texts = [item for item in nodes if isinstance(item, Text) and item.text]
        if not texts or len(texts) < len(nodes):
            problems.append(Problem(f"{place}: {axis}", "is not a list of texts", HINT))
        else:
            yield axis, texts


def _list(parts: Mapping[str, Node], key: str, problems: list[Problem]) -> list[Node]:
    node = parts.get(key)
    if isinstance(node, Items):
        return list(node.nodes)
    if node is not None and not (isinstance(node, Text) and node.text is None):
        problems.append(Problem(f"{node.place}: {key}", "is not a list", HINT))
    return []


def _agreement(node: Node, axes: Mapping[str, object], problems: list[Problem]) -> tuple[Combination, Map]:
    """Return an entry's values of axes, and its other keys."""
    keys = dict(entries(node, "an entry", problems))
    on_axes = {key: value for key, (_, value) in keys.items() if key in axes and isinstance(value, Text)}
    others = {key: entry for key, entry in keys.items() if key not in on_axes}
    return on_axes, Map(others, node.place)


def _exclusion(node: Node, axes: Mapping[str, object], problems: list[Problem]) -> Combination:
    on_axes, others = _agreement(node, axes, problems)
    problems += [unknown(place, key, axes) for key, (place, _) in others.entries.items()]
    if not on_axes:
        problems.append(Problem(f"{node.place}: exclude", "names no axis, so it would remove every combination", HINT))
    return on_axes


def _combined(
    axes: Mapping[str, list[Text]], excluded: list[Combination], included: list[tuple[Combination, Map]]
) -> Iterator[tuple[Combination, list[Map]]]:
    every = [dict(zip(axes, texts, strict=True)) for texts in itertools.product(*axes.values())] if axes else []
    remaining = [each for each in every if not any(_agree(entry, each) for entry in excluded)]
    for combination in remaining:
        yield combination, [more for entry, more in included if _agree(entry, combination)]
    for entry, more in included:
        if not any(_agree(entry, each) for each in remaining):
            yield entry, [more]


def _agree(entry: Combination, combination: Combination) -> bool:
    return all(axis in combination and combination[axis].text == text.text for axis, text in entry.items())


def _cluster(
    pattern: Text, combination: Combination, more: list[Map], expand: Callable[[Text, Mapping[str, str]], str]
) -> Map:
    name = expand(pattern, {axis: text.text or "" for axis, text in combination.items()})
    keys: dict[str, tuple[Place, Node]] = {"name": (pattern.place, Text(name, pattern.place))}
    free: dict[str, tuple[Place, Node]] = {}
    for axis, text in combination.items():
        place = text.place
        (keys if axis in INPUTS or axis in (GROUP, REGION) else free)[axis] = (place, text)
    for addition in more:
        keys |= addition.entries
    for outer in (LABELS, VARIABLES):
        node = keys[outer][1] if outer in keys else None
        included = node.entries if isinstance(node, Map) else {}
        if free or included:
            keys[outer] = (pattern.place, Map({**free, **included}, pattern.place))
    return Map(keys, pattern.place)
