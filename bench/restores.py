"""Measures all restores: every case, and then the cost of a start."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bench.cases import Case
from bench.errors import BenchError
from bench.player import Player
from bench.results import Outcome, Results
from bench.servers import Endpoint
from bench.sets import Sets

from bench import blobs, cases, dumps, machine, many, places, profile, programs, rounds, servers, sets, starts

Say = Callable[[str], None]

_PROGRAMS = ("gsutil", "rclone", "curl", "tar", "igzip", "zstd", "fake-gcs-server")


def measured(*, quick: bool, repeats: int, only: list[str], say: Say) -> Results:
    """Return the results. only: names of cases, `starts` and `profile`. Empty: all.

    If one can't be measured, a line says so, and the others go on.
    """
    backups = many.make(_with_dump(sets.make(sets.QUICK if quick else sets.FULL), say))
    results = Results()
    with servers.working(places.sets()) as work:
        results.facts = _facts(backups, work, repeats, quick=quick)
        results.figures["unpacked_bytes"] = backups.unpacked_bytes("archive")
        for case in cases.restores(quick=quick):
            if not only or case.name in only:
                results.titles[case.name] = case.title
                results.outcomes[case.name] = _play(case, backups, work, repeats, say)
        for name, measure in _FIGURES.items():
            if not only or "starts" in only:
                with _going_on(name, say):
                    results.figures[name] = measure(backups, work)
        if "profile" in only or not (only or quick):
            with _going_on("profile", say):
                results.profile = profile.profile(backups, work)
    return results


_FIGURES = {"skip_cpu_seconds": starts.skip_cpu_seconds, "first_cpu_seconds": starts.first_cpu_seconds}


@contextmanager
def _going_on(what: str, say: Say) -> Iterator[None]:
    try:
        yield
    except BenchError as error:
        say(f"{what} is not measured: {error}. {error.hint}")


def _with_dump(backups: Sets, say: Say) -> Sets:
    with _going_on("dump", say):
        return dumps.make(backups)
    return backups


def _play(case: Case, backups: Sets, work: Path, repeats: int, say: Say) -> dict[str, Outcome]:
    try:
        return _raced(case, backups, work, repeats, say)
    except BenchError as error:
        say(f"{case.name} is not measured: {error}. {error.hint}")
        return {each.name: Outcome(each.title, each.checks, error=str(error)) for each in case.contenders}


def _raced(case: Case, backups: Sets, work: Path, repeats: int, say: Say) -> dict[str, Outcome]:
    if case.manifest not in backups.manifests:
        message = "its set could not be made"
        raise BenchError(message, hint="see the lines at the beginning")
    with _serving(case, backups, work) as end:
        return rounds.play(case.name, case.contenders, Player(case, backups, work, end), repeats, say)


def _serving(case: Case, backups: Sets, work: Path) -> AbstractContextManager[Endpoint]:
    if case.scheme == "s3":
        return servers.s3_store(backups.objects, work, tls=case.tls, distance=case.distance)
    if case.scheme == "azb":
        return servers.azure_store(blobs.make(backups), work, case.distance)
    return servers.store(backups.objects, work, tls=case.tls, distance=case.distance)


def _facts(backups: Sets, work: Path, repeats: int, *, quick: bool) -> dict[str, str]:
    unpacked, packed = backups.unpacked_bytes("archive"), backups.object("targz", ".tar.gz").stat().st_size
    of_set = (
        f"{unpacked / 1e6:.0f} MB unpacked, {packed / 1e6:.0f} MB as .tar.gz, {len(backups.manifests['archive'])} files"
    )
    raw = f"{backups.unpacked_bytes('directory') / 1e6:.0f} MB, {len(backups.manifests['directory'])} files"
    names = [name for name in _PROGRAMS if not (quick and name == "rclone")]
    return {
        "set": of_set,
        "raw directory": raw,
        **({"dump": _dump_facts(backups)} if "dump" in backups.manifests else {}),
        "eight databases": f"{backups.unpacked_bytes('many') / 1e6:.0f} MB each",
        "rounds": f"{repeats} and a warm-up, in turn, medians",
        "load before": f"{machine.load():.2f}",
        **machine.describe(work),
        **programs.versions(names),
    }


def _dump_facts(backups: Sets) -> str:
    packed = backups.object(dumps.BUCKET, ".dump").stat().st_size
    return f"{backups.unpacked_bytes('dump') / 1e6:.0f} MB, {packed / 1e6:.0f} MB packed"
