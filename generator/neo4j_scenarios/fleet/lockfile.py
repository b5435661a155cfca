"""The lock of a fleet, `fleet.lock.yaml` beside the fleet file: which set each cluster restores.

A set is one backup of one database. A pin names one set. The lock has the pins of each cluster, and a build replaces a
cluster's TIMESTAMP by the pinned one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.fleet.blocktext import parse_blocks
from neo4j_scenarios.pin import Pin
from neo4j_scenarios.write import MARK
from neo4j_scenarios.yaml.text import toyaml
from neo4j_scenarios.yaml.tree import Map, Node, Place, Text, read_tree

FORMAT: Final = "1"

_HEADER: Final = """\
{mark} lock {fleet}
# Which backup set each cluster restores. `neo4j-scenarios update {fleet}` moves to newer ones.
"""


@dataclass(frozen=True)
class Entry:
    """The pins of one cluster.

    asked: the inputs that the cluster had when it was pinned, by the keys of `ASKED`.
    timestamp: the TIMESTAMP that selects just these sets.
    databases: the pin of each database.
    place: in the lock file, or None for an entry that is not there yet.
    """

    asked: Mapping[str, str]
    timestamp: str
    databases: Mapping[str, Pin]
    place: Place | None = field(default=None, compare=False)


Lock = Mapping[str, Entry]


def beside(fleet: Path) -> Path:
    """Return the path of the lock of a fleet file."""
    return fleet.with_name(f"{fleet.stem}.lock.yaml")


def text(lock: Lock, fleet: str) -> str:
    """Return the lock's text: the same bytes for the same pins, sorted by cluster. fleet: the fleet file's name."""
    clusters = {name: _as_data(entry) for name, entry in sorted(lock.items())}
    header = _HEADER.format(mark=MARK, fleet=fleet)
    return f"{header}format: {FORMAT}\nclusters:{_below(clusters)}\n"


def _below(clusters: Mapping[str, Any]) -> str:
    return f"\n{toyaml(clusters, 2)}" if clusters else " {}"


def _as_data(entry: Entry) -> dict[str, Any]:
    databases = {
        name: {_key(each.name): getattr(pin, each.name) for each in fields(Pin)}
        for name, pin in entry.databases.items()
    }
    return {"asked": dict(entry.asked), "timestamp": entry.timestamp, "databases": databases}


def _key(name: str) -> str:
    return name.replace("_", "-")


def read(path: Path) -> dict[str, Entry]:
    """Return the pins of a lock file. There are none if there is no file. Raises InputFileError with the place."""
    if not path.exists():
        return {}
    try:
        return _read(path)
    except _NoLockError as error:
        node = error.args[0]
        hint = "restore it from version control, or remove it and run `neo4j-scenarios lock`"
        raise InputFileError(Problem(str(node.place), "is not in the form of a lock", hint)) from error


class _NoLockError(Exception):
    """A node, the first argument, is not what a lock has at that place."""


def _read(path: Path) -> dict[str, Entry]:
    return _read_quickly(path) or _read_yaml(path)


def _read_quickly(path: Path) -> dict[str, Entry] | None:
    """Return the pins of a file that is just as we wrote it. Return None for any other, which the YAML parser reads."""
    try:
        blocks = parse_blocks(path.read_text(encoding="utf-8"))
        if blocks is None or blocks[0]["format"] != FORMAT:
            return None
        clusters, lines = blocks[0]["clusters"], blocks[1]
        return {name: _entry_of(data, Place(str(path), lines[name], 3)) for name, data in clusters.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _entry_of(data: Mapping[str, Any], place: Place) -> Entry:
    pins = {name: {key.replace("-", "_"): text for key, text in pin.items()} for name, pin in data["databases"].items()}
    databases = {name: Pin(**pin | {"size_bytes": int(pin["size_bytes"])}) for name, pin in pins.items()}
    return Entry(data["asked"], data["timestamp"], databases, place)


def _read_yaml(path: Path) -> dict[str, Entry]:
    root = _map(read_tree(path, "a lock is written by `neo4j-scenarios lock`"))
    if _text(root, "format") != FORMAT:
        message = f"has the format {_text(root, 'format')!r}, expected {FORMAT}"
        raise InputFileError(
            Problem(str(path), message, "use the version of neo4j-scenarios that wrote it, or a newer version")
        )
    clusters = _map(_inner(root, "clusters"))
    return {name: _entry(place, _map(node)) for name, (place, node) in clusters.entries.items()}


def _entry(place: Place, node: Map) -> Entry:
    inputs = _map(_inner(node, "asked"))
    databases = _map(_inner(node, "databases")).entries
    return Entry(
        {key: _text(inputs, key) for key in inputs.entries},
        _text(node, "timestamp"),
        {name: _pin(_map(inner)) for name, (_, inner) in databases.items()},
        place,
    )


def _pin(node: Map) -> Pin:
    values: dict[str, Any] = {each.name: _text(node, _key(each.name)) for each in fields(Pin)}
    if not values["size_bytes"].isdecimal():
        raise _NoLockError(node)
    return Pin(**values | {"size_bytes": int(values["size_bytes"])})


def _map(node: Node) -> Map:
    if not isinstance(node, Map):
        raise _NoLockError(node)
    return node


def _inner(node: Map, key: str) -> Node:
    if key not in node.entries:
        raise _NoLockError(node)
    return node.entries[key][1]


def _text(node: Map, key: str) -> str:
    inner = _inner(node, key)
    if not isinstance(inner, Text):
        raise _NoLockError(inner)
    return inner.text or ""
