"""A volume that strangers changed: nothing of it gets a restore stuck, and no healthy server is kept from starting.

Foreign owner: parts of the volume are root's, and the restore runs as Neo4j's user. Foreign state: in the place of
one of our files or folders lies something else. Each ends in the new data, or in an error that left the old data
alone. Then a start that leaves data alone ends well, and with the stranger's part mended a restore does.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from tests.faults import forks
from tests.faults.cases import CASES, Case
from tests.faults.conftest import MakePod
from tests.faults.forks import Forks
from tests.faults.pods import Pod, make_pod
from tests.faults.table import everything, tally
from tests.real.unprivileged import give, unprivileged
from tests.support.archives import write_files
from tests.support.servers import unix_socket
from tests.support.skips import root_only

_NAMES = {
    "an archive, once, over old data",
    "a directory, once, the previous generation kept",
    "a dump, the old data deleted first",
    "a rollback",
}
_TRIED = [case for case in CASES if case.name in _NAMES]
_IDS = [case.name for case in _TRIED]

_LEAVE_ALONE = {"FORCE_OVERWRITE": "false", "SPACE_MODE": "keep"}


def chosen(names: list[str], case: Case, count: int) -> list[str]:
    """Return all names in the full run, else some."""
    return names if everything() else Random(case.name).sample(names, min(count, len(names)))  # noqa: S311


def assert_not_stuck(volume: Pod, *, code: int = 0) -> None:
    """Run the case's command on what a stranger left. Fail unless the outcome is whole and no later start is stuck.

    code: of a start with nothing to do.
    """
    ended = volume.cut()
    # A rollback whose generation a stranger took away has nothing to go back to.
    known = {0, 10, 12, 14} if volume.case.command == "rollback" else {0, 12, 14}
    assert ended.code in known, str(ended)
    if ended.code:
        assert volume.holds_live("before"), f"an error, and not the old data: {ended}"
        assert "try: " in ended.said
    else:
        assert volume.holds_new(), f"no error, and not the new data: {ended}"
    healthy = volume.run(settings=_LEAVE_ALONE)
    assert healthy.code == code, f"with nothing to do: {healthy}"


def assert_restores(volume: Pod) -> None:
    """Fail unless the command restores, now that the volume is mended."""
    ended = volume.cut()
    assert (ended.code, volume.holds_new()) == (0, True), f"mended: {ended}"


@pytest.fixture(scope="session")
def as_neo4j(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """Run a forking process as Neo4j's user."""
    folder = tmp_path_factory.mktemp("forks-as-neo4j")
    with forks.forks(give(folder), *unprivileged([], folder.parent)) as running:
        yield running


OWNED = [
    ".",
    ".neo4j-restore",
    "databases",
    "transactions",
    "databases/neo4j",
    "transactions/neo4j",
    "databases/neo4j/schema",
    ".neo4j-restore/previous",
    ".neo4j-restore/previous/databases",
    ".neo4j-restore/previous/databases/neo4j",
    ".neo4j-restore/receipt.json",
    ".neo4j-restore/history.jsonl",
    ".neo4j-restore/lock",
    ".neo4j-restore/staging",
    ".neo4j-restore/kept",
    ".neo4j-restore/outgoing",
]
MODES = {"": 0o755, " closed": 0o700, " sticky": 0o1777}
# What Neo4j can't read either is no healthy server's.
WHAT = [f"{name}{mode}" for name in OWNED for mode in MODES if mode != " closed" or name.startswith(".neo4j")]

_LEFT = {".json": '{"format": 1, "last": {}, "wishes": {}}', ".jsonl": '{"restore_id": "x"}\n'}


def to_root(top: Path, name: str, mode: int) -> None:
    """Make what is at `name` root's, with all below it. A folder that is not there is made, with a file in it."""
    path = top / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() and path.suffix:
        path.write_text(_LEFT[path.suffix])
    elif not path.exists() and path.name == "lock":
        path.touch()
    elif not path.exists():
        write_files(path, {"data/file": b""})
    for each in [path, *path.rglob("*")] if name != "." else [path]:
        os.chown(each, 0, 0)
        each.chmod(mode if each.is_dir() else 0o644)


@root_only
@pytest.mark.parametrize("case", _TRIED, ids=_IDS)
def test_a_foreign_owner_is_told_or_does_no_harm(case: Case, as_neo4j: Forks, tmp_path: Path) -> None:
    volume = make_pod(case, as_neo4j, tmp_path / "pod", hand_over=give)
    with tally("foreign owner") as tries:
        for what in chosen(WHAT, case, 6):
            name, _, mode = what.partition(" ")
            volume.lay()
            give(volume.data)
            with tries.attempt(f"{case.name}: {what}"):
                to_root(volume.data, name, MODES[mode and f" {mode}"])
                # Where nobody can look for a journal, nobody knows whether a swap is half done.
                assert_not_stuck(volume, code=14 if what == ".neo4j-restore closed" else 0)
                give(volume.data)
                for folder in [volume.data, *(each for each in volume.data.rglob("*") if each.is_dir())]:
                    folder.chmod(0o755)
                shutil.rmtree(volume.home / "outgoing", ignore_errors=True)
                assert_restores(volume)


_RECORD = {"restore_id": "x", "restored": [{"database": "neo4j", "wish": "x"}], "finished": "now"}

KINDS: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "an empty file": Path.touch,
    "a link to a folder": lambda path: path.symlink_to(path.parents[2]),
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a FIFO": os.mkfifo,
    "a socket": unix_socket,
    "deep JSON": lambda path: path.write_bytes(b"[" * 50_000),
    "no UTF-8": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "other JSON": lambda path: path.write_text(json.dumps({"format": 1, "last": {"removed": 7}, "wishes": 5})),
    "a later format": lambda path: path.write_text(json.dumps({"format": 99})),
    "ten megabytes": lambda path: path.write_bytes(b"a" * 10_000_000),
}
NAMES = [
    "receipt.json",
    "receipt.json.new",
    "journal.json",
    "journal.json.new",
    "history.jsonl",
    "history.jsonl.new",
    "lock",
    "staging",
    "outgoing",
    "previous",
    "kept",
    "discarded-1",
]


def remove(path: Path) -> None:
    """Remove whatever is there."""
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)


@pytest.mark.parametrize("case", _TRIED, ids=_IDS)
def test_foreign_state_is_told_or_does_no_harm(case: Case, pod: MakePod) -> None:
    volume = pod(case)
    with tally("foreign state") as tries:
        for what in chosen([f"{name}: {kind}" for name in NAMES for kind in KINDS], case, 8):
            name, _, kind = what.partition(": ")
            volume.lay()
            volume.home.mkdir(exist_ok=True)
            path = volume.home / name
            remove(path)
            KINDS[kind](path)
            with tries.attempt(f"{case.name}: {what}"):
                assert_not_stuck(volume, code=12 if name == "journal.json" else 0)
                # Of the receipt a rollback has which databases it is about, and of the generation what to put back.
                volume.lay()
                remove(path)
                if case.command != "rollback" or name not in {"receipt.json", "previous"}:
                    assert_restores(volume)
