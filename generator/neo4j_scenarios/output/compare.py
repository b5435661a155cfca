"""Compares an output folder with the tree of files that it must hold. Only reads.

The file `.neo4j-scenarios` marks an output folder, and names its owner. We never write to another folder unless it is
empty. We never replace or remove a file that does not begin with `MARK`.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from neo4j_scenarios.errors import OutputError, Problem
from neo4j_scenarios.write import MARK, is_ours, says

MARKER: Final = ".neo4j-scenarios"

# Git on Windows turns line feeds into CR LF, unless attributes forbid it.
ATTRIBUTES: Final = ".gitattributes"

OWN: Final = frozenset({MARKER, ATTRIBUTES})

# The bytes at a file's start that show whether it is ours: a script's first line, and `MARK`.
_LONGEST_START: Final = 256

# A temporary file is named `.values.yaml.new`, beside the file that it becomes.
NEW: Final = ".new"


@dataclass(frozen=True)
class Changes:
    """How a folder differs from a tree. Paths are relative to the folder, in the order of the tree.

    orphaned: files that begin with `MARK` and are not in the tree.
    leftover: temporary files of a build that was killed.
    """

    missing: Sequence[str] = ()
    stale: Sequence[str] = ()
    unchanged: Sequence[str] = ()
    orphaned: Sequence[str] = ()
    leftover: Sequence[str] = ()

    @property
    def any(self) -> bool:
        """Whether the folder differs from the tree."""
        return bool(self.missing or self.stale or self.orphaned)


@dataclass(frozen=True)
class Tree:
    """The files that a folder must hold.

    owner: the source of the folder, one line, such as `fleet.yaml`. A folder of another owner is refused.
    files: texts by path.
    kept: whether a path that is not in `files` stays as it is, so that it is not an orphan.
    clusters: the cluster's name by path, for files that belong to one cluster.
    """

    owner: str
    files: Mapping[str, str]
    kept: Callable[[str], bool] = field(default=lambda _: False)
    clusters: Mapping[str, str] = field(default_factory=dict)


def compare(folder: Path, tree: Tree, *, force: bool = False) -> Changes:
    """Return how `folder` differs from `tree`. Only reads.

    force: accept a folder and files that are not ours. Raises OutputError with all obstacles.
    """
    try:
        present = dict(_present(folder))
        if present and not force:
            _refuse_foreign(folder, tree.owner, present)
        return _compared(folder, tree, present, force)
    except OSError as error:
        what = f"can't be read: {error.strerror}"
        raise OutputError(Problem(str(error.filename or folder), what, "name a readable folder")) from error


def _compared(folder: Path, tree: Tree, present: Mapping[str, bool], force: bool) -> Changes:
    missing, stale, unchanged = [], [], []
    problems: list[Problem] = []
    for path, text in tree.files.items():
        if path not in present:
            missing.append(path)
            problems += _blocked(folder, path, present)
            continue
        content = read(folder, path) if present[path] else None
        if content is not None and says(content, text):
            unchanged.append(path)
        else:
            stale.append(path)
            problems += _foreign(folder, path, content, force)
    if problems:
        raise OutputError(*dict.fromkeys(problems))
    others = [path for path in sorted(present.keys() - tree.files.keys()) if present[path] and path not in OWN]
    leftover = [path for path in others if _is_leftover(folder, path)]
    orphaned = [path for path in others if path not in leftover and not tree.kept(path) and _is_ours(folder, path)]
    return Changes(missing, stale, unchanged, orphaned, leftover)


def _present(folder: Path, below: str = "") -> Iterator[tuple[str, bool]]:
    """Yield all paths under the folder, each with whether it is a regular file. Links are not followed."""
    try:
        listing = list(os.scandir(folder / below if below else folder))
    except FileNotFoundError:
        if below:
            raise
        return
    for entry in listing:
        path = f"{below}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _present(folder, f"{path}/")
        else:
            yield path, entry.is_file(follow_symlinks=False)


def _refuse_foreign(folder: Path, owner: str, present: Mapping[str, bool]) -> None:
    if MARKER not in present:
        what = f"is not an output folder of neo4j-scenarios: it has files, but no {MARKER}"
        raise OutputError(Problem(str(folder), what, "name an empty or a new folder, or use this one with --force"))
    if not says(read(folder, MARKER), marker(owner)):
        what = f"is not the output folder of {owner}: its {MARKER} names another owner"
        raise OutputError(Problem(str(folder), what, "name another folder with -o, or take it over with --force"))


def attributes() -> str:
    """Return the text of `ATTRIBUTES`. With it, Git leaves the line feeds of all files as they are."""
    return f"{MARK}: the same bytes on every machine.\n* -text\n"


def marker(owner: str) -> str:
    """Return the text of `MARKER` in the folder of `owner`."""
    return f"{MARK}: this folder is the output of {owner}, and files in it that begin so are replaced.\n"


def _blocked(folder: Path, path: str, present: Mapping[str, bool]) -> Iterator[Problem]:
    parent = path.rpartition("/")[0]
    while parent:
        if parent in present:
            yield Problem(str(folder / parent), "is not a folder, but files must go into it", "move it away")
        parent = parent.rpartition("/")[0]
    if os.path.isdir(f"{folder}/{path}"):  # noqa: PTH112 - a path object would cost more than the call
        yield Problem(str(folder / path), "is a folder, but a file must go there", "move it away")


def _foreign(folder: Path, path: str, content: bytes | None, force: bool) -> Iterator[Problem]:
    if content is None:
        yield Problem(str(folder / path), "is not a regular file", "move it away")
    elif not force and not is_ours(content):
        what = f"was not written by neo4j-scenarios: it does not begin with {MARK!r}"
        yield Problem(str(folder / path), what, "move it away, or replace it with --force")


def read(folder: Path, path: str) -> bytes:
    """Return the content of a file of the folder."""
    with open(f"{folder}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - faster, for ten thousand files
        return file.readall()


def _is_ours(folder: Path, path: str) -> bool:
    with (folder / path).open("rb") as file:
        return is_ours(file.read(_LONGEST_START))


def _is_leftover(folder: Path, path: str) -> bool:
    name = path.rpartition("/")[2]
    if not (name.startswith(".") and name.endswith(NEW)):
        return False
    return not (folder / path).stat().st_size or _is_ours(folder, path)
