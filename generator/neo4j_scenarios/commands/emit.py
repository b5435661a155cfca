"""The command `emit`: it writes files with which an engine installs or restores a fleet."""

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

from neo4j_scenarios.commands.emit_options import AT_ONCE, REVISION, TIMEOUT, EmitOptions
from neo4j_scenarios.commands.outcome import bring
from neo4j_scenarios.commands.signature import takes
from neo4j_scenarios.console import say
from neo4j_scenarios.errors import Problem, UsageError, did_you_mean

if TYPE_CHECKING:
    from neo4j_scenarios.emit.engine import Order
    from neo4j_scenarios.emit.scope import Scope
    from neo4j_scenarios.fleet.pins import Pins
    from neo4j_scenarios.fleet.selectors import Selection

_HINT = "neo4j-scenarios emit argocd fleet.yaml"


@takes(EmitOptions)
def emit(options: EmitOptions) -> int:
    """write files with which Argo CD, Flux, helmfile, a script, Jobs or Cypher install or restore a fleet"""
    from neo4j_scenarios.emit import ENGINES, emitted
    from neo4j_scenarios.emit.flags import refuse_keys
    from neo4j_scenarios.emit.scope import installable

    if options.engine not in ENGINES:
        raise UsageError(Problem("ENGINE", did_you_mean(options.engine, ENGINES), _HINT))
    engine = ENGINES[options.engine]
    places = {name: options.texts[name] for name in ("--chart", "--repository", "--path", "--revision")}
    refuse_keys(places | {"--part": [options.part], "--override": [options.override]})
    scope, order = _ordered(options)
    name = f"{options.engine}-{scope.part}" if scope.part else options.engine
    folder = options.output or options.fleet.parent / name
    files = emitted(engine, scope.fleet, installable(engine, order, scope, folder), scope.chosen)
    manner = options.manner(replaces=options.replace)
    code = bring(folder, files, manner, scope.fleet)
    if scope.next_step and not (manner.check or manner.quiet):
        say(scope.next_step)
    return code


def _ordered(options: EmitOptions) -> "tuple[Scope, Order]":
    """Return the clusters and the engine's order for them. Options are refused before the fleet is loaded."""
    from neo4j_scenarios.emit import ENGINES
    from neo4j_scenarios.emit.engine import Order
    from neo4j_scenarios.emit.flags import check_places, check_replace, parse_windows, timeout_seconds
    from neo4j_scenarios.emit.locations import parse_charts
    from neo4j_scenarios.emit.releases import releases
    from neo4j_scenarios.fleet.pins import Pins, SeedPins
    from neo4j_scenarios.fleet.selectors import parse_selection

    windows = parse_windows(options.engine, options.sync_window or (), options.project, options.argocd_namespace)
    check_places(options.repository, options.path, options.revision)
    check_replace(options.engine, options.replace)
    charts = parse_charts(options.chart or ())
    selection = parse_selection(options.selector or (), options.only or ())
    pins = SeedPins(options.fleet) if ENGINES[options.engine].seeds else Pins(options.fleet)
    scope = _scope(options, selection, pins)
    fleet, part = scope.fleet, scope.part
    return scope, Order(
        f"{fleet.name}-{part}" if part else fleet.name,
        f"{options.fleet.name}, part {part}" if part else options.fleet.name,
        _command(options, scope),
        scope.in_waves(releases(fleet, scope.clusters)),
        charts,
        options.at_once,
        options.repository,
        options.revision,
        options.path.strip("/"),
        options.argocd_namespace,
        options.project,
        windows,
        timeout_seconds(options.engine, options.timeout, TIMEOUT),
        {each.name: pins.databases(each.pin) for each in scope.clusters} if isinstance(pins, SeedPins) else {},
        options.replace,
    )


def _scope(options: EmitOptions, selection: "Selection", pins: "Pins") -> "Scope":
    from neo4j_scenarios.emit import ENGINES
    from neo4j_scenarios.emit.scope import of_override, of_selection

    engine, fleet = ENGINES[options.engine], options.fleet
    if options.override:
        alone = not options.part and selection.everything
        return of_override(engine, fleet, options.override, options.wave, pins, alone=alone)
    if options.wave:
        raise UsageError(Problem("--wave", "needs --override", "--override incident-42 --wave 1"))
    return of_selection(engine, fleet, selection, options.part, pins, keep_going=options.keep_going)


def _command(options: EmitOptions, scope: "Scope") -> str:
    """Return the command that writes all the files again. A selection that only limits the files is left out."""
    flags: dict[str, Iterable[str]] = {**options.texts}
    if options.revision == REVISION:
        flags["--revision"] = []
    if scope.override:
        flags["--override"] = [scope.override]
    elif scope.selected:
        flags |= {"--part": [scope.part], "-l": options.selector or (), "--only": options.only or ()}
    flags["--timeout"] = [] if options.timeout == TIMEOUT else [options.timeout]
    flags["--at-once"] = [] if options.at_once == AT_ONCE else [str(options.at_once)]
    words = [word for flag, texts in flags.items() for text in texts if text for word in (flag, text)]
    words += ["--replace"] if options.replace else []
    return shlex.join(["neo4j-scenarios", "emit", options.engine, options.fleet.name, *words])
