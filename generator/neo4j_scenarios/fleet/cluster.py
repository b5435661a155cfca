"""One cluster of a fleet: its merged layers, its evaluated expressions, its scenarios."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from neo4j_restore.secrecy import WITHHELD
from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import UsageError, did_you_mean
from neo4j_scenarios.fleet.expand import expand
from neo4j_scenarios.fleet.file import Entry, FleetFile
from neo4j_scenarios.fleet.grouping import Grouping
from neo4j_scenarios.fleet.layers import (
    GROUP,
    INPUTS,
    LABELS,
    REGION,
    STRUCTURES,
    VARIABLES,
    Layer,
    Setting,
    laid,
    settled,
)
from neo4j_scenarios.fleet.overrides import Override
from neo4j_scenarios.fleet.pins import NoPins, Pins
from neo4j_scenarios.fleet.selectors import Selection
from neo4j_scenarios.inputs.fields.deployment import SCENARIO, TARGET
from neo4j_scenarios.inputs.rules import LABEL_VALUE, has_key
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.inputs.structure import mapped
from neo4j_scenarios.parse import parse
from neo4j_scenarios.targets import KINDS
from neo4j_scenarios.yaml.tree import Place

_HINT: Final = "expressions can use name, group, region, labels and the fleet's variables"
_VARIABLE_HINT: Final = "a variable can use name, group, region and labels, but no other variable"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster of a fleet, with all layers merged and all expressions evaluated.

    place: where the cluster is named.
    group, region: empty if it has none.
    inputs: the texts that `parse` takes, by the keys of `fields`. A key that no layer sets is absent.
    layers: the layers that apply to it, the lowest first and the lock last. Each knows the places of its settings.
    scenarios: one for each target.
    overrides: the names of the overrides that apply to it now.
    pin: its name in the lock. This is the cluster's own name, unless an override asks for other sets. The old pin is
    then still there when the override ends.
    """

    name: str
    place: Place
    group: str
    region: str
    labels: Mapping[str, str]
    variables: Mapping[str, str]
    inputs: Mapping[str, str]
    layers: tuple[Layer, ...]
    scenarios: tuple[Scenario, ...]
    overrides: tuple[str, ...] = ()
    pin: str = ""

    @property
    def known_labels(self) -> dict[str, str]:
        """The labels that selectors match: its own, its name, and its group and region if it has them."""
        identity = _identity(self.name, self.group, self.region)
        return identity | dict(self.labels)

    def history(self, key: str) -> list[tuple[Layer, Setting]]:
        """Return each layer's setting of a key, such as `bucket` or `labels.env`. The last one wins."""
        return [(layer, layer.settings[key]) for layer in self.layers if key in layer.settings]

    def origin(self, key: str) -> Place | None:
        """Return the place that set `key`, or None if no layer did."""
        history = self.history(key)
        return history[-1][1].place if history else None


class Reader:
    """Merges the layers of single clusters.

    labels: all labels that any cluster has, selected or not.
    overridden: the names of the overrides that apply to any cluster.
    """

    def __init__(
        self,
        file: FleetFile,
        selection: Selection,
        pins: Pins | NoPins,
        grouping: Grouping,
        overrides: Sequence[Override],
    ) -> None:
        """Take the fleet's parts. grouping: collects the problems. overrides: the active ones, in their order."""
        self._file = file
        self._overrides = overrides
        self.overridden: set[str] = set()
        self._selection = selection
        self._pins = pins
        self._grouping = grouping
        self.labels: set[str] = set()

    def cluster(self, entry: Entry) -> Cluster | None:
        """Return the cluster, or None if it is not selected."""
        file = self._file
        group = entry.layer.text(GROUP) or file.defaults.text(GROUP)
        group_layer = file.groups.get(group)
        region = (
            entry.layer.text(REGION) or (group_layer.text(REGION) if group_layer else "") or file.defaults.text(REGION)
        )
        above = [layer for layer in (group_layer, file.regions.get(region)) if layer]
        layers: tuple[Layer, ...] = (file.defaults, *above, entry.layer)
        identity = _identity(entry.name, group, region)
        overrides = self._overriding(entry, layers, identity)
        layers = (*layers, *(each.layer for each in overrides))
        settings = _Settings(entry, laid(layer.settings for layer in layers), self._grouping)
        names: dict[str, object] = {**identity}
        labels = settings.expanded(LABELS, names)
        self.labels |= identity.keys() | labels.keys()
        if not self._selection.takes(entry.name, identity | labels):
            return None
        _check_part(GROUP, group, file.groups, settings)
        _check_part(REGION, region, file.regions, settings)
        _check_labels(labels, settings)
        names[LABELS] = labels
        variables = settings.expanded(VARIABLES, names)
        unpinned = settings.expanded("", names | variables)
        pin = "@".join([entry.name, *(each.name for each in overrides if each.repins)])
        inputs = self._pins.amended(pin, unpinned, settings.add)
        if pinned := self._pins.layer(pin, unpinned):
            layers = (*layers, pinned)
        return Cluster(
            entry.name,
            entry.place,
            group,
            region,
            labels,
            variables,
            inputs,
            layers,
            tuple(_scenarios(inputs, settings)),
            tuple(each.name for each in overrides),
            pin,
        )

    def _overriding(self, entry: Entry, layers: Sequence[Layer], identity: Mapping[str, str]) -> list[Override]:
        """Return the overrides that apply to a cluster. Overrides change no label, so its labels are known first."""
        if not self._overrides:
            return []
        # `cluster` reports the same problems again, so this grouping is thrown away.
        settings = _Settings(entry, laid(layer.settings for layer in layers), Grouping(Path()))
        labels = settings.expanded(LABELS, identity)
        overrides = [each for each in self._overrides if each.selection.takes(entry.name, {**identity, **labels})]
        self.overridden.update(each.name for each in overrides)
        return overrides


def _identity(name: str, group: str, region: str) -> dict[str, str]:
    """Return what expressions and selectors know of a cluster. Without a group or region, they know no such name."""
    return {key: text for key, text in (("name", name), (GROUP, group), (REGION, region)) if text}


class _Settings:
    """One cluster's settings, and the problems with them."""

    def __init__(self, entry: Entry, settings: Mapping[str, Setting], grouping: Grouping) -> None:
        self._entry = entry
        self._grouping = grouping
        self._all = settings
        self._broken = {key for key, setting in settings.items() if setting.broken}
        self._parts: dict[str, list[tuple[str, str, str]]] = {LABELS: [], VARIABLES: [], "": []}
        for key, setting in settled(settings).items():
            outer, _, inner = key.partition(".")
            if inner or key in INPUTS:
                self._parts[outer if inner else ""].append((key, inner or key, setting.text or ""))

    def add(self, key: str, what: str, hint: str) -> None:
        if key not in self._broken:
            setting = self._all.get(key)
            self._grouping.add(self._entry.name, self._entry.place, key, setting and setting.place, what, hint)

    def expanded(self, part: str, names: Mapping[str, object]) -> dict[str, str]:
        """Return the evaluated texts of `labels`, of `variables`, or of the inputs (an empty part)."""
        return {name: self._text(key, text, names) for key, name, text in self._parts[part]}

    def _text(self, key: str, text: str, names: Mapping[str, object]) -> str:
        try:
            expanded = mapped(text, lambda each: expand(each, names)) if key in STRUCTURES else expand(text, names)
        except Invalid as error:
            self.add(key, str(error), _VARIABLE_HINT if key.startswith(f"{VARIABLES}.") else _HINT)
        else:
            if not has_key(expanded):
                return expanded
            self.add(key, f"is {WITHHELD}", "take it out: a values file names a Secret and never holds one")
        self._broken.add(key)
        return ""


def _check_part(key: str, name: str, layers: Mapping[str, Layer], settings: _Settings) -> None:
    if name and layers and name not in layers:
        settings.add(key, did_you_mean(name, layers), f"name one of {key}s, or add it there")


def _check_labels(labels: Mapping[str, str], settings: _Settings) -> None:
    for name, text in labels.items():
        try:
            LABEL_VALUE(text)
        except Invalid as error:
            settings.add(f"{LABELS}.{name}", str(error), "use a label such as 'prod'")


def _scenarios(inputs: Mapping[str, str], settings: _Settings) -> Iterator[Scenario]:
    targets = (inputs.get(TARGET.key) or _chart(inputs.get(SCENARIO.key, ""))).split(",")
    if len(set(targets)) < len(targets):
        settings.add(TARGET.key, "names a chart twice, so its file would be written twice", "name each once")
    for target in targets:
        try:
            yield parse({**inputs, TARGET.key: target.strip()}, str)
        except UsageError as error:
            for problem in error.problems:
                settings.add(problem.where, problem.what, problem.hint)


def _chart(scenario: str) -> str:
    """Return the default chart: ours if it can do the scenario, else the first chart that can."""
    able = [target.name for target in KINDS[scenario].targets] if scenario in KINDS else []
    return TARGET.default if TARGET.default in able or not able else able[0]
