"""The command `emit`: it writes files with which an engine installs or restores a fleet."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neo4j_scenarios.commands.options import (
    MOST_RESTORES,
    Check,
    Force,
    Json,
    KeepGoing,
    MaxRestores,
    Only,
    Prune,
    Quiet,
    Selector,
)
from neo4j_scenarios.commands.outcome import Manner, bring
from neo4j_scenarios.console import say
from neo4j_scenarios.errors import Problem, UsageError, did_you_mean

if TYPE_CHECKING:
    from neo4j_scenarios.emit.scope import Scope

_REVISION = "HEAD"
_AT_ONCE = 10
_TIMEOUT = "15m"

_HINT = "neo4j-scenarios emit argocd fleet.yaml"


def emit(
    engine: Annotated[
        str, typer.Argument(metavar="ENGINE", help="argocd, flux, helmfile, script, job or seed", show_default=False)
    ],
    fleet: Annotated[Path, typer.Argument(metavar="FLEET", help="a fleet file", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="output folder [default: ENGINE, beside the fleet file]",
            show_default=False,
        ),
    ] = None,
    chart: Annotated[
        list[str] | None,
        typer.Option(
            "--chart",
            metavar="TARGET=URL/NAME:VERSION",
            help="location of a target's chart, required for argocd and flux",
            show_default=False,
        ),
    ] = None,
    repository: Annotated[
        str, typer.Option("--repository", metavar="URL", help="Git repository of the output folder, for argocd")
    ] = "",
    path: Annotated[
        str,
        typer.Option(
            "--path", metavar="PATH", help="path of the output folder in that repository, for argocd and flux"
        ),
    ] = "",
    revision: Annotated[
        str, typer.Option("--revision", metavar="REVISION", help="branch or tag of that repository")
    ] = _REVISION,
    project: Annotated[
        str, typer.Option("--project", metavar="NAME", help="project of the applications, for argocd")
    ] = "",
    argocd_namespace: Annotated[
        str, typer.Option("--argocd-namespace", metavar="NAMESPACE", help="namespace in which Argo CD runs")
    ] = "",
    sync_window: Annotated[
        list[str] | None,
        typer.Option(
            "--sync-window",
            metavar="KIND;SCHEDULE;DURATION",
            help="when Argo CD may sync, such as 'deny;0 8 * * 1-5;10h' (also writes --project)",
            show_default=False,
        ),
    ] = None,
    at_once: Annotated[
        int,
        typer.Option("--at-once", metavar="N", min=1, help="most releases of a wave at the same time (not for flux)"),
    ] = _AT_ONCE,
    timeout: Annotated[
        str,
        typer.Option(
            "--timeout", metavar="DURATION", help="how long Flux waits for a release before it reports a failure"
        ),
    ] = _TIMEOUT,
    part: Annotated[
        str,
        typer.Option(
            "--part", metavar="NAME", help="name of a part of the fleet, which gets its own folder (needs -l)"
        ),
    ] = "",
    override: Annotated[
        str, typer.Option("--override", metavar="NAME", help="roll out an override of the fleet file, wave by wave")
    ] = "",
    wave: Annotated[
        int,
        typer.Option("--wave", metavar="N", min=0, help="write the first N waves of --override, for argocd and flux"),
    ] = 0,
    replace: Annotated[
        bool, typer.Option("--replace", help="replace the data of databases that exist, for seed")
    ] = False,
    selector: Selector = None,
    only: Only = None,
    check: Check = False,
    prune: Prune = False,
    force: Force = False,
    keep_going: KeepGoing = False,
    max_restores: MaxRestores = MOST_RESTORES,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """write files with which Argo CD, Flux, helmfile, a script, Jobs or Cypher install or restore a fleet"""
    from neo4j_scenarios.emit import ENGINES, emitted
    from neo4j_scenarios.emit.engine import Order
    from neo4j_scenarios.emit.flags import check_places, check_replace, parse_windows, refuse_keys, timeout_seconds
    from neo4j_scenarios.emit.locations import parse_charts
    from neo4j_scenarios.emit.releases import releases
    from neo4j_scenarios.emit.scope import installable, of_override, of_selection
    from neo4j_scenarios.fleet.pins import Pins, SeedPins
    from neo4j_scenarios.fleet.selectors import parse_selection

    if engine not in ENGINES:
        raise UsageError(Problem("ENGINE", did_you_mean(engine, ENGINES), _HINT))
    texts = {"--chart": chart or (), "--repository": [repository], "--path": [path], "--revision": [revision]}
    refuse_keys(texts | {"--part": [part], "--override": [override]})
    windows = parse_windows(engine, sync_window or (), project, argocd_namespace)
    texts |= {"--project": [project], "--argocd-namespace": [argocd_namespace], "--sync-window": sync_window or ()}
    check_places(repository, path, revision)
    check_replace(engine, replace)
    charts = parse_charts(chart or ())
    selection = parse_selection(selector or (), only or ())
    pins = SeedPins(fleet) if ENGINES[engine].seeds else Pins(fleet)
    if override:
        scope = of_override(ENGINES[engine], fleet, override, wave, pins, alone=not part and selection.everything)
    elif wave:
        raise UsageError(Problem("--wave", "needs --override", "--override incident-42 --wave 1"))
    else:
        scope = of_selection(ENGINES[engine], fleet, selection, part, pins, keep_going=keep_going)
    part = scope.part
    folder = output or fleet.parent / (f"{engine}-{part}" if part else engine)
    order = Order(
        f"{scope.fleet.name}-{part}" if part else scope.fleet.name,
        f"{fleet.name}, part {part}" if part else fleet.name,
        _command(engine, fleet, texts, at_once, timeout, scope, selector or (), only or (), replace=replace),
        scope.in_waves(releases(scope.fleet, scope.clusters)),
        charts,
        at_once,
        repository,
        revision,
        path.strip("/"),
        argocd_namespace,
        project,
        windows,
        timeout_seconds(engine, timeout, _TIMEOUT),
        {each.name: pins.databases(each.pin) for each in scope.clusters} if isinstance(pins, SeedPins) else {},
        replace,
    )
    order = installable(ENGINES[engine], order, scope, folder)
    files = emitted(ENGINES[engine], scope.fleet, order, scope.chosen)
    manner = Manner(check, prune, force, as_json, quiet or as_json, max_restores, replace)
    code = bring(folder, files, manner, scope.fleet)
    if scope.next_step and not (check or quiet or as_json):
        say(scope.next_step)
    return code


def _command(
    engine: str,
    fleet: Path,
    texts: Mapping[str, Iterable[str]],
    at_once: int,
    timeout: str,
    scope: "Scope",
    selector: Sequence[str],
    only: Sequence[str],
    *,
    replace: bool,
) -> str:
    """Return the command that writes all the files again. A selection that only limits the files is left out."""
    flags: dict[str, Iterable[str]] = dict(texts)
    if scope.override:
        flags["--override"] = [scope.override]
    elif scope.selected:
        flags |= {"--part": [scope.part], "-l": selector, "--only": only}
    if texts["--revision"] == [_REVISION]:
        flags["--revision"] = []
    flags["--timeout"] = [] if timeout == _TIMEOUT else [timeout]
    flags["--at-once"] = [] if at_once == _AT_ONCE else [str(at_once)]
    words = [word for flag, words in flags.items() for text in words if text for word in (flag, text)]
    words += ["--replace"] if replace else []
    return shlex.join(["neo4j-scenarios", "emit", engine, fleet.name, *words])
