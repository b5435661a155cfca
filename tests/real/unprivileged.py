"""Runs programs of the tests as a pod does, without root's rights, also where the tests themselves run as root."""

import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]

# The user of the Neo4j images, who need not have an account on this machine.
UID = 7474

_EVERYONE_MAY_PASS = 0o001


def unprivileged(argv: Sequence[str | Path], *needs: Path) -> list[str]:
    """Return an argv that runs `argv` without root's rights: `argv` itself unless root runs the tests.

    needs: folders it must reach beside this checkout and Python. Those below a folder closed to others, such as
    /root, are shown to it in a mount namespace of its own. The machine's own folders stay as they are.
    """
    command = [str(part) for part in argv]
    if os.geteuid() != 0:
        return command
    drop = ["setpriv", "--reuid", str(UID), "--regid", str(UID), "--clear-groups", "--no-new-privs", "--", *command]
    shut_in = {path: closed for path in _reached(needs) if (closed := _closed_parent(path))}
    return ["unshare", "--mount", "sh", "-c", _open(shut_in), "sh", *drop] if shut_in else drop


def give(path: Path) -> Path:
    """Make `path`, and what is below it, the unprivileged user's, and let it pass through the folder above."""
    if os.geteuid() == 0:
        path.parent.chmod(path.parent.stat().st_mode | _EVERYONE_MAY_PASS)
        for each in (path, *path.rglob("*")):
            os.chown(each, UID, UID, follow_symlinks=False)
    return path


def _reached(needs: Iterable[Path]) -> set[Path]:
    java = [Path(os.environ["JAVA_HOME"])] if "JAVA_HOME" in os.environ else []
    needed = list(needs)
    # A Neo4j home may have a link to the Java that it runs on.
    java += [path / "java" for path in needed]
    reached = {path.resolve() for path in (ROOT, Path(sys.base_prefix), *java, *needed) if path.is_dir()}
    return {path for path in reached if not reached.intersection(path.parents)}


def _closed_parent(path: Path) -> Path | None:
    return next((up for up in reversed(path.parents) if not up.stat().st_mode & _EVERYONE_MAY_PASS), None)


def _open(shut_in: dict[Path, Path]) -> str:
    """Return shell lines that put an open, empty folder over each closed one, and what is needed back in its place."""
    return "\n".join(["set -e", "mount -t tmpfs tmpfs /mnt", *_lines(shut_in), 'exec "$@"'])


def _lines(shut_in: dict[Path, Path]) -> Iterator[str]:
    kept = {shlex.quote(str(path)): f"/mnt/{number}" for number, path in enumerate(shut_in)}
    yield from (f"mkdir {at}; mount --bind {path} {at}" for path, at in kept.items())
    yield from (f"mount -t tmpfs -o mode=755 tmpfs {shlex.quote(str(closed))}" for closed in {*shut_in.values()})
    yield from (f"mkdir -p {path}; mount --move {at} {path}" for path, at in kept.items())
