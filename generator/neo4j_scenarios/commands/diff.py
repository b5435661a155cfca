"""The command `diff`: it shows what a build would change, or how two folders differ. It groups changes by value."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neo4j_restore.secrecy import redact
from neo4j_scenarios import collector
from neo4j_scenarios.commands.options import DIFFERENT, Json, Only, Output, Quiet, Selector
from neo4j_scenarios.console import coloured, progress, put, put_json
from neo4j_scenarios.errors import InputFileError, Problem, UsageError

if TYPE_CHECKING:
    from neo4j_scenarios.output.diff import Change, Difference, Shared

# The most clusters that a line names.
_NAMED = 3


def diff(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FLEET|OLD NEW",
            help="a fleet file, to show what a build would change, or two folders",
            show_default=False,
        ),
    ],
    output: Output = None,
    selector: Selector = None,
    only: Only = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """show which values differ, once for all clusters that share a change"""
    from neo4j_scenarios.output.diff import difference

    first = ""
    if len(paths) == 2:
        if output or selector or only:
            message = "is a folder, but --output, --selector and --only are for a fleet file"
            raise UsageError(Problem(str(paths[0]), message, "neo4j-scenarios diff fleet.yaml"))
        changes = difference(_texts(paths[0]), _texts(paths[1]))
    elif len(paths) == 1:
        with collector.paused():
            old, new, first = _fleet(paths[0], output, selector, only, quiet or as_json)
            changes = difference(old, new)
    else:
        raise UsageError(Problem("FLEET|OLD NEW", "are more than two paths", "neo4j-scenarios diff OLD NEW"))
    if as_json:
        put_json({"replaces": first or None, **_data(changes)})
    elif not quiet:
        lines = [*([first] if first else []), *map(redact, _lines(changes, _Paint()))]
        put("".join(f"{line}\n" for line in lines))
    return DIFFERENT if changes.any else 0


def _fleet(
    path: Path, output: Path | None, selector: list[str] | None, only: list[str] | None, quiet: bool
) -> tuple[dict[str, str], Mapping[str, str], str]:
    """Return the texts of the folder, the texts of a build, and the warning about replaced data, which may be empty."""
    from neo4j_scenarios.commands.outcome import remark, replaced
    from neo4j_scenarios.fleet.fleet import load
    from neo4j_scenarios.fleet.selectors import parse_selection
    from neo4j_scenarios.output.build import OUTPUT, tree
    from neo4j_scenarios.output.compare import compare, read

    fleet = load(path, parse_selection(selector or (), only or ()))
    remark(fleet, quiet)
    with progress("rendering", len(fleet.clusters), quiet) as show:
        built = tree(fleet, show)
    folder = output or path.parent / OUTPUT
    changes = compare(folder, built)
    old = {each: built.files[each] for each in changes.unchanged}
    for file in (*changes.stale, *changes.orphaned):
        old[file] = read(folder, file).decode(errors="replace")
    warning = replaced(folder, built, changes, fleet)
    return old, built.files, str(warning) if warning.clusters else ""


def _texts(folder: Path) -> dict[str, str]:
    """Return the texts of the values files under a folder, by path."""
    if not folder.is_dir():
        raise InputFileError(Problem(str(folder), "is not a folder", "neo4j-scenarios diff OLD NEW"))
    files = sorted(folder.rglob("values.*.yaml"))
    try:
        return {file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8") for file in files}
    except (OSError, UnicodeDecodeError) as error:
        raise InputFileError(
            Problem(str(folder), f"has a file that can't be read: {error}", "correct or remove the file")
        ) from error


class _Paint:
    """Colours for old and new values, if stdout is a terminal."""

    def old(self, text: str) -> str:
        return coloured(text, typer.colors.RED, sys.stdout)

    def new(self, text: str) -> str:
        return coloured(text, typer.colors.GREEN, sys.stdout)


def _lines(difference: "Difference", paint: _Paint) -> Iterator[str]:
    for shared in difference.changes:
        yield f"{_count(len(shared.clusters), 'cluster')}: {_change(shared, paint)}{_some(shared.clusters)}"
    for files, message in (
        (difference.added, "new"),
        (difference.removed, "gone"),
        (difference.comments, "only comments differ"),
    ):
        if files:
            yield f"{_count(len(files), 'file')}: {message}{_some(files)}"


def _change(shared: "Shared", paint: _Paint) -> str:
    key, change = shared.change.key, _arrow(shared.change, paint)
    return f"{key}, different in each, for example {change}" if shared.each_its_own else f"{key} {change}"


def _arrow(change: "Change", paint: _Paint) -> str:
    if not change.old:
        return f"new: {paint.new(change.new)}"
    if not change.new:
        return f"gone: {paint.old(change.old)}"
    return f"{paint.old(change.old)} -> {paint.new(change.new)}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _some(names: Sequence[str]) -> str:
    return f" ({', '.join(names[:_NAMED])}{', …' if len(names) > _NAMED else ''})"


def _data(difference: "Difference") -> dict[str, object]:
    changes = [
        {
            "key": shared.change.key,
            "old": redact(shared.change.old),
            "new": redact(shared.change.new),
            "eachItsOwn": shared.each_its_own,
            "clusters": list(shared.clusters),
        }
        for shared in difference.changes
    ]
    return {
        "changes": changes,
        "new": difference.added,
        "gone": difference.removed,
        "comments": difference.comments,
    }
