"""Which clusters an emit is for: the whole fleet, a selection of it, a part with names of its own, or an override.

Files that stand for all of a fleet, such as an ApplicationSet, name every cluster whatever is selected: one that was
left out would be taken for one to be removed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from neo4j_restore.spec import Invalid
from neo4j_scenarios.cluster import Cluster
from neo4j_scenarios.emit import Engine
from neo4j_scenarios.emit.engine import Order
from neo4j_scenarios.emit.releases import Release
from neo4j_scenarios.errors import InputFileError, Problem, UsageError, did_you_mean
from neo4j_scenarios.fleet import Fleet, load
from neo4j_scenarios.rules import LABEL_VALUE
from neo4j_scenarios.selectors import EVERYTHING, Selection


@dataclass(frozen=True)
class Scope:
    """The fleet, the clusters that its shared files name, and those whose own files are written.

    part: its name, empty for the whole fleet. waves: by cluster, where an override has waves of its own.
    next_step: what to do when these files are installed, empty for nothing.
    """

    fleet: Fleet
    clusters: Sequence[Cluster]
    chosen: frozenset[str]
    part: str = ""
    override: str = ""
    waves: Mapping[str, int] = field(default_factory=dict)
    next_step: str = ""

    def in_waves(self, found: list[Release]) -> list[Release]:
        """Return the releases in the override's waves, if there is one."""
        moved = [replace(each, wave=self.waves.get(each.cluster, each.wave)) for each in found]
        return sorted(moved, key=lambda each: each.wave)


def of_selection(path: Path, selection: Selection, part: str, *, keep_going: bool) -> Scope:
    """Return what a selection writes: its own files in the whole fleet's folder, or a part of that name.

    Raises InputFileError, and UsageError for a part without a selection.
    """
    if not part:
        fleet = load(path, EVERYTHING, keep_going=keep_going)
        chosen = load(path, selection, keep_going=keep_going) if not selection.everything else fleet
        broken = [each.cluster for each in fleet.broken.values()]
        return Scope(fleet, [*fleet.clusters, *_known(broken)], frozenset(each.name for each in chosen.clusters))
    if selection.everything:
        raise UsageError(Problem("--part", "needs a selection of its clusters", "--part gold -l tier=gold"))
    try:
        LABEL_VALUE(part)
    except Invalid as error:
        raise UsageError(Problem("--part", str(error), "--part gold")) from error
    fleet = load(path, selection, keep_going=keep_going)
    return Scope(fleet, fleet.clusters, frozenset(each.name for each in fleet.clusters), part)


def of_override(engine: Engine, path: Path, name: str, wave: int, *, alone: bool) -> Scope:
    """Return what rolls an override out. Raises UsageError.

    A script or a helmfile has the override's clusters alone, in its waves. Argo CD and Flux have one object for each
    release, so their files are written for wave after wave, and committed so: the first `wave` of them now.
    """

    if not alone:
        what = "selects its own clusters, and --part, -l and --only do as well"
        raise UsageError(Problem("--override", what, f"--override {name} alone"))
    fleet = load(path, EVERYTHING, keep_going=True)
    known = {each.name: each for each in fleet.overrides}
    if name not in known:
        raise UsageError(Problem("--override", did_you_mean(name, known) if known else "holds none now", f"see {path}"))
    taken = [each for each in fleet.clusters if name in each.overrides]
    broken = [problem for each in fleet.broken.values() if name in each.cluster.overrides for problem in each.problems]
    if broken:
        raise InputFileError(*broken)
    waves = known[name].split(taken)
    if not engine.fetches:
        if wave:
            what = f"is for argocd and flux: {engine.name} installs wave by wave by itself"
            raise UsageError(Problem("--wave", what, f"--override {name} alone"))
        numbers = {each.name: number for number, of_it in enumerate(waves, 1) for each in of_it}
        only = replace(fleet, clusters=taken, broken={}, problems=())
        return Scope(only, taken, frozenset(numbers), name, name, numbers)
    until = wave or 1
    chosen = frozenset(each.name for of_it in waves[:until] for each in of_it)
    step = f"wave {min(until, len(waves))} of {len(waves)} is written: commit it"
    if until < len(waves):
        step += f"; once {', '.join(each.name for each in waves[until - 1])} are ready: --wave {until + 1}"
    broken_ones = [each.cluster for each in fleet.broken.values()]
    return Scope(fleet, [*fleet.clusters, *_known(broken_ones)], chosen, "", "", {}, step)


def _known(broken: Iterable[Cluster]) -> Iterator[Cluster]:
    """Yield the broken clusters. Raises InputFileError where the release of one is not known.

    A file of all releases would lose that one, and the engine might take it for one to be removed.
    """
    for cluster in broken:
        if not cluster.scenarios:
            what = "has problems that hide its release, and a file of all releases would lose it"
            raise InputFileError(Problem(f"{cluster.place}: {cluster.name}", what, "mend it, or use --part without it"))
        yield cluster


def installable(engine: Engine, order: Order, scope: Scope, folder: Path) -> Order:
    """Return the order without broken clusters that were never written: an engine would fail on them.

    Raises UsageError where others that are not written now are not there either.
    """
    missing = {
        release.cluster
        for release in order.releases
        if release.cluster not in scope.chosen and not all((folder / path).exists() for path in engine.own(release))
    }
    unwritten = sorted(missing - scope.fleet.broken.keys())
    if unwritten:
        what = f"leaves out {len(unwritten)} clusters that {folder} has no files of, {unwritten[0]} for example"
        hint = "emit the whole fleet first; or a part with a folder and names of its own: --part NAME"
        raise UsageError(Problem("the selection", what, hint))
    return replace(order, releases=[each for each in order.releases if each.cluster not in missing])
