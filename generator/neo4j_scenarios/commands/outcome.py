"""Writes a tree of files to its folder, or compares them, and prints the result."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from neo4j_restore.spec import Overwrite
from neo4j_scenarios.commands.options import DIFFERENT, MOST_RESTORES
from neo4j_scenarios.console import problems_as_json, progress, put, put_json, report, say
from neo4j_scenarios.errors import InputFileError, OutputError, Problem
from neo4j_scenarios.output.compare import Changes, Tree, compare, read

if TYPE_CHECKING:
    from neo4j_scenarios.fleet.fleet import Fleet
    from neo4j_scenarios.output.replacing import Replacing

# The most written files that are listed one by one.
_NAMED: Final = 20


@dataclass(frozen=True)
class Manner:
    """The options for writing a folder and for printing the result. replaces: each file replaces its cluster's data."""

    check: bool
    prune: bool
    force: bool
    as_json: bool
    quiet: bool
    max_restores: int = MOST_RESTORES
    replaces: bool = False


def bring(folder: Path, tree: Tree, manner: Manner, fleet: "Fleet") -> int:
    """Make `folder` hold the tree, or with `check` print how it differs. Raises OutputError.

    Return the exit code. It is 1 if clusters of `fleet` are broken. Their files stay as they are.
    """
    from neo4j_scenarios.output.write_tree import update

    failure = InputFileError(*fleet.problems)
    if not manner.as_json:
        report(failure, as_json=False)
    remark(fleet, manner.quiet)
    changes = compare(folder, tree, force=manner.force)
    _guard(_written(tree, changes, fleet) if manner.replaces else replaced(folder, tree, changes, fleet), manner)
    if manner.check:
        code = _print_difference(folder, changes, failure, manner.as_json)
    else:
        with progress("writing", len(changes.missing) + len(changes.stale), manner.quiet) as show:
            update(folder, tree, changes, prune=manner.prune, progress=show)
        _print_done(folder, changes, failure, manner)
        code = 0
    return failure.exit_code if fleet.problems else code


def _written(tree: Tree, changes: Changes, fleet: "Fleet") -> "Replacing":
    """Return the clusters whose files are new or other than before, if each file replaces data."""
    from neo4j_scenarios.fleet import lockfile
    from neo4j_scenarios.output.replacing import of_clusters

    names = {tree.clusters[path] for path in (*changes.missing, *changes.stale) if path in tree.clusters}
    clusters = [each for each in fleet.clusters if each.name in names]
    return of_clusters(clusters, lockfile.read(lockfile.beside(fleet.path)))


def replaced(folder: Path, tree: Tree, changes: Changes, fleet: "Fleet") -> "Replacing":
    """Return the clusters that replace data because of the changes."""
    from neo4j_scenarios.fleet import lockfile
    from neo4j_scenarios.output.replacing import Replacing, replacing

    if all(scenario.overwrite is Overwrite.NEVER for each in fleet.clusters for scenario in each.scenarios):
        return Replacing(())
    texts: dict[str, list[tuple[str, str]]] = {}
    for path in changes.stale:
        if path in tree.clusters:
            old = read(folder, path).decode(errors="replace")
            texts.setdefault(tree.clusters[path], []).append((old, tree.files[path]))
    return replacing(fleet, lockfile.read(lockfile.beside(fleet.path)), texts)


def _guard(replacing: "Replacing", manner: Manner) -> None:
    """Print which clusters replace data, even if quiet. Raises OutputError for more clusters than are allowed."""
    count = len(replacing.clusters)
    if not count:
        return
    say(str(replacing))
    if count > manner.max_restores and not manner.check:
        message = f"{count} clusters would replace existing data, but only {manner.max_restores} may"
        raise OutputError(Problem("--max-restores", message, f"if you mean it, use --max-restores {count}"))


def remark(fleet: "Fleet", quiet: bool) -> None:
    """Write the fleet's remarks to stderr. They are about things that are not wrong."""
    for line in () if quiet else fleet.remarks:
        say(f"note: {line}")


def _print_difference(folder: Path, changes: Changes, failure: InputFileError, as_json: bool) -> int:
    states = {"missing": changes.missing, "stale": changes.stale, "orphaned": changes.orphaned}
    by_state = {state: [str(folder / path) for path in paths] for state, paths in states.items()}
    if as_json:
        put_json({**by_state, "unchanged": len(changes.unchanged), "problems": problems_as_json(failure)})
    else:
        put("".join(f"{state} {path}\n" for state, paths in by_state.items() for path in paths))
    return DIFFERENT if changes.any else 0


def _print_done(folder: Path, changes: Changes, failure: InputFileError, manner: Manner) -> None:
    written = [str(folder / path) for path in (*changes.missing, *changes.stale)]
    orphans = [str(folder / path) for path in changes.orphaned]
    removed, orphaned = (orphans, []) if manner.prune else ([], orphans)
    states = {"written": written, "removed": removed, "orphaned": orphaned}
    if manner.as_json:
        put_json({**states, "unchanged": len(changes.unchanged), "problems": problems_as_json(failure)})
    if manner.quiet:
        return
    for state, paths in states.items():
        for path in paths[:_NAMED] if len(paths) > _NAMED else paths:
            say(f"{state} {path}")
        if len(paths) > _NAMED:
            say(f"{state} … and {len(paths) - _NAMED} more")
    counts = {state: len(paths) for state, paths in states.items()} | {"unchanged": len(changes.unchanged)}
    hint = " (--prune removes orphaned files)" if orphaned else ""
    say(", ".join(f"{count} {state}" for state, count in counts.items() if count) + hint)
