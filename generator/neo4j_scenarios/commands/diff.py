"""The command `diff`: what a build would change, or how two folders differ; by values, grouped over clusters."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neo4j_scenarios import collecting
from neo4j_scenarios.commands.options import DIFFERENT, Json, Only, Output, Quiet, Selector
from neo4j_scenarios.console import coloured, progress, put, put_json
from neo4j_scenarios.errors import InputFileError, Problem, UsageError
from neo4j_scenarios.secrecy import redact

if TYPE_CHECKING:
    from neo4j_scenarios.diff import Change, Difference, Shared

# As many clusters are named.
_NAMED = 3


def diff(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FLEET|OLD NEW",
            help="a fleet file, for what a build would change; or two folders",
            show_default=False,
        ),
    ],
    output: Output = None,
    selector: Selector = None,
    only: Only = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """tell which values differ, once for all clusters that share it"""
    from neo4j_scenarios.diff import difference

    first = ""
    if len(paths) == 2:
        if output or selector or only:
            what = "is no fleet file, and --output, --selector and --only are for one"
            raise UsageError(Problem(str(paths[0]), what, "neo4j-scenarios diff fleet.yaml"))
        found = difference(_texts(paths[0]), _texts(paths[1]))
    elif len(paths) == 1:
        with collecting.paused():
            old, new, first = _fleet(paths[0], output, selector, only, quiet or as_json)
            found = difference(old, new)
    else:
        raise UsageError(Problem("FLEET|OLD NEW", "are more than two", "neo4j-scenarios diff OLD NEW"))
    if as_json:
        put_json({"replaces": first or None, **_data(found)})
    elif not quiet:
        lines = [*([first] if first else []), *map(redact, _lines(found, _Paint()))]
        put("".join(f"{line}\n" for line in lines))
    return DIFFERENT if found.any else 0


def _fleet(
    path: Path, output: Path | None, selector: list[str] | None, only: list[str] | None, quiet: bool
) -> tuple[dict[str, str], Mapping[str, str], str]:
    """Return the texts of the folder, those of a build, and what a reviewer must know first, if anything."""
    from neo4j_scenarios.build import OUTPUT, tree
    from neo4j_scenarios.commands.outcome import remark, replaced
    from neo4j_scenarios.fleet import load
    from neo4j_scenarios.output import compare, read
    from neo4j_scenarios.selectors import parse_selection

    fleet = load(path, parse_selection(selector or (), only or ()))
    remark(fleet, quiet)
    with progress("rendering", len(fleet.clusters), quiet) as show:
        made = tree(fleet, show)
    folder = output or path.parent / OUTPUT
    changes = compare(folder, made)
    old = {each: made.files[each] for each in changes.unchanged}
    for each in (*changes.stale, *changes.orphaned):
        old[each] = read(folder, each).decode(errors="replace")
    found = replaced(folder, made, changes, fleet)
    return old, made.files, str(found) if found.clusters else ""


def _texts(folder: Path) -> dict[str, str]:
    """Return the values files under a folder, by their paths in it."""
    if not folder.is_dir():
        raise InputFileError(Problem(str(folder), "is no folder", "neo4j-scenarios diff OLD NEW"))
    files = sorted(folder.rglob("values.*.yaml"))
    try:
        return {file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8") for file in files}
    except (OSError, UnicodeDecodeError) as error:
        raise InputFileError(Problem(str(folder), f"has a file that can't be read: {error}", "mend it")) from error


class _Paint:
    """Colours for old and new, where stdout is a terminal."""

    def old(self, text: str) -> str:
        return coloured(text, typer.colors.RED, sys.stdout)

    def new(self, text: str) -> str:
        return coloured(text, typer.colors.GREEN, sys.stdout)


def _lines(found: "Difference", paint: _Paint) -> Iterator[str]:
    for shared in found.changes:
        yield f"{_count(len(shared.clusters), 'cluster')}: {_told(shared, paint)}{_some(shared.clusters)}"
    for files, what in (
        (found.added, "new"),
        (found.removed, "gone"),
        (found.comments, "other comments, no other value"),
    ):
        if files:
            yield f"{_count(len(files), 'file')}: {what}{_some(files)}"


def _told(shared: "Shared", paint: _Paint) -> str:
    key, change = shared.change.key, _arrow(shared.change, paint)
    return f"{key}, each its own, as {change}" if shared.each_its_own else f"{key} {change}"


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


def _data(found: "Difference") -> dict[str, object]:
    changes = [
        {
            "key": shared.change.key,
            "old": redact(shared.change.old),
            "new": redact(shared.change.new),
            "eachItsOwn": shared.each_its_own,
            "clusters": list(shared.clusters),
        }
        for shared in found.changes
    ]
    return {"changes": changes, "new": found.added, "gone": found.removed, "comments": found.comments}
