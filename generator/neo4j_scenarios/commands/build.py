"""The command `build`: values files of a fleet, or of folders with a scenario.yaml."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from neo4j_scenarios import collecting
from neo4j_scenarios.commands.delivery import deliver
from neo4j_scenarios.commands.options import DIFFERENT, Check, Force, Json, Only, Output, Quiet, Selector
from neo4j_scenarios.console import progress, put, put_json, say
from neo4j_scenarios.errors import Problem, UsageError
from neo4j_scenarios.output import Changes, compare

# As many files are named one by one when they are written.
_NAMED: Final = 20


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
    prune: Annotated[
        bool, typer.Option("--prune", help="remove files of clusters that the fleet no longer has")
    ] = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """write the values files of a fleet, or of folders with a scenario.yaml"""
    if len(paths) == 1 and not paths[0].is_dir():
        wish = _Wish(paths[0], output, selector or (), only or (), check, prune, force, as_json, quiet or as_json)
        with collecting.paused():
            return _build_fleet(wish)
    if output or selector or only or prune:
        what = "is missing, and --output, --selector, --only and --prune are for a fleet alone"
        raise UsageError(Problem("FLEET", what, "neo4j-scenarios build fleet.yaml"))
    from neo4j_scenarios.folder import values_files

    return deliver(values_files(paths), check=check, force=force, as_json=as_json, quiet=quiet)


@dataclass(frozen=True)
class _Wish:
    """What the command line asks for."""

    fleet: Path
    output: Path | None
    selector: Sequence[str]
    only: Sequence[str]
    check: bool
    prune: bool
    force: bool
    as_json: bool
    quiet: bool


def _build_fleet(wish: _Wish) -> int:
    from neo4j_scenarios.build import OUTPUT, tree
    from neo4j_scenarios.fleet import load
    from neo4j_scenarios.selectors import parse_selection
    from neo4j_scenarios.update import update

    fleet = load(wish.fleet, parse_selection(wish.selector, wish.only))
    with progress("rendering", len(fleet.clusters), wish.quiet) as show:
        made = tree(fleet, show)
    folder = wish.output or wish.fleet.parent / OUTPUT
    changes = compare(folder, made, force=wish.force)
    if wish.check:
        return _tell_difference(folder, changes, wish.as_json)
    with progress("writing", len(changes.missing) + len(changes.stale), wish.quiet) as show:
        update(folder, made, changes, prune=wish.prune, progress=show)
    _tell_done(folder, changes, wish)
    return 0


def _tell_difference(folder: Path, changes: Changes, as_json: bool) -> int:
    found = {"missing": changes.missing, "stale": changes.stale, "orphaned": changes.orphaned}
    named = {state: [str(folder / path) for path in paths] for state, paths in found.items()}
    if as_json:
        put_json({**named, "unchanged": len(changes.unchanged)})
    else:
        put("".join(f"{state} {path}\n" for state, paths in named.items() for path in paths))
    return DIFFERENT if changes.any else 0


def _tell_done(folder: Path, changes: Changes, wish: _Wish) -> None:
    written = [str(folder / path) for path in (*changes.missing, *changes.stale)]
    orphans = [str(folder / path) for path in changes.orphaned]
    removed, orphaned = (orphans, []) if wish.prune else ([], orphans)
    told = {"written": written, "removed": removed, "orphaned": orphaned}
    if wish.as_json:
        put_json({**told, "unchanged": len(changes.unchanged)})
    if wish.quiet:
        return
    for state, paths in told.items():
        for path in paths[:_NAMED] if len(paths) > _NAMED else paths:
            say(f"{state} {path}")
        if len(paths) > _NAMED:
            say(f"{state} … and {len(paths) - _NAMED} more")
    counts = {state: len(paths) for state, paths in told.items()} | {"unchanged": len(changes.unchanged)}
    hint = "; --prune removes what is orphaned" if orphaned else ""
    say(", ".join(f"{count} {state}" for state, count in counts.items() if count) + hint)
