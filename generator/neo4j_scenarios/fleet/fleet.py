"""A fleet file -> `Fleet`: its clusters, each with its scenarios. Or else all problems of all clusters."""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from neo4j_scenarios.errors import InputFileError, Problem, UsageError, did_you_mean
from neo4j_scenarios.fleet.cluster import Cluster, Reader
from neo4j_scenarios.fleet.file import read_fleet_file
from neo4j_scenarios.fleet.grouping import Grouping
from neo4j_scenarios.fleet.overrides import Override
from neo4j_scenarios.fleet.pins import NoPins, Pins
from neo4j_scenarios.fleet.selectors import EVERYTHING, Selection


@dataclass(frozen=True)
class Broken:
    """A cluster with problems. Its inputs may be incomplete, and its scenarios may be missing."""

    cluster: Cluster
    problems: Sequence[Problem]


@dataclass(frozen=True)
class Fleet:
    """The selected clusters of a fleet file, in the order of the file.

    path: the fleet file.
    name: stands for the fleet in the names of objects.
    names: of all clusters, selected or not, in the order of the file.
    broken: the selected clusters that have problems, by name. They are not in `clusters`.
    problems: of the broken clusters. A problem that several clusters share is listed once.
    remarks: notes for the operator about things that are not wrong.
    overrides: the ones that apply now.
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
    """Return the fleet of a file, with the selected clusters.

    pins: by default those of the lock beside the file.
    keep_going: return clusters with problems as `broken`. Problems of the file itself still raise.
    now: the time that decides which overrides apply. By default the current time.

    Raises InputFileError with all problems of the file, of its inventory and of the selected clusters. A problem that
    several clusters share is reported once, at the place that set it. Raises UsageError if the selection is empty, or
    has a name that no cluster has.
    """
    problems: list[Problem] = []
    if not path.name.isprintable():  # the name is written into a comment of every file
        raise InputFileError(Problem(repr(path.name), "has a control character in its name", "name it fleet.yaml"))
    file = read_fleet_file(path, problems)
    grouping = Grouping(path)
    pins = pins or Pins(path)
    moment = now or datetime.now(UTC)
    active = [each for each in file.overrides if moment < each.until]
    reader = Reader(file, selection, pins, grouping, active)
    clusters = [cluster for entry in file.entries if (cluster := reader.cluster(entry))]
    if problems or (grouping and not keep_going):
        raise InputFileError(*dict.fromkeys(problems), *grouping.problems())
    if not file.entries:
        raise UsageError(Problem(str(path), "has no clusters: its list or inventory is empty", "add a cluster"))
    names = [entry.name for entry in file.entries]
    _check_selection(path, selection, names, clusters)
    broken = grouping.clusters()
    return Fleet(
        path,
        [cluster for cluster in clusters if cluster.name not in broken],
        names,
        file.name or path.stem,
        {each.name: Broken(each, grouping.of(each.name)) for each in clusters if each.name in broken},
        grouping.problems(),
        [*_unknown_labels(selection, reader.labels), *_of_overrides(file.overrides, active, reader.overridden)],
        active,
    )


def _of_overrides(overrides: Sequence[Override], active: Sequence[Override], used: Collection[str]) -> Iterator[str]:
    """Yield a remark for each override that has ended, or that selects no cluster. used: names of the others."""
    for each in overrides:
        if each not in active:
            yield f"{each.place}: override {each.name} ended at {each.until:%FT%TZ}: you can remove it"
    for each in active:
        if each.name not in used:
            yield f"{each.place}: override {each.name} selects no cluster"


def choose(fleet: Fleet, selection: Selection) -> tuple[frozenset[str], Sequence[str]]:
    """Return the names of the clusters of a whole fleet that a selection takes, without broken ones, and remarks.

    Raises UsageError if the selection is empty, or has a name that no cluster has.
    """
    clusters = [*fleet.clusters, *(broken.cluster for broken in fleet.broken.values())]
    selected = [each for each in clusters if selection.takes(each.name, each.known_labels)]
    _check_selection(fleet.path, selection, fleet.names, selected)
    labels = {label for each in clusters for label in each.known_labels}
    return frozenset(each.name for each in selected) - fleet.broken.keys(), list(_unknown_labels(selection, labels))


def _check_selection(path: Path, selection: Selection, names: Sequence[str], selected: Sequence[Cluster]) -> None:
    """Raise UsageError for a pattern that matches no cluster, and for an empty selection."""
    if unmatched := selection.unmatched(names):
        message = "matches no cluster" if set(unmatched[0]) & set("*?[") else did_you_mean(unmatched[0], names)
        raise UsageError(Problem(f"--only {unmatched[0]!r}", message, f"neo4j-scenarios list {path}"))
    if not selected:
        message = f"matches none of the {len(names)} clusters of {path}"
        raise UsageError(Problem("the selection", message, f"neo4j-scenarios list {path}"))


def _unknown_labels(selection: Selection, labels: Set[str]) -> Iterator[str]:
    """Yield a remark for each label of a selector that no cluster has."""
    for label in selection.unknown_labels(labels):
        similar = get_close_matches(label, labels, 1)
        yield f"-l: no cluster has the label {label!r}" + (f": did you mean {similar[0]!r}?" if similar else "")
