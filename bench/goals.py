"""The goals, which are ratios within one run, and whether they are met. Pure: makes verdicts from results."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bench.measure import Sample
from bench.results import Results

Measure = Callable[[Results], float | None]


@dataclass(frozen=True)
class Goal:
    """One goal. kind, bound: what `measure` must return at least or at most. unit: of the figure.

    why: the reason, for a goal that is missed. quick: a quick run measures it as well.
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
    """A goal with its figure. measured: None if a contender did not run."""

    goal: Goal
    measured: float | None

    @property
    def met(self) -> bool:
        """Return whether it was measured and is within the bound."""
        if self.measured is None:
            return False
        return self.measured >= self.goal.bound if self.goal.kind == "at least" else self.measured <= self.goal.bound

    @property
    def missed_by(self) -> float:
        """Return the part of the bound by which it is missed, or 0 if it is met."""
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


def cpu_ratio(case: str, contender: str, other: str) -> Measure:
    """Return the ratio of the processor times of two contenders of a case."""

    def measure(results: Results) -> float | None:
        of, below = (median_of(case, name, lambda each: each.cpu_seconds)(results) for name in (contender, other))
        return of / below if of and below else None

    return measure


def over_slowest(case: str, contender: str, stages: tuple[str, ...]) -> Measure:
    """Return the ratio of the contender's wall time to that of the slowest stage."""

    def measure(results: Results) -> float | None:
        times = [time for stage in stages if (time := results.wall(case, stage))]
        wall = results.wall(case, contender)
        return wall / max(times) if wall and len(times) == len(stages) else None

    return measure


def figure(name: str) -> Measure:
    """Return a single number."""
    return lambda results: results.figures.get(name)


def megabytes(name: str) -> Measure:
    """Return a number of bytes in megabytes."""

    def measure(results: Results) -> float | None:
        count = results.figures.get(name)
        return count / 1e6 if count else None

    return measure


def over(above: str, below: str) -> Measure:
    """Return the ratio of two single numbers."""

    def measure(results: Results) -> float | None:
        first, second = results.figures.get(above), results.figures.get(below)
        return first / second if first and second else None

    return measure


def of_unpacked(case: str, part: Literal["written", "disk"]) -> Measure:
    """Return the ratio of our written bytes, or of our most bytes on the volume, to the unpacked set."""

    def measure(results: Results) -> float | None:
        outcome = results.outcomes.get(case, {}).get("ours")
        whole = results.figures.get("unpacked_bytes")
        if not outcome or not outcome.samples or not whole:
            return None
        bytes_ = outcome.median(lambda each: each.written_bytes) if part == "written" else outcome.disk_bytes
        return (bytes_ or 0) / whole

    return measure


def most_memory(results: Results) -> float | None:
    """Return the size of the largest process of our runs, in MiB. Without dumps and backups, where Java is the
    largest.
    """
    runs = [
        sample.rss_bytes / 1024 / 1024
        for case, outcomes in results.outcomes.items()
        if case not in {"dump", "backup"}
        for name, outcome in outcomes.items()
        if name.startswith("ours")
        for sample in outcome.samples
    ]
    return max(runs, default=None)


def median_of(case: str, contender: str, of: Callable[[Sample], float]) -> Measure:
    """Return the median of one figure of a contender's runs."""

    def measure(results: Results) -> float | None:
        outcome = results.outcomes.get(case, {}).get(contender)
        return outcome.median(of) if outcome else None

    return measure


_SECOND_START = (
    "after the load, neo4j-admin is started once more to say what the staged store is, and each run starts Java twice."
    " Before the load, our own start and the client of the store take 0.4 s. [Decisions](decisions.md"
    "#neo4j-admin-runs-once-more-after-a-load-and-its-starts-are-not-shortened) has what was tried."
)

RESTORE = (
    Goal("`.tar.gz`: our time over curl, igzip and tar", "at most", 0.75, ratio("tar.gz/ours", "tar.gz/curl-igzip")),
    Goal(
        "`.tar.gz`: our time over the slowest stage alone",
        "at most",
        1.1,
        over_slowest("tar.gz", "ours", ("network", "inflate", "write")),
    ),
    Goal("synced: our time over the same, not synced", "at most", 1.15, ratio("durable/ours", "durable/ours-unsynced")),
    # The journal, the receipt and half a block at the end of each file are extra.
    Goal("`.tar.gz`: bytes written over the unpacked set", "at most", 1.01, of_unpacked("tar.gz", "written")),
    Goal("`.tar.gz`: most room taken over the unpacked set", "at most", 1.01, of_unpacked("tar.gz", "disk")),
    Goal("`.tar.zst`: our time over ours for `.tar.gz`", "at most", 0.8, ratio("tar.zst/ours", "tar.gz/ours")),
    Goal(
        "100 MB/s a connection: our time over the old way's",
        "at most",
        0.25,
        ratio("capped/ours", "capped/old"),
        why="the cap costs gsutil nothing, because it reads a large object over several connections and then waits for"
        " tar. We can't be faster than inflating alone. The store, its TLS and the proxy use the same two cores.",
    ),
    Goal(
        "raw directory, 20 ms away: the serial copy's time over ours",
        "at least",
        20,
        ratio("raw/serial", "raw/ours"),
        why="5,000 answers that are 20 ms away take 3.1 s over 32 connections. The store and the proxy take 4 to 5"
        " processor seconds of the same two cores. The table has the time of curl to nowhere, as the limit.",
    ),
    Goal(
        "raw directory, 20 ms away: our time over rclone's",
        "at most",
        0.85,
        ratio("raw/ours", "raw/rclone"),
        why="the store and the client share two cores. Nobody is faster than curl to nowhere, the limit in the table."
        " Also, our files are synced to the disk, and rclone's are not.",
        quick=False,
    ),
    Goal(
        "raw directory, 20 ms away: our processor time over rclone's",
        "at most",
        0.7,
        cpu_ratio("raw", "ours", "rclone"),
        why="a head, a checksum and a file for each of 5,000 objects go through Python, and rclone is compiled. Both"
        " take less than half of what they took while the benchmark removed the files of the run before.",
        quick=False,
    ),
    Goal(
        "raw directory from S3, 20 ms away: our time over rclone's",
        "at most",
        1,
        ratio("raw-s3/ours", "raw-s3/rclone"),
        why="our files are synced to the disk, and rclone's are not.",
        quick=False,
    ),
    Goal(
        "raw directory from Azure, 20 ms away: our time over rclone's",
        "at most",
        1,
        ratio("raw-azure/ours", "raw-azure/rclone"),
        why="azurite serves all requests in one thread, so it is the limit of both. Our files are synced to the disk,"
        " and rclone's are not.",
        quick=False,
    ),
    Goal(
        "dump of Neo4j 5: our time over curl piped to neo4j-admin load",
        "at most",
        1.1,
        ratio("dump/ours", "dump/curl"),
        why=_SECOND_START,
        quick=False,
    ),
    Goal(
        "full `.backup` on Community: our time over curl, then neo4j-admin load",
        "at most",
        1.1,
        ratio("backup/ours", "backup/curl"),
        why=_SECOND_START,
        quick=False,
    ),
    Goal(
        "eight databases: our time for one request over that for one request after the other",
        "at most",
        0.6,
        ratio("many/ours", "many/one-by-one"),
        why="the databases of a request are staged one after the other. One core inflates, while the other has the"
        " store, TLS and the writes. Two processes side by side, with four databases each, took 1.02 to 1.09 times as"
        " long as one request.",
    ),
    Goal("peak memory of any restore", "at most", 160, most_memory, "MiB"),
    Goal("a start with nothing to do, processor time", "at most", 0.25, figure("skip_cpu_seconds"), "s"),
    Goal("until the first request for bytes, processor time", "at most", 0.4, figure("first_cpu_seconds"), "s"),
)

# Until 2026-11 the page's floor was 20 times as slow: each run removed the files of the one before, see
# `servers.fresh`.
_CHEAP = (
    "a folder and a file cost 50 µs of processor time here. Reading a cluster, and rendering, parsing and validating"
    " its file, costs several times as much."
)

GENERATOR = (
    Goal("50,000 clusters built: time", "at most", 60, median_of("huge", "ours", lambda each: each.wall_seconds), "s"),
    Goal(
        "50,000 clusters built: memory of the largest process",
        "at most",
        300,
        median_of("huge", "ours", lambda each: each.rss_bytes / 1e6),
        "MB",
    ),
    Goal("50,000 clusters built: memory of all processes together", "at most", 300, megabytes("huge_bytes"), "MB"),
    Goal(
        "10,000 clusters built: our time over bare writes", "at most", 6, ratio("large/ours", "large/bare"), why=_CHEAP
    ),
    Goal(
        "10,000 clusters built: peak memory",
        "at most",
        200,
        median_of("large", "ours", lambda each: each.rss_bytes / 1e6),
        "MB",
    ),
    Goal(
        "10,000 checked: our time over bare writes",
        "at most",
        3,
        ratio("large/ours-check", "large/bare"),
        why=_CHEAP,
    ),
    Goal(
        "10,000 built again: our time over bare writes",
        "at most",
        3,
        ratio("large/ours-again", "large/bare"),
        why=_CHEAP,
    ),
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
        quick=False,
    ),
    Goal(
        "1,000: helmfile template's time over ours",
        "at least",
        40,
        ratio("small/helmfile-template", "small/ours"),
        quick=False,
    ),
    Goal(
        "1,000: a helm template loop's time over ours",
        "at least",
        40,
        ratio("small/helm-loop", "small/ours"),
    ),
    Goal("`--version`, processor time", "at most", 0.12, figure("version_cpu_seconds"), "s"),
    Goal("completion of an option, processor time", "at most", 0.12, figure("completion_cpu_seconds"), "s"),
    Goal("`new`, processor time", "at most", 0.2, figure("new_cpu_seconds"), "s"),
)

READY = (
    Goal("forecast of a restore after a drill of the same `.tar.gz`: off by", "at most", 0.2, figure("forecast_same")),
    Goal("the same, after a drill of a set of half the size: off by", "at most", 0.2, figure("forecast_grown")),
    Goal("the same, of a dump of Neo4j 5 with the real neo4j-admin: off by", "at most", 0.2, figure("forecast_dump")),
    Goal(
        "`helm install` until bolt answers, restore included, over the same without a restore",
        "at most",
        2,
        over("ready_seconds", "ready_without_seconds"),
        quick=False,
    ),
)
