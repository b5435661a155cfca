"""Whether this user may change a folder and move what is in it, as the kernel will judge it. Changes nothing."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from neo4j_restore import disk
from neo4j_restore.errors import ConfigurationError, RestoreError, VolumeError
from neo4j_restore.volume.mounts import flags


@dataclass(frozen=True)
class Problem:
    """Something that would stop the swap. mend: the command that repairs it. kind: the error to raise.

    owned: a path of another user. The command for it repairs everything below it as well.
    """

    text: str
    mend: str
    kind: type[RestoreError] = VolumeError
    owned: Path | None = None


def change_problems(folder: Path) -> Iterator[Problem]:
    """Yield what prevents this user from making and removing entries of a folder."""
    if set_flags := flags(folder):
        text = f"cannot change {folder}: it is immutable or append-only"
        yield Problem(text, f"chattr -{set_flags} {folder}")
    elif not may_change(folder):
        yield denied(folder, "change")


def may_change(folder: Path) -> bool:
    """Return whether this user may make and remove entries of a folder."""
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        # `plan` may have the volume mounted read-only, as in `helm test`. The kernel then refuses every write, so only
        # the mode bits show what `run` may do.
        return _by_mode(folder.stat())
    return disk.may(folder, read=True, write=True, search=True)


def _by_mode(status: os.stat_result) -> bool:
    if os.geteuid() == 0:
        return True
    if status.st_uid == os.geteuid():
        return status.st_mode & stat.S_IRWXU == stat.S_IRWXU
    if status.st_gid in {os.getegid(), *os.getgroups()}:
        return status.st_mode & stat.S_IRWXG == stat.S_IRWXG
    return status.st_mode & stat.S_IRWXO == stat.S_IRWXO


def owner_problems(path: Path) -> Iterator[Problem]:
    """Yield a problem if Neo4j runs as another user: it could not read the new file, which only its owner may read."""
    owner, me = path.lstat().st_uid, os.geteuid()
    if me not in {0, owner}:
        text = f"{path} belongs to uid {owner}, and uid {me} would replace it by a file that only uid {me} may read"
        yield Problem(text, f"run the container as Neo4j's user (runAsUser: {owner})", ConfigurationError)


def sticky_problems(path: Path) -> Iterator[Problem]:
    """Yield a problem if the sticky bit of the parent folder prevents `path` from being moved."""
    # In such a folder only root and the owners of the folder and of the entry may rename it. Source: rename(2), EPERM.
    parent, me = path.parent.stat(), os.geteuid()
    if parent.st_mode & stat.S_ISVTX and me not in {0, parent.st_uid, path.lstat().st_uid}:
        text = f"uid {me} cannot move {path}: {path.parent} has the sticky bit ({owner_and_mode(path)})"
        yield Problem(text, f"chmod -t {path.parent}")


def denied(path: Path, action: str) -> Problem:
    """Return the problem that this user may not do something with a path. action: a verb."""
    text = f"uid {os.geteuid()} may not {action} {path} ({owner_and_mode(path)})"
    mend = f"as root: chown -R {os.geteuid()}:{os.getegid()} {path}, or set the pod's fsGroup"
    return Problem(text, mend, owned=path)


def owner_and_mode(path: Path) -> str:
    """Return who owns a path, and its mode, for messages."""
    status = path.lstat()
    return f"owner {status.st_uid}:{status.st_gid}, mode {stat.S_IMODE(status.st_mode):04o}"
