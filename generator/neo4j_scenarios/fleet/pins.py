"""What the pins of a lock do when a fleet is loaded: the pinned timestamp replaces TIMESTAMP, or a pin is missing."""

from collections.abc import Callable, Mapping
from pathlib import Path

from neo4j_restore.spec import LATEST
from neo4j_scenarios.fleet.layers import Layer, Setting
from neo4j_scenarios.fleet.lockfile import beside, read
from neo4j_scenarios.inputs.asked import ASKED, DATABASE, differs, meaning
from neo4j_scenarios.inputs.fields.cluster import ACCEPT_FIRST_BOOTSTRAP, UNPINNED
from neo4j_scenarios.pin import Pin
from neo4j_scenarios.yaml.tree import Place

# Called with a cluster's key, the problem with it, and the hint.
Complain = Callable[[str, str, str], None]


def floats(inputs: Mapping[str, str]) -> bool:
    """Return whether a cluster has no pin by its own choice: it sets `unpinned: true`."""
    return inputs.get(UNPINNED.key) == "true"


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
