"""The lock of a fleet, `fleet.lock.yaml` beside the fleet file: which set each cluster restores.

A set is one backup of one database. A pin names one set. The lock has the pins of each cluster, and a build replaces a
cluster's TIMESTAMP by the pinned one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from neo4j_restore.spec import LATEST
from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.fleet.blocktext import parse_blocks
from neo4j_scenarios.fleet.layers import Layer, Setting
from neo4j_scenarios.inputs.asked import ASKED, DATABASE, differs, meaning
from neo4j_scenarios.inputs.fields.cluster import ACCEPT_FIRST_BOOTSTRAP, UNPINNED
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


def floats(inputs: Mapping[str, str]) -> bool:
    """Return whether a cluster has no pin by its own choice: it sets `unpinned: true`."""
    return inputs.get(UNPINNED.key) == "true"


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


# Called with a cluster's key, the problem with it, and the hint.
Complain = Callable[[str, str, str], None]


class Pins:
    """A lock as a build uses it: the pinned timestamp replaces TIMESTAMP."""

    def __init__(self, fleet: Path) -> None:
        """Read the lock of a fleet file. Without a lock nothing is pinned. Raises InputFileError."""
        self._path = beside(fleet)
        self._exists = self._path.exists()
        self._lock = read(self._path)
        self._hint = f"neo4j-scenarios lock {fleet.name}"

    def amended(self, name: str, inputs: Mapping[str, str], complain: Complain) -> Mapping[str, str]:
        """Return the inputs with the pinned timestamp. Complains about a pin that is missing or for other inputs."""
        entry = self._lock.get(name)
        if not self._exists or floats(inputs):
            return inputs
        if entry is None:
            if inputs.get("timestamp", LATEST) == LATEST:
                complain("timestamp", f"is 'latest', but {self._path.name} has no pin for it", self._hint)
            return inputs
        for key in ASKED:
            if key != DATABASE and differs(key, inputs, entry.asked):
                complain(key, _changed(inputs.get(key), entry.asked.get(key), entry.place), self._hint)
        # If a database is no longer restored, the pins of the others stay valid.
        unpinned = meaning(inputs).databases - meaning(entry.asked).databases
        if unpinned:
            message = f"has {', '.join(sorted(unpinned))}, but did not have it when it was pinned at {entry.place}"
            complain(DATABASE, message, self._hint)
        return {**inputs, "timestamp": entry.timestamp}

    def layer(self, name: str, inputs: Mapping[str, str]) -> Layer | None:
        """Return the lock's settings of a cluster, as a layer above all others."""
        entry = self._lock.get(name)
        if entry is None or entry.place is None or floats(inputs):
            return None
        return Layer("lock", entry.place, {"timestamp": Setting(entry.timestamp, entry.place)})


def _changed(now: str | None, then: str | None, place: Place | None) -> str:
    present, past = (repr(each) if each else "not set" for each in (now, then))
    return f"is {present}, but was {past} when it was pinned at {place}"


class SeedPins(Pins):
    """A lock as `emit seed` uses it: each statement names the pinned object, so each cluster needs a pin.

    A cluster that runs is not filled before its first start, so it needs no consent to that.
    """

    def amended(self, name: str, inputs: Mapping[str, str], complain: Complain) -> Mapping[str, str]:
        """Return the inputs with the pinned timestamp. Complains about a cluster without a pin."""
        if floats(inputs):
            message = "'true' leaves it without a pin, but a statement names one object"
            complain(UNPINNED.key, message, f"leave it out, and run {self._hint}")
        elif name not in self._lock:
            message = f"has no pin in {self._path.name}, but a statement names the pinned object"
            complain("timestamp", message, self._hint)
        else:
            inputs = super().amended(name, inputs, complain)
        return {**inputs, UNPINNED.key: "true", ACCEPT_FIRST_BOOTSTRAP.key: "true"}

    def databases(self, name: str) -> Mapping[str, Pin]:
        """Return the pins of a cluster, by the names of the databases of the sets."""
        return self._lock[name].databases if name in self._lock else {}


class NoPins:
    """The pins with which `lock` and `report` load a fleet: every cluster may use `latest`, as its pin is being made.

    Nothing is installed of it, so it needs no consent to a restore before the first start either.

    floating: the clusters that set `unpinned: true`.
    """

    def __init__(self) -> None:
        """Begin without clusters."""
        self.floating: set[str] = set()

    def amended(self, name: str, inputs: Mapping[str, str], complain: Complain) -> Mapping[str, str]:
        """Return the inputs, with the inputs that let a cluster use `latest`, and be filled before its first start."""
        if floats(inputs):
            self.floating.add(name)
        return {**inputs, UNPINNED.key: "true", ACCEPT_FIRST_BOOTSTRAP.key: "true"}

    def layer(self, name: str, inputs: Mapping[str, str]) -> None:
        """Return None, as `Pins` does for a cluster without a pin."""
