"""Measures all restores: every case, then what a start costs."""

import os
from collections.abc import Callable
from pathlib import Path

from bench.cases import Case
from bench.errors import BenchError
from bench.player import Player
from bench.results import Outcome, Results
from bench.sets import Sets

from bench import cases, dumps, machine, places, profile, programs, rounds, servers, sets, starts

Say = Callable[[str], None]

_PROGRAMS = ("gsutil", "rclone", "curl", "tar", "igzip", "zstd", "fake-gcs-server")


def measured(*, quick: bool, repeats: int, only: list[str], say: Say) -> Results:
    """Return what was measured; only: names of cases, `starts` and `profile`; all if empty."""
    made = dumps.make(sets.make(sets.QUICK if quick else sets.FULL))
    results = Results()
    with servers.working(places.sets() / f"work-{os.getpid()}") as work:
        results.facts = _facts(made, work, repeats, quick=quick)
        results.figures["unpacked_bytes"] = made.unpacked_bytes("archive")
        for case in cases.restores(quick=quick):
            if not only or case.name in only:
                results.titles[case.name] = case.title
                results.outcomes[case.name] = _play(case, made, work, repeats, say)
        if not only or "starts" in only:
            results.figures["skip_cpu_seconds"] = starts.skip_cpu_seconds(made, work)
            results.figures["first_cpu_seconds"] = starts.first_cpu_seconds(made, work)
        if "profile" in only or not (only or quick):
            results.profile = _profile(made, work, say)
    return results


def _play(case: Case, made: Sets, work: Path, repeats: int, say: Say) -> dict[str, Outcome]:
    serve = (
        servers.s3_store(made.objects, work)
        if case.scheme == "s3"
        else servers.store(made.objects, work, tls=case.tls, distance=case.distance)
    )
    with serve as end:
        return rounds.play(case.name, case.contenders, Player(case, made, work, end), repeats, say)


def _profile(made: Sets, work: Path, say: Say) -> list[str]:
    try:
        return profile.profile(made, work)
    except BenchError as error:
        say(f"no profile: {error}")
        return []


def _facts(made: Sets, work: Path, repeats: int, *, quick: bool) -> dict[str, str]:
    unpacked, packed = made.unpacked_bytes("archive"), made.object("targz", ".tar.gz").stat().st_size
    of_set = (
        f"{unpacked / 1e6:.0f} MB unpacked, {packed / 1e6:.0f} MB as .tar.gz, {len(made.manifests['archive'])} files"
    )
    raw = f"{made.unpacked_bytes('directory') / 1e6:.0f} MB, {len(made.manifests['directory'])} files"
    names = [name for name in _PROGRAMS if not (quick and name == "rclone")]
    return {
        "set": of_set,
        "raw directory": raw,
        "dump": f"{made.unpacked_bytes('dump') / 1e6:.0f} MB, {_dump_bytes(made) / 1e6:.0f} MB packed",
        "rounds": f"{repeats} and a warm-up, in turn; medians",
        "load before": f"{machine.load():.2f}",
        **machine.describe(work),
        **programs.versions(names),
    }


def _dump_bytes(made: Sets) -> int:
    return made.object(dumps.BUCKET, ".dump").stat().st_size
