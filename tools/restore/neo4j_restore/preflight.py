"""Asks before the download what the swap will need: may each folder be moved, and is what lies in ours ours?

It reads and changes nothing, so `plan` asks the same. What it can't know, such as a disk that fails later, the swap
takes back.
"""

import fcntl
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from neo4j_restore import disk, trees
from neo4j_restore.errors import ConfigurationError, RestoreError, TargetOccupiedError, VolumeError
from neo4j_restore.moves import parts_present
from neo4j_restore.records import type_of
from neo4j_restore.spec import DatabaseName
from neo4j_restore.volume import Layout, parts_of

_FOLDERS = ("staging", "outgoing", "previous", "kept")
_FILES = ("receipt.json", "receipt.json.new", "journal.json", "journal.json.new", "lock")

# Source: linux/fs.h, FS_IOC_GETFLAGS of 64-bit machines, FS_IMMUTABLE_FL and FS_APPEND_FL.
_GET_FLAGS, _IMMUTABLE, _APPEND_ONLY = 0x80086601, 0x10, 0x20


@dataclass(frozen=True)
class Problem:
    """What would stop the swap, and the command that mends it. kind: the error that tells it.

    owned: what another user owns, which one command mends with all that is below it.
    """

    text: str
    mend: str
    kind: type[RestoreError] = VolumeError
    owned: Path | None = None


def check(
    layout: Layout, databases: tuple[DatabaseName, ...], *, incoming: Path | None = None, deletes: bool = False
) -> None:
    """Raise the error of whatever would stop the swap of `databases`; nothing is changed.

    incoming: the data folder that comes in, where it is there already. deletes: the live data is deleted first.
    Raises TargetOccupiedError for what is of the wrong type, ConfigurationError for another mount, VolumeError for what
    this user may not do. All that is wrong is told at once.
    """
    found = [*_home(layout), *_moves(layout, databases, incoming)]
    if deletes:
        found += _deletions(layout, databases)
    found = _gathered(found)
    if found:
        kinds = [each.kind for each in found]
        kind = next(each for each in (ConfigurationError, TargetOccupiedError, VolumeError) if each in kinds)
        message = f"the swap would fail: {'; '.join(dict.fromkeys(each.text for each in found))}"
        hint = f"nothing was downloaded or changed; mend it: {'; '.join(dict.fromkeys(each.mend for each in found))}"
        raise kind(message, hint=hint)


def _gathered(found: list[Problem]) -> list[Problem]:
    """Return the problems without those that the mending of another one mends as well."""
    owned = {each.owned for each in found if each.owned}
    return [each for each in found if not each.owned or owned.isdisjoint(each.owned.parents)]


def is_ours(top: Path) -> bool:
    """Tell whether every folder in `top` can be changed; true as well where nothing is there."""
    return all(map(_may_change, _folders(top)))


def _folders(top: Path) -> Iterator[Path]:
    """Yield the folder `top`, if there is one, and all below it that can be found, also those that can't be read."""
    if top.is_dir() and not top.is_symlink():
        yield top
        for folder, names, _ in trees.walk(top):
            yield from (folder / name for name in names)


def _home(layout: Layout) -> Iterator[Problem]:
    home = layout.home
    if not os.path.lexists(home):
        yield from _changeable(layout.data)
        return
    yield from _typed(home, stat.S_IFDIR)
    if home.is_dir():
        yield from _changeable(home)
    for names, kind in ((_FOLDERS, stat.S_IFDIR), (_FILES, stat.S_IFREG)):
        for path in (home / name for name in names):
            if os.path.lexists(path):
                yield from _typed(path, kind)
                yield from _sticky(path)
    for folder in _folders(layout.outgoing):
        # Whatever can't be read may be data.
        yield from _changeable(folder)
    if layout.outgoing.is_dir() and any(layout.outgoing.glob("*/*")):
        text = f"{layout.outgoing} holds what an earlier restore was about to replace"
        mend = f"move what is in it back below {layout.data} if it is missing there, then: rm -rf {layout.outgoing}"
        yield Problem(text, mend, TargetOccupiedError)
    receipt = home / "receipt.json"
    if receipt.is_file() and not disk.may(receipt, read=True):
        yield _denied(receipt, "read")


def _moves(layout: Layout, databases: tuple[DatabaseName, ...], incoming: Path | None) -> Iterator[Problem]:
    mounts = _mounts()
    tops = [layout.data, *([incoming] if incoming else [])]
    for top in tops:
        for name in ("databases", "transactions"):
            yield from _parent(top / name, layout, mounts)
        for part in parts_present(top, _parts(databases)):
            yield from _movable(top / part, layout, mounts)


def _parts(databases: Iterable[DatabaseName]) -> tuple[str, ...]:
    return tuple(part for database in databases for part in parts_of(database))


def _parent(folder: Path, layout: Layout, mounts: list[Path]) -> Iterator[Problem]:
    """Yield what keeps entries of `folder` from being made and removed; where it is not there it has to be made."""
    if not os.path.lexists(folder):
        yield from _changeable(folder.parent)
        return
    yield from _typed(folder, stat.S_IFDIR)
    if folder.is_dir() and not folder.is_symlink():
        yield from _changeable(folder)
        if _mount_of(folder, mounts) != _mount_of(layout.data, mounts) or _device(folder) != _device(layout.data):
            text = f"{folder} can't be reached by a rename from {layout.home}: it is another mount or file system"
            yield Problem(
                text, "mount one volume at DATA_DIR, with databases and transactions in it", ConfigurationError
            )


def _movable(folder: Path, layout: Layout, mounts: list[Path]) -> Iterator[Problem]:
    """Yield what keeps a folder from being moved to another one: that changes its entry `..`, so it is a write."""
    if folder.is_symlink():
        text = f"{folder} is a symbolic link, to {folder.readlink()}: a restore needs the folder itself there"
        mend = "stop Neo4j, remove the link and move the folder that it leads to into its place"
        yield Problem(text, mend, TargetOccupiedError)
        return
    yield from _typed(folder, stat.S_IFDIR)
    if not folder.is_dir():
        return
    inside = [mount for mount in mounts if mount.is_relative_to(folder.resolve())]
    if inside or _device(folder) != _device(layout.data):
        text = f"{folder} can't be moved: {inside[0] if inside else folder} is a mount point or file system of its own"
        mend = "mount one volume at DATA_DIR, and nothing at or below a database's folder (volumeMounts, subPath)"
        yield Problem(text, mend, TargetOccupiedError)
        return
    yield from _changeable(folder)
    yield from _sticky(folder)


def _deletions(layout: Layout, databases: tuple[DatabaseName, ...]) -> Iterator[Problem]:
    """Yield what keeps the live data from being deleted for room: a folder in it whose entries can't be removed."""
    for part in parts_present(layout.data, _parts(databases)):
        for folder in _folders(layout.data / part):
            if not disk.may(folder, read=True, search=True) or any(folder.iterdir()):
                yield from _changeable(folder)


def _typed(path: Path, kind: int) -> Iterator[Problem]:
    mode = path.lstat().st_mode
    if stat.S_IFMT(mode) != kind:
        text = f"{path} is {type_of(mode)}, expected {type_of(kind)} ({_about(path)})"
        yield Problem(text, f"mv {path} {path}.moved", TargetOccupiedError)


def _changeable(folder: Path) -> Iterator[Problem]:
    if flags := _flags(folder):
        text = f"{folder} can't be changed: it is immutable or append-only"
        yield Problem(text, f"chattr -{flags} {folder}")
    elif not _may_change(folder):
        yield _denied(folder, "change")


def _may_change(folder: Path) -> bool:
    """Tell whether this user may make and remove entries of a folder.

    `plan` may have the volume read-only (as `helm test` mounts it): then the mode bits alone tell what `run` may do.
    """
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
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


def _sticky(path: Path) -> Iterator[Problem]:
    """Yield a problem if the sticky bit of the folder above keeps what is at `path` from being moved."""
    parent, me = path.parent.stat(), os.geteuid()
    if parent.st_mode & stat.S_ISVTX and me not in {0, parent.st_uid, path.lstat().st_uid}:
        text = f"{path} can't be moved by uid {me}: {path.parent} has the sticky bit ({_about(path)})"
        yield Problem(text, f"chmod -t {path.parent}")


def _denied(path: Path, what: str) -> Problem:
    text = f"uid {os.geteuid()} may not {what} {path} ({_about(path)})"
    mend = f"as root: chown -R {os.geteuid()}:{os.getegid()} {path}, or set the pod's fsGroup"
    return Problem(text, mend, owned=path)


def _about(path: Path) -> str:
    status = path.lstat()
    return f"owner {status.st_uid}:{status.st_gid}, mode {stat.S_IMODE(status.st_mode):04o}"


def _flags(folder: Path) -> str:
    """Return the flags, as chattr has them, that keep a folder from being changed; none where they can't be read."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return ""
    try:
        flags = int.from_bytes(fcntl.ioctl(descriptor, _GET_FLAGS, bytes(8))[:4], "little")
    except OSError:
        # Not every file system has them.
        return ""
    finally:
        os.close(descriptor)
    return ("i" if flags & _IMMUTABLE else "") + ("a" if flags & _APPEND_ONLY else "")


def _device(path: Path) -> int:
    return path.stat().st_dev


def _mount_of(path: Path, mounts: list[Path]) -> Path:
    above = [mount for mount in mounts if path.resolve().is_relative_to(mount)]
    return max(above, key=lambda mount: len(mount.parts), default=Path("/"))


def _mounts() -> list[Path]:
    """Return the mount points that this process sees. Source: proc_pid_mountinfo(5)."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return []
    return [Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), line.split()[4])) for line in lines]
