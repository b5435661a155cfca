"""The command `emit`: files by which Argo CD, Flux, helmfile or a script installs a fleet."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neo4j_restore.spec import Invalid
from neo4j_scenarios.commands.options import Check, Force, Json, KeepGoing, Only, Prune, Quiet, Selector
from neo4j_scenarios.commands.outcome import Manner, bring
from neo4j_scenarios.errors import InputFileError, Problem, UsageError, did_you_mean
from neo4j_scenarios.secrecy import WITHHELD, looks_like_key

if TYPE_CHECKING:
    from neo4j_scenarios.emit import Engine
    from neo4j_scenarios.emit.engine import Order
    from neo4j_scenarios.fleet import Cluster, Fleet
    from neo4j_scenarios.selectors import Selection

_REVISION = "HEAD"
_AT_ONCE = 10

_HINT = "neo4j-scenarios emit argocd fleet.yaml"


def emit(
    engine: Annotated[
        str, typer.Argument(metavar="ENGINE", help="argocd, flux, helmfile or script", show_default=False)
    ],
    fleet: Annotated[Path, typer.Argument(metavar="FLEET", help="a fleet file", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="folder of the files [default: ENGINE beside it]", show_default=False
        ),
    ] = None,
    chart: Annotated[
        list[str] | None,
        typer.Option(
            "--chart",
            metavar="TARGET=URL/NAME:VERSION",
            help="where a target's chart is; argocd and flux need it",
            show_default=False,
        ),
    ] = None,
    repository: Annotated[
        str, typer.Option("--repository", metavar="URL", help="Git repository of the folder, for argocd")
    ] = "",
    path: Annotated[
        str, typer.Option("--path", metavar="PATH", help="the folder in that repository, for argocd and flux")
    ] = "",
    revision: Annotated[str, typer.Option("--revision", metavar="REVISION", help="branch or tag of it")] = _REVISION,
    at_once: Annotated[
        int, typer.Option("--at-once", metavar="N", min=1, help="releases of a wave at the same time, but with flux")
    ] = _AT_ONCE,
    part: Annotated[
        str,
        typer.Option("--part", metavar="NAME", help="name of a part of the fleet, with a folder of its own; needs -l"),
    ] = "",
    selector: Selector = None,
    only: Only = None,
    check: Check = False,
    prune: Prune = False,
    force: Force = False,
    keep_going: KeepGoing = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """write files by which Argo CD, Flux, helmfile or a script installs a fleet"""
    from neo4j_scenarios.emit import ENGINES, emitted
    from neo4j_scenarios.emit.charts import parse_charts
    from neo4j_scenarios.emit.engine import Order
    from neo4j_scenarios.emit.releases import releases
    from neo4j_scenarios.selectors import parse_selection

    if engine not in ENGINES:
        raise UsageError(Problem("ENGINE", did_you_mean(engine, ENGINES), _HINT))
    texts = {"--chart": chart or (), "--repository": [repository], "--path": [path], "--revision": [revision]}
    _refuse_keys(texts | {"--part": [part]})
    _check_places(repository, path, revision)
    charts = parse_charts(chart or ())
    selection = parse_selection(selector or (), only or ())
    whose = _whose(fleet, selection, part, keep_going=keep_going)
    folder = output or fleet.parent / (f"{engine}-{part}" if part else engine)
    order = Order(
        f"{whose.fleet.name}-{part}" if part else whose.fleet.name,
        f"{fleet.name}, part {part}" if part else fleet.name,
        _command(engine, fleet, texts, at_once, part, selector or () if part else (), only or () if part else ()),
        releases(whose.fleet, whose.clusters),
        charts,
        at_once,
        repository,
        revision,
        path.strip("/"),
    )
    order = _installable(ENGINES[engine], order, whose, folder)
    made = emitted(ENGINES[engine], whose.fleet, order, whose.chosen)
    return bring(folder, made, Manner(check, prune, force, as_json, quiet or as_json), whose.fleet)


@dataclass(frozen=True)
class _Whose:
    """The fleet, the clusters that its shared files name, and those whose own files are written."""

    fleet: "Fleet"
    clusters: "Sequence[Cluster]"
    chosen: frozenset[str]


def _whose(path: Path, selection: "Selection", part: str, *, keep_going: bool) -> _Whose:
    from neo4j_scenarios.fleet import load
    from neo4j_scenarios.rules import LABEL_VALUE
    from neo4j_scenarios.selectors import EVERYTHING

    if not part:
        fleet = load(path, EVERYTHING, keep_going=keep_going)
        chosen = load(path, selection, keep_going=keep_going) if selection != EVERYTHING else fleet
        broken = [each.cluster for each in fleet.broken.values()]
        return _Whose(fleet, [*fleet.clusters, *_known(broken)], frozenset(each.name for each in chosen.clusters))
    if selection == EVERYTHING:
        raise UsageError(Problem("--part", "needs a selection of its clusters", "--part gold -l tier=gold"))
    try:
        LABEL_VALUE(part)
    except Invalid as error:
        raise UsageError(Problem("--part", str(error), "--part gold")) from error
    fleet = load(path, selection, keep_going=keep_going)
    return _Whose(fleet, fleet.clusters, frozenset(each.name for each in fleet.clusters))


def _known(broken: "Iterable[Cluster]") -> "Iterator[Cluster]":
    """Yield the broken clusters. Raises InputFileError where the release of one is not known.

    A file of all releases would lose that one, and the engine might take it for one to be removed.
    """
    for cluster in broken:
        if not cluster.scenarios:
            what = "has problems that hide its release, and a file of all releases would lose it"
            raise InputFileError(Problem(f"{cluster.place}: {cluster.name}", what, "mend it, or use --part without it"))
        yield cluster


def _installable(engine: "Engine", order: "Order", whose: _Whose, folder: Path) -> "Order":
    """Return the order without broken clusters that were never written: an engine would fail on them.

    Raises UsageError where others that are not written now are not there either.
    """
    missing = {
        release.cluster
        for release in order.releases
        if release.cluster not in whose.chosen and not all((folder / path).exists() for path in engine.own(release))
    }
    unwritten = sorted(missing - whose.fleet.broken.keys())
    if unwritten:
        what = f"leaves out {len(unwritten)} clusters that {folder} has no files of, {unwritten[0]} for example"
        hint = "emit the whole fleet first; or a part with a folder and names of its own: --part NAME"
        raise UsageError(Problem("the selection", what, hint))
    return replace(order, releases=[each for each in order.releases if each.cluster not in missing])


def _command(
    engine: str,
    fleet: Path,
    texts: Mapping[str, Iterable[str]],
    at_once: int,
    part: str,
    selector: Sequence[str],
    only: Sequence[str],
) -> str:
    """Return the command that writes the files again. A selection of a few of them is left out."""
    given: dict[str, Iterable[str]] = {**texts, "--part": [part], "-l": selector, "--only": only}
    if texts["--revision"] == [_REVISION]:
        given["--revision"] = []
    given["--at-once"] = [] if at_once == _AT_ONCE else [str(at_once)]
    words = [word for flag, words in given.items() for text in words if text for word in (flag, text)]
    return shlex.join(["neo4j-scenarios", "emit", engine, fleet.name, *words])


# Git's own forms: a URL, or user@host:path.
_REPOSITORY = re.compile(r"(?:(?:https?|ssh|git)://|[\w.-]+@[\w.-]+:)[^\s]+")


def _check_places(repository: str, path: str, revision: str) -> None:
    """Raise UsageError for a place that no engine could read: the mistake would show in its logs alone."""
    problems = []
    if repository and not _REPOSITORY.fullmatch(repository):
        what = f"{repository!r} is not the URL of a Git repository"
        problems.append(Problem("--repository", what, "--repository https://git.example/team/graphs.git"))
    if ".." in path.split("/") or any(char.isspace() or not char.isprintable() for char in path):
        problems.append(Problem("--path", f"{path!r} is not a folder of the repository", "--path fleets/prod"))
    if not re.fullmatch(r"[\w.][\w./+@^~{}-]*", revision):
        problems.append(Problem("--revision", f"{revision!r} is not a branch or tag", "--revision main"))
    if problems:
        raise UsageError(*problems)


def _refuse_keys(given: Mapping[str, Iterable[str]]) -> None:
    """Raise UsageError for flags with a password or key in them, which would be written into every file."""
    hint = "take it out: the engine has its own credentials, by the URL without user and password"
    found = [flag for flag, texts in given.items() if any(map(looks_like_key, texts))]
    if found:
        raise UsageError(*(Problem(flag, f"is {WITHHELD}", hint) for flag in found))
