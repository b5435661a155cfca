"""A volume that is full or fails, at any of its changes: told by exit code, the old data whole, and then restored."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from tests.faults import forks
from tests.faults.cases import CASES, Case
from tests.faults.conftest import MakePod, some
from tests.faults.forks import Ended
from tests.faults.pods import Pod, make_pod
from tests.faults.table import everything, tally


@dataclass(frozen=True)
class Error:
    """An error of the operating system, the exit code it is told by, and the changes that may meet it."""

    number: int
    code: int
    names: tuple[str, ...]


_MAKING = ("open", "write", "mkdir", "rename", "replace", "fsync", "fdatasync")

ERRORS = {
    "ENOSPC": Error(errno.ENOSPC, 13, _MAKING),
    "EIO": Error(errno.EIO, 14, (*_MAKING, "unlink", "rmdir")),
}

# The same steps as those of dumps, with more files.
_TRIED = [case for case in CASES if case.form != "archive"]

_FULL = [
    case
    for case in CASES
    if case.name in {"a directory, once, the previous generation kept", "a dump, once, over old data"}
]


def assert_told(volume: Pod, ended: Ended, code: int) -> dict[str, Any]:
    """Fail unless the command ended with `code`, and the pod's termination message says so. Return that message."""
    message: dict[str, Any] = json.loads((volume.top / "reason").read_text())
    assert (ended.code, message["code"]) == (code, code), str(ended)
    assert message["hint"]
    return message


def assert_warned(volume: Pod, ended: Ended) -> None:
    """Fail unless the new data is live, so that the error was in housekeeping, and a warning tells of it."""
    assert volume.holds_new(), f"ended well without the new data: {ended}"
    assert "warning: " in ended.said, str(ended)


def assert_cleaned(volume: Pod) -> None:
    """Fail if there is something staged that no later start will use."""
    assert volume.journal() or not (volume.home / "staging").exists(), "staging was left on the full volume"


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("case", _TRIED, ids=[case.name for case in _TRIED])
def test_an_error_at_any_change_is_told_and_the_next_start_restores(case: Case, name: str, pod: MakePod) -> None:
    volume, error = pod(case), ERRORS[name]
    made = volume.cut().changes
    fault = {"kind": "fail", "error": error.number, "names": error.names}
    numbers = [number for number, change in enumerate(made) if change in error.names]
    with tally(f"{name} at a change of the volume") as tries:
        for number in (numbers[each] for each in some(len(numbers), f"{name} {case.name}", 4)):
            # A disk that failed once may work again; a full one stays full.
            lasts = number % 2 == 0
            with tries.attempt(
                f"{case.name}, at change {number}, {made[number]}, {'and all later' if lasts else 'once'}"
            ):
                volume.lay()
                ended = volume.cut({**fault, "at": number, "lasts": lasts})
                if ended.code == 0:
                    assert_warned(volume, ended)
                else:
                    assert_told(volume, ended, error.code)
                    volume.assert_old_or_goes_on()
                    if not lasts:
                        assert_cleaned(volume)
                volume.assert_recovers()


# Fills the volume behind the back of the restore, once it has looked for room: neo4j-admin is asked its version then.
_FILLS = """\
#!/bin/sh
if [ "$1" = --version ] && [ -e "{top}/room" ]; then
    free() {{ echo $(( $(stat -f -c "$1" "{data}") - $(cat "{top}/room") )); }}
    case $(cat "{top}/kind") in
    bytes) head -c "$(free '%a * %S')" /dev/zero >"{data}/ballast" ;;
    files) mkdir "{data}/ballast" && cd "{data}/ballast" && touch $(seq "$(free %d)") ;;
    esac
fi
exec "$0-real" "$@"
"""


@contextmanager
def small_volume(case: Case, top: Path) -> Iterator[Pod]:
    """Make the pod of a case on a tmpfs of its own, which the command has at DATA_DIR in a mount namespace."""
    (top / "data").mkdir(parents=True)
    mount = 'mount -t tmpfs -o size=32m,nr_inodes=400 tmpfs "$1" && shift && exec "$@"'
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    with forks.forks(top / "forks", "unshare", *user, "--mount", "sh", "-c", mount, "sh", str(top / "data")) as forking:
        volume = make_pod(case, forking, top, Path(f"/proc/{forking.process.pid}/root"))
        assert os.statvfs(volume.data).f_files == 400, "no small volume was mounted"
        admin = top / "neo4j" / "bin" / "neo4j-admin"
        admin.rename(f"{admin}-real")
        admin.write_text(_FILLS.format(top=top, data=top / "data"))
        admin.chmod(0o755)
        yield volume


def make_room(volume: Pod) -> None:
    """Take the ballast from the volume, and let nothing fill it again."""
    (volume.top / "room").unlink()
    ballast = volume.data / "ballast"
    rmtree(ballast) if ballast.is_dir() else ballast.unlink()


@pytest.mark.parametrize(("kind", "step"), [("bytes", 4096), ("files", 1)], ids=["bytes", "files"])
@pytest.mark.parametrize("case", _FULL, ids=[case.name for case in _FULL])
def test_a_volume_that_fills_up_keeps_the_old_data_until_there_is_room(
    case: Case, kind: str, step: int, tmp_path: Path
) -> None:
    phases = set()
    with small_volume(case, tmp_path / "pod") as volume, tally(f"a tmpfs out of {kind}") as tries:
        (volume.top / "kind").write_text(kind)
        for room in count(0, step if everything() else 4 * step):
            volume.lay()
            (volume.top / "room").write_text(str(room))
            ended = volume.cut()
            make_room(volume)
            if ended.code == 0:
                break
            with tries.attempt(f"{case.name}, with room for {room} {kind}"):
                phases.add(assert_told(volume, ended, 13)["phase"])
                volume.assert_old_or_goes_on()
                assert_cleaned(volume)
                volume.assert_recovers()
    assert phases >= {"stage"}, "the volume never filled up in the middle"
