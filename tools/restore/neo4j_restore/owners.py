"""Who owns the files on the volume. A container that runs as root gives them to the user that Neo4j runs as."""

import os
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from pathlib import Path

from neo4j_restore import trees
from neo4j_restore.errors import VolumeError

# Source: the Dockerfiles of the Neo4j images from 4.0 on.
NEO4J_ID = 7474


def inherit_owner(path: Path) -> None:
    """As root, give a new file or folder to the owner of its parent: the next start may run as another user."""
    if os.geteuid() != 0:
        return
    status = path.parent.stat()
    # If root may not give files away, `check_giving` has refused the restore already.
    with suppress(PermissionError):
        _give(path, status.st_uid, status.st_gid)


def give_to_owner(volume: Path, top: Path, folders: Iterable[str] = ("databases", "transactions")) -> None:
    """As root, give everything below `top`, and Neo4j's `folders`, to the user that Neo4j runs as.

    That is the volume's owner. If root owns the volume, it is 7474, the user of Neo4j's images.
    """
    if os.geteuid() != 0:
        return
    owner, group = _owner(volume)
    for name in folders:
        (volume / name).mkdir(exist_ok=True)
        _give(volume / name, owner, group)
    for path in (folder / name for folder, _, names in trees.walk(top) for name in ("", *names)):
        _give(path, owner, group)


def give_home(volume: Path, home: Path) -> None:
    """As root, give our folder and its contents, two levels deep, to the user that Neo4j runs as.

    Earlier versions left their own files and folders to root, and the next start may run as another user. Databases lie
    deeper. They were given to that user before they were swapped in.
    """
    if not home.is_symlink():
        give(volume, chain([home], home.glob("*"), home.glob("*/*")))


def give(volume: Path, paths: Iterable[Path]) -> None:
    """As root, give files or folders of ours to the user that Neo4j runs as."""
    if os.geteuid() != 0:
        return
    owner, group = _owner(volume)
    # If root may not give files away, `check_giving` has refused the restore already.
    with suppress(PermissionError):
        for path in paths:
            _give(path, owner, group)


def check_giving(volume: Path, home: Path) -> None:
    """As root, raise VolumeError if files can't be given to Neo4j's user. Called before anything is fetched."""
    if os.geteuid() != 0:
        return
    owner, group = _owner(volume)
    probe = home / "probe"
    probe.touch()
    try:
        _give(probe, owner, group)
    except PermissionError as error:
        message = f"root may not give files on the volume at {volume} to {owner}:{group}, the user that Neo4j runs as"
        hint = f"run the container as the volume's owner (runAsUser: {owner}), or with the capability CHOWN"
        raise VolumeError(message, hint=hint) from error
    finally:
        probe.unlink()


def _owner(volume: Path) -> tuple[int, int]:
    status = volume.stat()
    return status.st_uid or NEO4J_ID, status.st_gid or NEO4J_ID


def _give(path: Path, owner: int, group: int) -> None:
    """Give one file away. A file system on which one user owns all files needs no right for it."""
    status = path.lstat()
    if (status.st_uid, status.st_gid) != (owner, group):
        os.chown(path, owner, group, follow_symlinks=False)
