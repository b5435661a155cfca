"""A tree of files -> the folder that is to hold it, written or compared; how the commands tell it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from neo4j_scenarios.commands.options import DIFFERENT
from neo4j_scenarios.console import progress, put, put_json, say
from neo4j_scenarios.output import Changes, Tree, compare

# As many files are named one by one when they are written.
_NAMED: Final = 20


@dataclass(frozen=True)
class Manner:
    """How a folder is dealt with, and how that is told."""

    check: bool
    prune: bool
    force: bool
    as_json: bool
    quiet: bool


def bring(folder: Path, made: Tree, manner: Manner) -> int:
    """Make `folder` hold the tree, or with `check` tell how it differs; return the exit code. Raises OutputError."""
    from neo4j_scenarios.update import update

    changes = compare(folder, made, force=manner.force)
    if manner.check:
        return _tell_difference(folder, changes, manner.as_json)
    with progress("writing", len(changes.missing) + len(changes.stale), manner.quiet) as show:
        update(folder, made, changes, prune=manner.prune, progress=show)
    _tell_done(folder, changes, manner)
    return 0


def _tell_difference(folder: Path, changes: Changes, as_json: bool) -> int:
    found = {"missing": changes.missing, "stale": changes.stale, "orphaned": changes.orphaned}
    named = {state: [str(folder / path) for path in paths] for state, paths in found.items()}
    if as_json:
        put_json({**named, "unchanged": len(changes.unchanged)})
    else:
        put("".join(f"{state} {path}\n" for state, paths in named.items() for path in paths))
    return DIFFERENT if changes.any else 0


def _tell_done(folder: Path, changes: Changes, manner: Manner) -> None:
    written = [str(folder / path) for path in (*changes.missing, *changes.stale)]
    orphans = [str(folder / path) for path in changes.orphaned]
    removed, orphaned = (orphans, []) if manner.prune else ([], orphans)
    told = {"written": written, "removed": removed, "orphaned": orphaned}
    if manner.as_json:
        put_json({**told, "unchanged": len(changes.unchanged)})
    if manner.quiet:
        return
    for state, paths in told.items():
        for path in paths[:_NAMED] if len(paths) > _NAMED else paths:
            say(f"{state} {path}")
        if len(paths) > _NAMED:
            say(f"{state} … and {len(paths) - _NAMED} more")
    counts = {state: len(paths) for state, paths in told.items()} | {"unchanged": len(changes.unchanged)}
    hint = "; --prune removes what is orphaned" if orphaned else ""
    say(", ".join(f"{count} {state}" for state, count in counts.items() if count) + hint)
