"""The command `build`: it writes the values files of a fleet, or of folders with a scenario.yaml."""

from pathlib import Path
from typing import Annotated

import typer

from neo4j_scenarios import collector
from neo4j_scenarios.commands.delivery import deliver
from neo4j_scenarios.commands.options import (
    MOST_RESTORES,
    Check,
    Force,
    Json,
    KeepGoing,
    MaxRestores,
    Only,
    Output,
    Prune,
    Quiet,
    Selector,
)
from neo4j_scenarios.commands.outcome import Manner, bring
from neo4j_scenarios.console import progress
from neo4j_scenarios.errors import Problem, UsageError
from neo4j_scenarios.fleet.selectors import Selection, parse_selection


def build(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FLEET|FOLDER...", help="a fleet file, or folders with a scenario.yaml", show_default=False
        ),
    ],
    output: Output = None,
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
    """write the values files of a fleet, or of folders with a scenario.yaml"""
    if len(paths) == 1 and not paths[0].is_dir():
        manner = Manner(check, prune, force, as_json, quiet or as_json, max_restores)
        with collector.paused():
            selection = parse_selection(selector or (), only or ())
            return _build_fleet(paths[0], output, selection, manner, keep_going=keep_going)
    if any(path.is_file() for path in paths):
        raise UsageError(
            Problem("FLEET", "is one of several files, but a build takes only one fleet", "build each fleet by itself")
        )
    if output or selector or only or prune or keep_going:
        message = "is missing, but --output, --selector, --only, --prune and --keep-going are only for a fleet"
        raise UsageError(Problem("FLEET", message, "neo4j-scenarios build fleet.yaml"))
    from neo4j_scenarios.output.scenario_folder import values_files

    return deliver(values_files(paths), check=check, force=force, as_json=as_json, quiet=quiet)


def _build_fleet(path: Path, output: Path | None, selection: Selection, manner: Manner, *, keep_going: bool) -> int:
    from neo4j_scenarios.fleet.fleet import load
    from neo4j_scenarios.output.build import OUTPUT, tree

    fleet = load(path, selection, keep_going=keep_going)
    with progress("rendering", len(fleet.clusters), manner.quiet) as show:
        files = tree(fleet, show)
    return bring(output or path.parent / OUTPUT, files, manner, fleet)
