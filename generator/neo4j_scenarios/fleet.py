"""A fleet file -> `Fleet`: its clusters, each with the scenarios it asks for; or all problems of all of them."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import InputFileError, Problem, UsageError, did_you_mean
from neo4j_scenarios.expand import expand
from neo4j_scenarios.fields.deployment import SCENARIO, TARGET
from neo4j_scenarios.fleetfile import Entry, FleetFile, read_fleet_file
from neo4j_scenarios.grouping import Grouping
from neo4j_scenarios.layers import GROUP, INPUTS, LABELS, REGION, VARIABLES, Layer, Setting, laid, settled
from neo4j_scenarios.lockfile import NoPins, Pins
from neo4j_scenarios.overrides import Override
from neo4j_scenarios.parse import parse
from neo4j_scenarios.rules import LABEL_VALUE
from neo4j_scenarios.scenario import Scenario
from neo4j_scenarios.secrecy import WITHHELD, looks_like_key
from neo4j_scenarios.selectors import EVERYTHING, Selection
from neo4j_scenarios.targets import KINDS
from neo4j_scenarios.yamltree import Place

_HINT: Final = "expressions know name, group, region, labels and the fleet's variables"
_VARIABLE_HINT: Final = "a variable can't name another variable: it knows name, group, region and labels"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster of a fleet, all layers laid over each other and all expressions worked out.

    group, region: empty for none. inputs: the texts that `parse` takes, by the keys of `fields`; what no layer sets is
    not there. layers: those that apply to it, the lowest first, the lock the highest; each knows its settings' places.
    place: where the cluster is named. scenarios: what it asks for, one for each target. overrides: the names of those
    that hold for it now. pin: the name under which the lock has it, which is its own unless an override asks for other
    sets: the pin of before is still there when that has ended.
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

    def history(self, key: str) -> list[tuple[Layer, Setting]]:
        """Return what the layers say about a key, as `bucket` or `labels.env`; the last counts."""
        return [(layer, layer.settings[key]) for layer in self.layers if key in layer.settings]

    def origin(self, key: str) -> Place | None:
        """Return the place that set `key`; None if no layer did."""
        said = self.history(key)
        return said[-1][1].place if said else None


@dataclass(frozen=True)
class Broken:
    """A cluster with problems, as far as it is known: its inputs may be incomplete, its scenarios missing."""

    cluster: Cluster
    problems: Sequence[Problem]


@dataclass(frozen=True)
class Fleet:
    """The clusters that were selected, in the order of the file.

    path: of the fleet file. name: stands for the fleet in names of objects. names: of all its clusters, selected or
    not, in the order of the file. broken: selected clusters that are left out of `clusters`, by their names.
    problems: theirs, with those that several share told once. remarks: what deserves a word and is not wrong.
    overrides: those that hold now.
    """

    path: Path
    clusters: Sequence[Cluster]
    names: Sequence[str]
    name: str = "fleet"
    broken: Mapping[str, Broken] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    remarks: Sequence[str] = ()
    overrides: Sequence[Override] = ()


def load(
    path: Path,
    selection: Selection = EVERYTHING,
    pins: Pins | NoPins | None = None,
    *,
    keep_going: bool = False,
    now: datetime | None = None,
) -> Fleet:
    """Return the fleet of a file, or the clusters of it that are selected.

    pins: by default those of the lock beside the file. keep_going: return clusters with problems as `broken`, and raise
    for what is wrong with the file itself alone. now: which overrides hold; by default the time it is.

    Raises InputFileError with all problems of the file, of its inventory and of the selected clusters; one that several
    clusters share is told once, at the place that set it. Raises UsageError where the selection takes none, or has a
    name that no cluster has.
    """
    problems: list[Problem] = []
    if not path.name.isprintable():  # it stands in a comment of every file
        raise InputFileError(Problem(repr(path.name), "has a control character in its name", "name it fleet.yaml"))
    file = read_fleet_file(path, problems)
    grouping = Grouping(path)
    pins = pins or Pins(path)
    moment = now or datetime.now(UTC)
    active = [each for each in file.overrides if moment < each.until]
    reader = _Reader(file, selection, pins, grouping, active)
    clusters = [cluster for entry in file.entries if (cluster := reader.cluster(entry))]
    if problems or (grouping and not keep_going):
        raise InputFileError(*dict.fromkeys(problems), *grouping.problems())
    if not file.entries:
        raise UsageError(Problem(str(path), "has no clusters: its list or inventory is empty", "add a cluster to it"))
    names = [entry.name for entry in file.entries]
    _check_selection(path, selection, names, clusters)
    broken = grouping.clusters()
    ended = [each for each in file.overrides if each not in active]
    return Fleet(
        path,
        [cluster for cluster in clusters if cluster.name not in broken],
        names,
        file.name or path.stem,
        {each.name: Broken(each, grouping.of(each.name)) for each in clusters if each.name in broken},
        grouping.problems(),
        [
            *(_unknown_label(label, reader.labels) for label in selection.unknown_labels(reader.labels)),
            *(f"{each.place}: override {each.name} ended at {each.until:%FT%TZ}: take it out" for each in ended),
            *(
                f"{each.place}: override {each.name} selects no cluster"
                for each in active
                if each.name not in reader.overridden
            ),
        ],
        active,
    )


def _check_selection(path: Path, selection: Selection, names: Sequence[str], taken: Sequence[Cluster]) -> None:
    """Raise UsageError for a pattern that fits no cluster, and for a selection of none."""
    if unmatched := selection.unmatched(names):
        what = "fits no cluster" if set(unmatched[0]) & set("*?[") else did_you_mean(unmatched[0], names)
        raise UsageError(Problem(f"--only {unmatched[0]!r}", what, f"neo4j-scenarios list {path}"))
    if not taken:
        what = f"selects none of the {len(names)} clusters of {path}"
        raise UsageError(Problem("the selection", what, f"neo4j-scenarios list {path}"))


def _unknown_label(label: str, known: Set[str]) -> str:
    near = get_close_matches(label, known, 1)
    return f"-l: no cluster has the label {label!r}" + (f"; did you mean {near[0]!r}?" if near else "")


class _Reader:
    """Lays the layers of single clusters over each other.

    labels: all that any cluster has, selected or not. overridden: the names of overrides that hold for any.
    """

    def __init__(
        self,
        file: FleetFile,
        selection: Selection,
        pins: Pins | NoPins,
        grouping: Grouping,
        overrides: Sequence[Override],
    ) -> None:
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
        # A group or region that the cluster does not have is not known to expressions and selectors either.
        place = {key: text for key, text in (("name", entry.name), (GROUP, group), (REGION, region)) if text}
        overrides = self._overriding(entry, layers, place)
        layers = (*layers, *(each.layer for each in overrides))
        complain = _Complaints(entry, laid(layer.settings for layer in layers), self._grouping)
        names: dict[str, object] = {**place}
        labels = complain.expanded(LABELS, names)
        self.labels |= place.keys() | labels.keys()
        if not self._selection.takes(entry.name, place | labels):
            return None
        _check_part(GROUP, group, file.groups, complain)
        _check_part(REGION, region, file.regions, complain)
        _check_labels(labels, complain)
        names[LABELS] = labels
        variables = complain.expanded(VARIABLES, names)
        asked = complain.expanded("", names | variables)
        pin = "@".join([entry.name, *(each.name for each in overrides if each.repins)])
        inputs = self._pins.amended(pin, asked, complain.add)
        if pinned := self._pins.layer(pin, asked):
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
            tuple(_scenarios(inputs, complain)),
            tuple(each.name for each in overrides),
            pin,
        )

    def _overriding(self, entry: Entry, layers: Sequence[Layer], place: Mapping[str, str]) -> list[Override]:
        """Return the overrides that hold for a cluster. They change no label, so its labels are known without them."""
        if not self._overrides:
            return []
        unheard = _Complaints(entry, laid(layer.settings for layer in layers), Grouping(Path()))
        labels = unheard.expanded(LABELS, place)
        found = [each for each in self._overrides if each.selection.takes(entry.name, {**place, **labels})]
        self.overridden.update(each.name for each in found)
        return found


class _Complaints:
    """One cluster's settings, and what is wrong with them."""

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
        """Return the texts of `labels`, of `variables`, or of the inputs (an empty part), expressions worked out."""
        return {name: self._text(key, text, names) for key, name, text in self._parts[part]}

    def _text(self, key: str, text: str, names: Mapping[str, object]) -> str:
        try:
            made = expand(text, names)
        except Invalid as error:
            self.add(key, str(error), _VARIABLE_HINT if key.startswith(f"{VARIABLES}.") else _HINT)
        else:
            if not looks_like_key(made):
                return made
            self.add(key, f"is {WITHHELD}", "take it out: a values file names a Secret, and holds none")
        self._broken.add(key)
        return ""


def _check_part(key: str, name: str, layers: Mapping[str, Layer], complain: _Complaints) -> None:
    if name and layers and name not in layers:
        complain.add(key, did_you_mean(name, layers), f"name one of {key}s, or add it there")


def _check_labels(labels: Mapping[str, str], complain: _Complaints) -> None:
    for name, text in labels.items():
        try:
            LABEL_VALUE(text)
        except Invalid as error:
            complain.add(f"{LABELS}.{name}", str(error), "labels take for example 'prod'")


def _scenarios(inputs: Mapping[str, str], complain: _Complaints) -> Iterator[Scenario]:
    targets = (inputs.get(TARGET.key) or _chart(inputs.get(SCENARIO.key, ""))).split(",")
    if len(set(targets)) < len(targets):
        complain.add(TARGET.key, "names a chart twice, whose file would be written twice", "name each once")
    for target in targets:
        try:
            yield parse({**inputs, TARGET.key: target.strip()}, str)
        except UsageError as error:
            for problem in error.problems:
                complain.add(problem.where, problem.what, problem.hint)


def _chart(scenario: str) -> str:
    """Return the chart where none is named: ours, or else the first that can do the scenario."""
    able = [target.name for target in KINDS[scenario].targets] if scenario in KINDS else []
    return TARGET.default if TARGET.default in able or not able else able[0]
