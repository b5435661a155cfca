"""The goals, as ratios of one run, and whether they are met. Pure: from results to verdicts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bench.measure import Sample
from bench.results import Results

Measure = Callable[[Results], float | None]


@dataclass(frozen=True)
class Goal:
    """text: what is wanted. bound: of `measure`; at least or at most. unit: behind the figure. why: where missed.

    quick: a quick run has both of its figures.
    """

    text: str
    kind: Literal["at least", "at most"]
    bound: float
    measure: Measure
    unit: str = ""
    why: str = ""
    quick: bool = True


@dataclass(frozen=True)
class Verdict:
    """measured is None where a contender did not run."""

    goal: Goal
    measured: float | None

    @property
    def met(self) -> bool:
        """Tell whether it was measured and is within the bound."""
        if self.measured is None:
            return False
        return self.measured >= self.goal.bound if self.goal.kind == "at least" else self.measured <= self.goal.bound

    @property
    def missed_by(self) -> float:
        """Return by which part of the bound it is missed; 0 where it is met."""
        if self.met or self.measured is None:
            return 0.0
        return abs(self.measured - self.goal.bound) / (self.goal.bound or 1)


def judge(goals: tuple[Goal, ...], results: Results) -> list[Verdict]:
    """Return the verdict on each goal."""
    return [Verdict(goal, goal.measure(results)) for goal in goals]


def ratio(above: str, below: str) -> Measure:
    """Return the ratio of two contenders' wall times, each written as `case/contender`."""

    def measure(results: Results) -> float | None:
        (case, contender), (other_case, other) = above.split("/"), below.split("/")
        return results.ratio((case, contender), (other_case, other))

    return measure


def over_slowest(case: str, contender: str, stages: tuple[str, ...]) -> Measure:
    """Return the contender's wall time over that of the slowest stage."""

    def measure(results: Results) -> float | None:
        times = [time for stage in stages if (time := results.wall(case, stage))]
        own = results.wall(case, contender)
        return own / max(times) if own and len(times) == len(stages) else None

    return measure


def figure(name: str) -> Measure:
    """Return a single number."""
    return lambda results: results.figures.get(name)


def of_unpacked(case: str, part: Literal["written", "disk"]) -> Measure:
    """Return what ours wrote, or had on the volume at the most, over the unpacked set."""

    def measure(results: Results) -> float | None:
        found = results.outcomes.get(case, {}).get("ours")
        whole = results.figures.get("unpacked_bytes")
        if not found or not found.samples or not whole:
            return None
        bytes_ = found.median(lambda each: each.written_bytes) if part == "written" else found.disk_bytes
        return (bytes_ or 0) / whole

    return measure


def most_memory(results: Results) -> float | None:
    """Return the largest process that any run of ours had, in MiB; not of dumps, where that is neo4j-admin's Java."""
    runs = [
        sample.rss_bytes / 1024 / 1024
        for case, outcomes in results.outcomes.items()
        if case != "dump"
        for name, outcome in outcomes.items()
        if name.startswith("ours")
        for sample in outcome.samples
    ]
    return max(runs, default=None)


def median_of(case: str, contender: str, of: Callable[[Sample], float]) -> Measure:
    """Return the median of one figure of a contender's runs."""

    def measure(results: Results) -> float | None:
        found = results.outcomes.get(case, {}).get(contender)
        return found.median(of) if found else None

    return measure


RESTORE = (
    Goal(
        "`.tar.gz`: the old way's time over ours",
        "at least",
        5,
        ratio("tar.gz/old", "tar.gz/ours"),
        why="the inflate, of one thread, is our whole time; where it alone takes more than a fifth of the old way's,"
        " nobody who inflates in one thread gets there.",
    ),
    Goal("`.tar.gz`: our time over curl, igzip and tar", "at most", 0.75, ratio("tar.gz/ours", "tar.gz/curl-igzip")),
    Goal(
        "`.tar.gz`: our time over the slowest stage alone",
        "at most",
        1.2,
        over_slowest("tar.gz", "ours", ("network", "inflate", "write")),
    ),
    Goal(
        "durable: our time over the same, not synced", "at most", 1.15, ratio("durable/ours", "durable/ours-unsynced")
    ),
    # A journal, a receipt and half a block at the end of each file come on top.
    Goal("`.tar.gz`: bytes written over the unpacked set", "at most", 1.01, of_unpacked("tar.gz", "written")),
    Goal("`.tar.gz`: most room taken over the unpacked set", "at most", 1.01, of_unpacked("tar.gz", "disk")),
    Goal("`.tar.zst`: our time over ours for `.tar.gz`", "at most", 0.8, ratio("tar.zst/ours", "tar.gz/ours")),
    Goal(
        "100 MB/s a connection: our time over the old way's",
        "at most",
        0.25,
        ratio("capped/ours", "capped/old"),
        why="the cap costs gsutil nothing, for it slices a large object over connections of its own and then waits for"
        " tar; we begin with one, and add others while they pay off.",
    ),
    Goal(
        "raw directory, 20 ms away: the serial copy's time over ours",
        "at least",
        20,
        ratio("raw/serial", "raw/ours"),
        why="requests, checksums and writes of 5,000 files and 2 GB take nearly as much processor time as wall time, in"
        " one interpreter, whose lock one thread has at a time.",
    ),
    Goal(
        "raw directory, 20 ms away: our time over rclone's",
        "at most",
        1.0,
        ratio("raw/ours", "raw/rclone"),
        why="the same; and each of our files is synced to the disk, which rclone's are not.",
        quick=False,
    ),
    Goal("peak memory of any restore", "at most", 160, most_memory, "MiB"),
    Goal("a start with nothing to do, processor time", "at most", 0.25, figure("skip_cpu_seconds"), "s"),
    Goal("until the first byte is asked for, processor time", "at most", 0.4, figure("first_cpu_seconds"), "s"),
)

# A bare write of ten thousand files tells what that is.
_FOLDERS = "more than half of our time is the file system's, which makes a folder and a file for each cluster."

GENERATOR = (
    Goal("10,000 clusters built: our time over bare writes", "at most", 6, ratio("large/ours", "large/bare")),
    Goal(
        "10,000 clusters built: peak memory",
        "at most",
        200,
        median_of("large", "ours", lambda each: each.rss_bytes / 1e6),
        "MB",
    ),
    Goal("10,000 checked: our time over bare writes", "at most", 3, ratio("large/ours-check", "large/bare")),
    Goal("10,000 built again: our time over bare writes", "at most", 3, ratio("large/ours-again", "large/bare")),
    Goal(
        "10,000 built again: bytes written",
        "at most",
        0,
        median_of("large", "ours-again", lambda each: each.written_bytes),
    ),
    Goal(
        "1,000: helmfile write-values' time over ours",
        "at least",
        3,
        ratio("small/write-values", "small/ours"),
        why=_FOLDERS,
        quick=False,
    ),
    Goal(
        "1,000: helmfile template's time over ours",
        "at least",
        40,
        ratio("small/helmfile-template", "small/ours"),
        why=_FOLDERS,
        quick=False,
    ),
    Goal(
        "1,000: a helm template loop's time over ours",
        "at least",
        40,
        ratio("small/helm-loop", "small/ours"),
        why=_FOLDERS,
    ),
    Goal("`new`, from start to finish", "at most", 0.35, figure("new_seconds"), "s"),
)
