"""A tree of files -> the folder that is to hold it, written or compared; how the commands tell it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from neo4j_restore.spec import Overwrite
from neo4j_scenarios.commands.options import DIFFERENT, MOST_RESTORES
from neo4j_scenarios.console import problems_as_json, progress, put, put_json, report, say
from neo4j_scenarios.errors import InputFileError, OutputError, Problem
from neo4j_scenarios.output import Changes, Tree, compare, read

if TYPE_CHECKING:
    from neo4j_scenarios.fleet import Fleet
    from neo4j_scenarios.replacing import Replacing

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
    max_restores: int = MOST_RESTORES


def bring(folder: Path, made: Tree, manner: Manner, fleet: "Fleet") -> int:
    """Make `folder` hold the tree, or with `check` print how it differs. Raises OutputError.

    Return the exit code: 1 where clusters of `fleet` are broken, which are left as they are.
    """
    from neo4j_scenarios.update import update

    failure = InputFileError(*fleet.problems)
    if not manner.as_json:
        report(failure, as_json=False)
    remark(fleet, manner.quiet)
    changes = compare(folder, made, force=manner.force)
    _guard(replaced(folder, made, changes, fleet), manner)
    if manner.check:
        code = _tell_difference(folder, changes, failure, manner.as_json)
    else:
        with progress("writing", len(changes.missing) + len(changes.stale), manner.quiet) as show:
            update(folder, made, changes, prune=manner.prune, progress=show)
        _tell_done(folder, changes, failure, manner)
        code = 0
    return failure.exit_code if fleet.problems else code


def replaced(folder: Path, made: Tree, changes: Changes, fleet: "Fleet") -> "Replacing":
    """Return which clusters replace data because of the changes."""
    from neo4j_scenarios import lockfile
    from neo4j_scenarios.replacing import Replacing, replacing

    if all(scenario.overwrite is Overwrite.NEVER for each in fleet.clusters for scenario in each.scenarios):
        return Replacing(())
    texts: dict[str, list[tuple[str, str]]] = {}
    for path in changes.stale:
        if path in made.clusters:
            old = read(folder, path).decode(errors="replace")
            texts.setdefault(made.clusters[path], []).append((old, made.files[path]))
    return replacing(fleet, lockfile.read(lockfile.beside(fleet.path)), texts)


def _guard(found: "Replacing", manner: Manner) -> None:
    """Say which clusters replace data, quiet or not. Raises OutputError where there are more than were allowed."""
    if not found.clusters:
        return
    say(str(found))
    if len(found.clusters) > manner.max_restores and not manner.check:
        what = f"{len(found.clusters)} clusters would replace data that is there, and {manner.max_restores} may"
        raise OutputError(Problem("--max-restores", what, f"if that is meant: --max-restores {len(found.clusters)}"))


def remark(fleet: "Fleet", quiet: bool) -> None:
    """Write to stderr what deserves a word and is not wrong."""
    for line in () if quiet else fleet.remarks:
        say(f"note: {line}")


def _tell_difference(folder: Path, changes: Changes, failure: InputFileError, as_json: bool) -> int:
    found = {"missing": changes.missing, "stale": changes.stale, "orphaned": changes.orphaned}
    named = {state: [str(folder / path) for path in paths] for state, paths in found.items()}
    if as_json:
        put_json({**named, "unchanged": len(changes.unchanged), "problems": problems_as_json(failure)})
    else:
        put("".join(f"{state} {path}\n" for state, paths in named.items() for path in paths))
    return DIFFERENT if changes.any else 0


def _tell_done(folder: Path, changes: Changes, failure: InputFileError, manner: Manner) -> None:
    written = [str(folder / path) for path in (*changes.missing, *changes.stale)]
    orphans = [str(folder / path) for path in changes.orphaned]
    removed, orphaned = (orphans, []) if manner.prune else ([], orphans)
    told = {"written": written, "removed": removed, "orphaned": orphaned}
    if manner.as_json:
        put_json({**told, "unchanged": len(changes.unchanged), "problems": problems_as_json(failure)})
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
