"""A tree of files, and how a folder of ours differs from it. Only reads.

An output folder says that it is one by the file `.neo4j-scenarios` in it, which names what writes it. No other folder
that has anything in it is ever written to, and nothing is replaced or removed that does not begin with `MARK`.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from neo4j_scenarios.errors import OutputError, Problem
from neo4j_scenarios.write import MARK, is_ours, says

MARKER: Final = ".neo4j-scenarios"

# Git on Windows turns line feeds into CR LF where no attributes forbid it.
ATTRIBUTES: Final = ".gitattributes"

OWN: Final = frozenset({MARKER, ATTRIBUTES})

# Of a file so many bytes tell whose it is: a script's first line, and `MARK`.
_LONGEST_START: Final = 256

# A temporary file is `.values.yaml.new`, beside the file that it becomes.
NEW: Final = ".new"


@dataclass(frozen=True)
class Changes:
    """How a folder differs from a tree; paths relative to the folder, in the order of the tree.

    orphaned: files that begin with `MARK`, and that the tree does not have. leftover: temporary files of a build that
    was killed. folder_is_new: there is no folder yet, or an empty one.
    """

    missing: Sequence[str] = ()
    stale: Sequence[str] = ()
    unchanged: Sequence[str] = ()
    orphaned: Sequence[str] = ()
    leftover: Sequence[str] = ()
    folder_is_new: bool = False

    @property
    def any(self) -> bool:
        """Whether the folder is not just what it should be."""
        return bool(self.missing or self.stale or self.orphaned)


@dataclass(frozen=True)
class Tree:
    """What a folder is to hold.

    owner: who writes it, one line, as `fleet.yaml`; a folder of another owner is refused. files: texts by path.
    kept: whether a path that is not in `files` is none of our business this time, and so no orphan.
    clusters: by the paths of files that are of one cluster alone, its name.
    """

    owner: str
    files: Mapping[str, str]
    kept: Callable[[str], bool] = field(default=lambda _: False)
    clusters: Mapping[str, str] = field(default_factory=dict)


def compare(folder: Path, tree: Tree, *, force: bool = False) -> Changes:
    """Return how `folder` differs from `tree`; only reads.

    force: take a folder and files that are not ours for ours. Raises OutputError with all that is in the way.
    """
    try:
        present = dict(_present(folder))
        is_new = not present
        if not is_new and not force:
            _refuse_foreign(folder, tree.owner, present)
        return _compared(folder, tree, present, is_new, force)
    except OSError as error:
        what = f"can't be read: {error.strerror}"
        raise OutputError(Problem(str(error.filename or folder), what, "name a folder that may be read")) from error


def _compared(folder: Path, tree: Tree, present: Mapping[str, bool], is_new: bool, force: bool) -> Changes:
    missing, stale, unchanged = [], [], []
    problems: list[Problem] = []
    for path, text in tree.files.items():
        if path not in present:
            missing.append(path)
            problems += _blocked(folder, path, present)
            continue
        held = read(folder, path) if present[path] else None
        if held is not None and says(held, text):
            unchanged.append(path)
        else:
            stale.append(path)
            problems += _foreign(folder, path, held, force)
    if problems:
        raise OutputError(*dict.fromkeys(problems))
    others = [path for path in sorted(present.keys() - tree.files.keys()) if present[path] and path not in OWN]
    leftover = [path for path in others if _is_leftover(folder, path)]
    orphaned = [path for path in others if path not in leftover and not tree.kept(path) and _is_ours(folder, path)]
    return Changes(missing, stale, unchanged, orphaned, leftover, is_new)


def _present(folder: Path, below: str = "") -> Iterator[tuple[str, bool]]:
    """Yield all paths under the folder, each with whether it is a regular file; links are not followed."""
    try:
        found = list(os.scandir(folder / below if below else folder))
    except FileNotFoundError:
        if below:
            raise
        return
    for entry in found:
        path = f"{below}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _present(folder, f"{path}/")
        else:
            yield path, entry.is_file(follow_symlinks=False)


def _refuse_foreign(folder: Path, owner: str, present: Mapping[str, bool]) -> None:
    if MARKER not in present:
        what = f"is not a folder of neo4j-scenarios: it has files, and no {MARKER} among them"
        raise OutputError(Problem(str(folder), what, "name an empty folder, or a new one; or take it with --force"))
    if not says(read(folder, MARKER), marker(owner)):
        what = f"is the folder of something else than {owner}: its {MARKER} says so"
        raise OutputError(Problem(str(folder), what, "name another folder with -o, or take it over with --force"))


def attributes() -> str:
    """Return what `ATTRIBUTES` holds, so that Git leaves the line feeds of all files as they are."""
    return f"{MARK}: the same bytes on every machine.\n* -text\n"


def marker(owner: str) -> str:
    """Return what `MARKER` holds in the folder of `owner`."""
    return f"{MARK}: this folder is the output of {owner}, and files in it that begin so are replaced.\n"


def _blocked(folder: Path, path: str, present: Mapping[str, bool]) -> Iterator[Problem]:
    parent = path.rpartition("/")[0]
    while parent:
        if parent in present:
            yield Problem(str(folder / parent), "is no folder, and files are to go into it", "move it away")
        parent = parent.rpartition("/")[0]
    if (folder / path).is_dir():
        yield Problem(str(folder / path), "is a folder, and a file is to be there", "move it away")


def _foreign(folder: Path, path: str, held: bytes | None, force: bool) -> Iterator[Problem]:
    if held is None:
        yield Problem(str(folder / path), "is not a regular file", "move it away")
    elif not force and not is_ours(held):
        what = f"was not written by neo4j-scenarios: it does not begin with {MARK!r}"
        yield Problem(str(folder / path), what, "move it away, or replace it with --force")


def read(folder: Path, path: str) -> bytes:
    """Return what a file of the folder holds."""
    with open(f"{folder}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - ten thousand of them
        return file.readall()


def _is_ours(folder: Path, path: str) -> bool:
    with (folder / path).open("rb") as file:
        return is_ours(file.read(_LONGEST_START))


def _is_leftover(folder: Path, path: str) -> bool:
    name = path.rpartition("/")[2]
    if not (name.startswith(".") and name.endswith(NEW)):
        return False
    return not (folder / path).stat().st_size or _is_ours(folder, path)
