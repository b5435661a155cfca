"""Reads the parts of a fleet file: defaults, groups, regions, overrides and clusters.

The clusters are a list, a map, an inventory or a matrix.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from neo4j_restore.secrecy import WITHHELD, looks_like_key, redact
from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import GeneratorError, Problem
from neo4j_scenarios.fleet.expand import expand
from neo4j_scenarios.fleet.inventory import read_inventory
from neo4j_scenarios.fleet.layers import GROUP, REGION, Layer, entries, read_layer, unknown
from neo4j_scenarios.fleet.matrix import read_matrix
from neo4j_scenarios.fleet.overrides import Override, read_overrides
from neo4j_scenarios.inputs import rules
from neo4j_scenarios.yaml.tree import Items, Map, Node, Place, Text, read_tree

HINT: Final = "a fleet file has defaults, groups and regions, and it has clusters, an inventory or a matrix"

_TAKE_OUT: Final = "take it out: a fleet file names a Secret and never holds one"

NAME: Final = "name"

PARTS: Final = (NAME, "defaults", "groups", "regions", "clusters", "inventory", "matrix", "overrides")


@dataclass(frozen=True, slots=True)
class Entry:
    """A cluster as the file names it, with its own layer only."""

    name: str
    place: Place
    layer: Layer


@dataclass(frozen=True)
class FleetFile:
    """The layers of a fleet file, not merged yet.

    entries: the clusters. No two have the same name.
    name: the fleet's name, empty if the file gives none.
    overrides: all of them, including those that have ended.
    """

    defaults: Layer
    groups: Mapping[str, Layer]
    regions: Mapping[str, Layer]
    entries: list[Entry]
    name: str = ""
    overrides: Sequence[Override] = ()


def read_fleet_file(path: Path, problems: list[Problem]) -> FleetFile:
    """Return the parts of the file, and add their problems to `problems`.

    Raises InputFileError if the file can't be read at all.
    """
    root = read_tree(path, HINT)
    parts: dict[str, tuple[Place, Node]] = {}
    for key, (place, node) in entries(root, "the file", problems):
        if key in PARTS:
            parts[key] = (place, node)
        else:
            problems.append(unknown(place, key, PARTS))
    is_reported = not isinstance(root, Map) and bool(problems)
    if not is_reported and not {"clusters", "inventory", "matrix"}.intersection(parts):
        problems.append(Problem(str(path), "has no clusters", HINT))
    nothing = Place(str(path), 1, 1)
    place, node = parts.get("defaults", (nothing, Text(None, nothing)))
    return FleetFile(
        read_layer("defaults", node, place, (GROUP, REGION), problems),
        dict(_layers("group", parts.get("groups"), (REGION,), problems)),
        dict(_layers("region", parts.get("regions"), (), problems)),
        _entries(path, parts, problems),
        _name(parts[NAME], problems) if NAME in parts else "",
        read_overrides(parts["overrides"][1], problems) if "overrides" in parts else (),
    )


def _name(part: tuple[Place, Node], problems: list[Problem]) -> str:
    place, node = part
    if isinstance(node, Text) and node.text and _named("a fleet", node.text, place, problems, rules.NAME):
        return node.text
    if not isinstance(node, Text) or not node.text:
        problems.append(Problem(f"{place}: {NAME}", "must be a single text", "name: graphs-prod"))
    return ""


def _layers(
    kind: str, part: tuple[Place, Node] | None, also: tuple[str, ...], problems: list[Problem]
) -> Iterator[tuple[str, Layer]]:
    for name, (place, node) in entries(part[1], f"{kind}s", problems) if part else ():
        if _named(f"{kind}s", name, place, problems):
            yield name, read_layer(f"{kind} {name}", node, place, also, problems)


def _named(
    what: str, name: str, place: Place, problems: list[Problem], rule: Callable[[str], str] = rules.LABEL_VALUE
) -> bool:
    if looks_like_key(name):
        problems.append(Problem(f"{place}: {what}", f"has {WITHHELD}", _TAKE_OUT))
        return False
    try:
        rule(name)
    except Invalid as error:
        problems.append(Problem(f"{place}: {what}", redact(str(error)), "use a name such as 'prod-eu'"))
        return False
    return True


def _entries(path: Path, parts: Mapping[str, tuple[Place, Node]], problems: list[Problem]) -> list[Entry]:
    clusters: dict[str, Entry] = {}
    for kind in ("clusters", "inventory", "matrix"):
        if kind not in parts:
            continue
        for entry in _clusters(_source(path, kind, parts[kind][1], problems), problems):
            if entry.name in clusters:
                first = clusters[entry.name].place
                message = f"{entry.name!r} is named twice, so both would write one file: the first is at {first}"
                problems.append(Problem(str(entry.place), message, "give one of the two another name"))
            else:
                clusters[entry.name] = entry
    return list(clusters.values())


def _source(path: Path, kind: str, node: Node, problems: list[Problem]) -> Node:
    """Return the list or map of clusters that a part of the file gives."""
    if kind == "matrix":

        def name(pattern: Text, names: Mapping[str, str]) -> str:
            try:
                return expand(pattern.text or "", names)
            except Invalid as error:
                problems.append(Problem(f"{pattern.place}: name", str(error), "the name of a matrix can use its axes"))
                return ""

        return read_matrix(node, name, problems)
    if kind == "inventory":
        if isinstance(node, Text) and node.text and not PurePath(node.text).is_absolute():
            try:
                return read_inventory(path.parent / node.text)
            except GeneratorError as error:
                problems += error.problems
        else:
            message = "is not a path relative to the fleet file"
            problems.append(Problem(f"{node.place}: inventory", message, "inventory: clusters.csv"))
        return Items([], node.place)
    return node


def _clusters(node: Node, problems: list[Problem]) -> Iterator[Entry]:
    if isinstance(node, Items):
        # Each row is given up when it is read. The rows of a large inventory take as much memory as its clusters.
        rows = deque(node.nodes)
        del node
        while rows:
            yield from _listed(rows.popleft(), problems)
        return
    for name, (place, inner) in entries(node, "clusters", problems):
        yield from _entry(name, place, inner, problems)


def _listed(item: Node, problems: list[Problem]) -> Iterator[Entry]:
    settings = dict(entries(item, "a cluster", problems))
    place, name = settings.pop("name", (item.place, Text(None, item.place)))
    if isinstance(name, Text) and name.text:
        yield from _entry(name.text, place, Map(settings, item.place), problems)
    elif isinstance(item, Map):
        problems.append(Problem(str(item.place), "is a cluster without a name", "name: eu-1"))


def _entry(name: str, place: Place, node: Node, problems: list[Problem]) -> Iterator[Entry]:
    if looks_like_key(name):
        problems.append(Problem(str(place), f"has {WITHHELD}", _TAKE_OUT))
        return
    try:
        rules.NAME(name)
    except Invalid as error:
        problems.append(Problem(str(place), redact(str(error)), "use a name such as 'eu-1'"))
        return
    yield Entry(name, place, read_layer(f"cluster {name}", node, place, (GROUP, REGION), problems))
