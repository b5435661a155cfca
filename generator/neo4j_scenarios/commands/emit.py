"""The command `emit`: files by which Argo CD, Flux, helmfile or a script installs a fleet."""

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from neo4j_scenarios.commands.options import Check, Force, Json, Only, Prune, Quiet, Selector
from neo4j_scenarios.commands.outcome import Manner, bring
from neo4j_scenarios.errors import Problem, UsageError, did_you_mean
from neo4j_scenarios.secrecy import WITHHELD, looks_like_key

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
    selector: Selector = None,
    only: Only = None,
    check: Check = False,
    prune: Prune = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """write files by which Argo CD, Flux, helmfile or a script installs a fleet"""
    from neo4j_scenarios.emit import ENGINES, emitted
    from neo4j_scenarios.emit.charts import parse_charts
    from neo4j_scenarios.emit.engine import Order
    from neo4j_scenarios.emit.releases import releases
    from neo4j_scenarios.fleet import load
    from neo4j_scenarios.selectors import parse_selection

    if engine not in ENGINES:
        raise UsageError(Problem("ENGINE", did_you_mean(engine, ENGINES), _HINT))
    _refuse_keys({"--chart": chart or (), "--repository": [repository], "--path": [path], "--revision": [revision]})
    charts = parse_charts(chart or ())
    found = load(fleet, parse_selection(selector or (), only or ()))
    given = {"--chart": chart or [], "--repository": [repository], "--path": [path], "-l": selector, "--only": only}
    given["--revision"] = [] if revision == _REVISION else [revision]
    given["--at-once"] = [] if at_once == _AT_ONCE else [str(at_once)]
    words = [word for flag, texts in given.items() for text in texts or () if text for word in (flag, text)]
    command = shlex.join(["neo4j-scenarios", "emit", engine, found.path.name, *words])
    order = Order(found.path.stem, command, releases(found), charts, at_once, repository, revision, path.strip("/"))
    made = emitted(ENGINES[engine], found, order)
    folder = output or fleet.parent / engine
    return bring(folder, made, Manner(check, prune, force, as_json, quiet or as_json))


def _refuse_keys(given: Mapping[str, Iterable[str]]) -> None:
    """Raise UsageError for flags with a password or key in them, which would be written into every file."""
    hint = "take it out: the engine has its own credentials, by the URL without user and password"
    found = [flag for flag, texts in given.items() if any(map(looks_like_key, texts))]
    if found:
        raise UsageError(*(Problem(flag, f"is {WITHHELD}", hint) for flag in found))
