"""Decides which clusters `emit` writes: the whole fleet, a selection, a part with separate names, or an override.

Shared files, such as an ApplicationSet, name every cluster, whatever is selected. Otherwise the engine would remove the
clusters that are left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from neo4j_restore.spec import Invalid
from neo4j_scenarios.emit import Engine
from neo4j_scenarios.emit.engine import Order
from neo4j_scenarios.emit.releases import Release
from neo4j_scenarios.errors import InputFileError, Problem, UsageError, did_you_mean
from neo4j_scenarios.fleet.cluster import Cluster
from neo4j_scenarios.fleet.fleet import Fleet, choose, load
from neo4j_scenarios.fleet.pins import Pins
from neo4j_scenarios.fleet.selectors import EVERYTHING, Selection
from neo4j_scenarios.inputs.rules import LABEL_VALUE


@dataclass(frozen=True)
class Scope:
    """The scope of an emit.

    clusters: those that shared files name. chosen: those whose own files are written.
    part: the part's name, or empty for the whole fleet.
    waves: the override's waves, by cluster.
    next_step: the sentence about what to do after this. It may be empty.
    selected: whether a selection decided which clusters there are.
    """

    fleet: Fleet
    clusters: Sequence[Cluster]
    chosen: frozenset[str]
    part: str = ""
    override: str = ""
    waves: Mapping[str, int] = field(default_factory=dict)
    next_step: str = ""
    selected: bool = False

    def in_waves(self, releases: list[Release]) -> list[Release]:
        """Return the releases in the override's waves, if there is an override."""
        moved = [replace(each, wave=self.waves.get(each.cluster, each.wave)) for each in releases]
        return sorted(moved, key=lambda each: each.wave)


def of_selection(engine: Engine, path: Path, selection: Selection, part: str, pins: Pins, *, keep_going: bool) -> Scope:
    """Return the scope of a selection: its own files in the whole fleet's folder, or a part of that name.

    An engine that `selects` gets the selection alone, without a name.

    Raises InputFileError, and UsageError for a part without a selection.
    """
    if not part and (selection.everything or not engine.selects):
        fleet = load(path, EVERYTHING, pins, keep_going=keep_going)
        chosen, remarks = choose(fleet, selection)
        broken = [each.cluster for each in fleet.broken.values()]
        noted = replace(fleet, remarks=[*remarks, *fleet.remarks])
        return Scope(noted, [*fleet.clusters, *_known(broken)], chosen)
    if part and selection.everything:
        raise UsageError(Problem("--part", "needs a selection of its clusters", "--part gold -l tier=gold"))
    try:
        LABEL_VALUE(part or "all")
    except Invalid as error:
        raise UsageError(Problem("--part", str(error), "--part gold")) from error
    fleet = load(path, selection, pins, keep_going=keep_going)
    names = frozenset(each.name for each in fleet.clusters)
    return Scope(fleet, fleet.clusters, names, part, selected=True)


def of_override(engine: Engine, path: Path, name: str, wave: int, pins: Pins, *, alone: bool) -> Scope:
    """Return the scope that rolls an override out. Raises UsageError.

    A script or a helmfile only has the override's clusters, in its waves. Argo CD and Flux have one object for each
    release. The operator writes and commits their files wave by wave: this emit writes the first `wave` waves.
    """

    if not alone:
        what = "selects its own clusters, so it can't be used with --part, -l and --only"
        raise UsageError(Problem("--override", what, f"--override {name} alone"))
    fleet = load(path, EVERYTHING, pins, keep_going=True)
    active = {each.name: each for each in fleet.overrides}
    if name not in active:
        what = did_you_mean(name, active) if active else "names an override, but the fleet has no active one"
        raise UsageError(Problem("--override", what, f"see {path}"))
    overridden = [each for each in fleet.clusters if name in each.overrides]
    broken = [problem for each in fleet.broken.values() if name in each.cluster.overrides for problem in each.problems]
    if broken:
        raise InputFileError(*broken)
    waves = active[name].split(overridden)
    if not engine.fetches:
        if wave:
            what = f"is only for argocd and flux: {engine.name} installs all waves in order by itself"
            raise UsageError(Problem("--wave", what, f"--override {name} alone"))
        numbers = {each.name: number for number, members in enumerate(waves, 1) for each in members}
        only = replace(fleet, clusters=overridden, broken={}, problems=())
        return Scope(only, overridden, frozenset(numbers), name, name, numbers)
    until = wave or 1
    chosen = frozenset(each.name for members in waves[:until] for each in members)
    step = f"wave {min(until, len(waves))} of {len(waves)} is written: commit it"
    if until < len(waves):
        names = ", ".join(each.name for each in waves[until - 1])
        step += f". When {names} are ready, run it again with --wave {until + 1}"
    broken_ones = [each.cluster for each in fleet.broken.values()]
    return Scope(fleet, [*fleet.clusters, *_known(broken_ones)], chosen, "", "", {}, step)


def _known(clusters: Iterable[Cluster]) -> Iterator[Cluster]:
    """Yield the broken clusters. Raises InputFileError if the release of one is not known.

    The shared files would lose that release, and the engine might remove it.
    """
    for cluster in clusters:
        if not cluster.scenarios:
            what = "has problems that hide its release, so the shared files would lose it"
            hint = "correct it, or use --part without this cluster"
            raise InputFileError(Problem(f"{cluster.place}: {cluster.name}", what, hint))
        yield cluster


def installable(engine: Engine, order: Order, scope: Scope, folder: Path) -> Order:
    """Return the order without broken clusters that were never written, because an engine would fail on them.

    Raises UsageError if other clusters that are not written now have no files yet.
    """
    missing = {
        release.cluster
        for release in order.releases
        if release.cluster not in scope.chosen and not all((folder / path).exists() for path in engine.own(release))
    }
    unwritten = sorted(missing - scope.fleet.broken.keys())
    if unwritten:
        what = f"leaves out {len(unwritten)} clusters without files in {folder}, for example {unwritten[0]}"
        hint = "emit the whole fleet first, or emit a part with separate names into its own folder: --part NAME"
        raise UsageError(Problem("the selection", what, hint))
    return replace(order, releases=[each for each in order.releases if each.cluster not in missing])
