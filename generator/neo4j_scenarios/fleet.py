"""A fleet file -> `Fleet`: its clusters, each with the scenarios it asks for; or all problems of all of them."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from neo4j_scenarios.cluster import Cluster, Reader
from neo4j_scenarios.errors import InputFileError, Problem, UsageError, did_you_mean
from neo4j_scenarios.fleetfile import read_fleet_file
from neo4j_scenarios.grouping import Grouping
from neo4j_scenarios.lockfile import NoPins, Pins
from neo4j_scenarios.overrides import Override
from neo4j_scenarios.selectors import EVERYTHING, Selection


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
    reader = Reader(file, selection, pins, grouping, active)
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
