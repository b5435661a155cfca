"""Checks before the download what the swap will need: that each folder may be moved, and that our folder is ours.

It only reads, so `plan` runs the same checks. What it can't know, such as a disk that fails later, makes the swap fail,
and the swap is then undone.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from neo4j_restore import disk, trees
from neo4j_restore.errors import ConfigurationError, TargetOccupiedError, VolumeError
from neo4j_restore.planning import permissions
from neo4j_restore.planning.permissions import Problem
from neo4j_restore.spec import DatabaseName
from neo4j_restore.volume.mounts import device, mount_of, mount_points
from neo4j_restore.volume.moves import parts_present
from neo4j_restore.volume.paths import AUTH_FILES, CLUSTER_STATE, VolumePaths, folders_of
from neo4j_restore.volume.records import type_of

_FOLDERS = ("staging", "outgoing", "previous", "kept")
_FILES = ("receipt.json", "receipt.json.new", "journal.json", "journal.json.new", "lock", "inconsistencies.report")


def check(
    paths: VolumePaths,
    databases: tuple[DatabaseName, ...],
    *,
    incoming: Path | None = None,
    deletes: bool = False,
    auth_files: bool = False,
) -> None:
    """Raise one error with everything that would stop the swap of `databases`. Changes nothing.

    incoming: the data folder to swap in, if it exists already. deletes: the live data is deleted first.
    auth_files: those of Neo4j 3.x are swapped as well.
    Raises TargetOccupiedError for a wrong type of file, ConfigurationError for another mount, VolumeError for a missing
    permission. Of several problems the first kind in this order counts: ConfigurationError, TargetOccupiedError,
    VolumeError.
    """
    problems = [*_home(paths), *_moves(paths, databases, incoming)]
    if auth_files:
        problems += _auth_files(paths, incoming)
    if deletes:
        problems += _deletions(paths, databases)
    problems = _gathered(problems)
    if problems:
        kinds = [problem.kind for problem in problems]
        kind = next(each for each in (ConfigurationError, TargetOccupiedError, VolumeError) if each in kinds)
        message = f"the swap would fail: {'; '.join(dict.fromkeys(problem.text for problem in problems))}"
        steps = "; ".join(dict.fromkeys(problem.mend for problem in problems))
        raise kind(message, hint=f"nothing was downloaded or changed. To repair it: {steps}")


def _gathered(problems: list[Problem]) -> list[Problem]:
    """Return the problems without those that the command for another one repairs as well."""
    owned = {problem.owned for problem in problems if problem.owned}
    # `chown -R` of a folder covers what is below it. Without this a tree of root would give a line for each folder.
    return [problem for problem in problems if not problem.owned or owned.isdisjoint(problem.owned.parents)]


def is_ours(top: Path) -> bool:
    """Return whether every folder in `top` can be changed: also true if nothing is there."""
    return all(map(permissions.may_change, _folders(top)))


def _folders(top: Path) -> Iterator[Path]:
    """Yield the folder `top`, if it exists, and all folders below it, including those that can't be read."""
    if top.is_dir() and not top.is_symlink():
        yield top
        for folder, names, _ in trees.walk(top):
            yield from (folder / name for name in names)


def _home(paths: VolumePaths) -> Iterator[Problem]:
    home = paths.home
    if not os.path.lexists(home):
        # The restore will have to make it.
        yield from permissions.change_problems(paths.data)
        return
    yield from _typed(home, stat.S_IFDIR)
    if home.is_dir():
        yield from permissions.change_problems(home)
    for names, kind in ((_FOLDERS, stat.S_IFDIR), (_FILES, stat.S_IFREG)):
        for path in (home / name for name in names):
            if os.path.lexists(path):
                yield from _typed(path, kind)
                yield from permissions.sticky_problems(path)
    for folder in _folders(paths.outgoing):
        # A folder that can't be read may hold a database, so the glob below could miss one.
        yield from permissions.change_problems(folder)
    if paths.outgoing.is_dir() and any(paths.outgoing.glob("*/*")):
        # A restore deletes this folder at its end, and this may be the only copy of the data.
        text = f"{paths.outgoing} holds data that an earlier restore was about to replace"
        mend = f"move back below {paths.data} what is missing there, then run: rm -rf {paths.outgoing}"
        yield Problem(text, mend, TargetOccupiedError)
    receipt = home / "receipt.json"
    # It has to be read before it is written: otherwise the requests that it lists would be forgotten.
    if receipt.is_file() and not disk.may(receipt, read=True):
        yield permissions.denied(receipt, "read")


def _moves(paths: VolumePaths, databases: tuple[DatabaseName, ...], incoming: Path | None) -> Iterator[Problem]:
    mounts = mount_points()
    tops = [paths.data, *([incoming] if incoming else [])]
    for top in tops:
        for name in ("databases", "transactions"):
            yield from _parent(top / name, paths, mounts)
        for part in parts_present(top, _parts(databases)):
            yield from _movable(top / part, paths, mounts)
        if os.path.lexists(top / CLUSTER_STATE):
            yield from permissions.change_problems(top)
            yield from _movable(top / CLUSTER_STATE, paths, mounts)


def _parts(databases: Iterable[DatabaseName]) -> tuple[str, ...]:
    return tuple(part for database in databases for part in folders_of(database))


def _parent(folder: Path, paths: VolumePaths, mounts: list[Path]) -> Iterator[Problem]:
    """Yield what prevents entries of `folder` from being made and removed, or `folder` itself from being made."""
    if not os.path.lexists(folder):
        yield from permissions.change_problems(folder.parent)
        return
    yield from _typed(folder, stat.S_IFDIR)
    if folder.is_dir() and not folder.is_symlink():
        yield from permissions.change_problems(folder)
        # Both are asked: two mounts of one file system have the same device, and a mount may be missing in the table.
        if mount_of(folder, mounts) != mount_of(paths.data, mounts) or device(folder) != device(paths.data):
            text = f"nothing can be renamed from {paths.home} to {folder}: it is another mount or file system"
            yield Problem(
                text, "mount one volume at DATA_DIR, with databases and transactions in it", ConfigurationError
            )


def _movable(folder: Path, paths: VolumePaths, mounts: list[Path]) -> Iterator[Problem]:
    """Yield what prevents a folder from being moved to another one."""
    if folder.is_symlink():
        text = f"{folder} is a symbolic link to {folder.readlink()}: a restore needs the folder itself there"
        mend = "stop Neo4j, remove the link and move the folder that it leads to into its place"
        yield Problem(text, mend, TargetOccupiedError)
        return
    yield from _typed(folder, stat.S_IFDIR)
    if not folder.is_dir():
        return
    inside = [mount for mount in mounts if mount.is_relative_to(folder.resolve())]
    if inside or device(folder) != device(paths.data):
        text = f"cannot move {folder}: {inside[0] if inside else folder} is a mount point or file system of its own"
        mend = "mount one volume at DATA_DIR, and nothing at or below a database's folder (volumeMounts, subPath)"
        yield Problem(text, mend, TargetOccupiedError)
        return
    # Moving a folder to another parent changes its entry `..`, so the kernel wants write permission on the folder too.
    yield from permissions.change_problems(folder)
    yield from permissions.sticky_problems(folder)


def _auth_files(paths: VolumePaths, incoming: Path | None) -> Iterator[Problem]:
    mounts = mount_points()
    for top in (paths.data, *([incoming] if incoming else [])):
        yield from _parent(top / "dbms", paths, mounts)
        for path in (top / part for part in AUTH_FILES):
            if os.path.lexists(path):
                yield from _typed(path, stat.S_IFREG)
                yield from permissions.sticky_problems(path)
                yield from permissions.owner_problems(path)
            if path in mounts:
                text = f"cannot move {path}: it is a mount point"
                yield Problem(text, "mount no file into DATA_DIR, or unset AUTH_FILES", TargetOccupiedError)


def _deletions(paths: VolumePaths, databases: tuple[DatabaseName, ...]) -> Iterator[Problem]:
    """Yield what prevents the live data from being deleted for room: folders whose entries can't be removed."""
    for part in parts_present(paths.data, _parts(databases)):
        for folder in _folders(paths.data / part):
            # An empty folder is removed by a right to its parent alone.
            if not disk.may(folder, read=True, search=True) or any(folder.iterdir()):
                yield from permissions.change_problems(folder)


def _typed(path: Path, kind: int) -> Iterator[Problem]:
    mode = path.lstat().st_mode
    if stat.S_IFMT(mode) != kind:
        text = f"{path} is {type_of(mode)}, expected {type_of(kind)} ({permissions.owner_and_mode(path)})"
        yield Problem(text, f"mv {path} {path}.moved", TargetOccupiedError)
