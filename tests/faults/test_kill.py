"""Killed at any change of the volume, or at any instant, the next start finds the old data, or completes the new."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from tests.faults.cases import CASES, Case
from tests.faults.conftest import MakePod, some
from tests.faults.forks import Ended
from tests.faults.pods import Pod
from tests.faults.table import everything, tally
from tests.support import standin
from tests.support.patience import HANGS_AFTER_SECONDS, until

_KILLED = -signal.SIGKILL

_COMMAND = Path(sys.executable).with_name("neo4j-restore")

_OVER_OLD_DATA = next(case for case in CASES if case.name == "an archive, once, over old data")
_MIGRATED = next(case for case in CASES if case.form == "older")
_CHECKED = next(case for case in CASES if case.name == "an archive, checked, once, over old data")


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_killed_before_any_change_the_volume_is_old_or_becomes_new(case: Case, pod: MakePod) -> None:
    volume = pod(case)
    made = volume.cut().changes
    volume.assert_done()
    with tally("SIGKILL at a change of the volume") as tries:
        for number in some(len(made), case.name, 4):
            with tries.attempt(f"{case.name}, before change {number}, {made[number]}"):
                volume.lay()
                assert volume.cut({"kind": "kill", "at": number}).code == _KILLED
                volume.assert_old_or_goes_on()
                volume.assert_recovers()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_recovering_may_be_killed_as_well_and_again(case: Case, pod: MakePod) -> None:
    volume, random = pod(case), Random(case.name)  # noqa: S311
    made = volume.cut().changes
    with tally("SIGKILL in a restore, and again in each start after it") as tries:
        for _ in range(20 if everything() else 1):
            volume.lay()
            numbers = [random.randrange(len(made)) for _ in range(4)]
            with tries.attempt(f"{case.name}, before the changes {numbers}"):
                for number in numbers:
                    # A start with less to do may end before it comes to that change.
                    assert volume.cut({"kind": "kill", "at": number}).code in {0, _KILLED}
                    volume.assert_old_or_goes_on()
                volume.assert_recovers()


@contextmanager
def real_process(volume: Pod) -> Iterator[subprocess.Popen[bytes]]:
    """Run the real command on the volume, from when it holds the volume's lock file on."""
    with (volume.top / "said").open("wb") as said:
        process = subprocess.Popen([_COMMAND, "run"], env=volume.environment, stdout=said, stderr=said)
        try:
            wait_for(volume.home / "lock", process)
            yield process
        finally:
            process.kill()
            process.wait()


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until a file is there."""
    until(lambda: path.exists() or process.poll() is not None, str(path))
    assert path.exists(), "it ended too early"


def start_until_it_works(volume: Pod) -> None:
    """Start again and again as a kubelet does while neo4j-admin, which outlived us, works on."""
    deadline = time.monotonic() + HANGS_AFTER_SECONDS
    while (ended := volume.run()).code:
        assert_refused(ended)
        assert time.monotonic() < deadline, "it is refused for ever"


def assert_refused(ended: Ended) -> None:
    """Check that a start was kept away by the process that holds the volume."""
    assert ended.code == 12, str(ended)
    assert "another neo4j-restore is using" in ended.said


def test_the_real_process_is_killed_at_random_instants(pod: MakePod) -> None:
    volume, random = pod(_OVER_OLD_DATA), Random(4)  # noqa: S311
    slow_admin(volume, 0.2)
    began = time.monotonic()
    with real_process(volume) as process:
        assert process.wait(HANGS_AFTER_SECONDS) == 0
    whole = time.monotonic() - began
    with tally("SIGKILL from outside, at a random instant") as tries:
        for number in range(60 if everything() else 4):
            volume.lay()
            with tries.attempt(f"try {number}"):
                with real_process(volume) as process:
                    kill_within(process, random.uniform(0, whole))
                volume.assert_old_or_goes_on()
                start_until_it_works(volume)
                volume.assert_recovers()


def kill_within(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Kill a process after so long, if it has not ended by then."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def slow_admin(volume: Pod, seconds: float) -> Path:
    """Let neo4j-admin work for so long, or until a file `go` is in its home, which is returned."""
    home = volume.top / "neo4j"
    shutil.rmtree(home / "bin")
    return standin.install(home, pause=seconds)


def test_killed_under_a_neo4j_admin_that_works_on_the_next_start_waits_for_its_end(pod: MakePod) -> None:
    volume = pod(_OVER_OLD_DATA)
    home = slow_admin(volume, 2 * HANGS_AFTER_SECONDS)
    with tally("SIGKILL while neo4j-admin works, which works on") as tries, tries.attempt("once"):
        with real_process(volume) as process:
            wait_for(volume.home / "staging/data/databases/neo4j", process)
        volume.assert_old_or_goes_on()
        assert_refused(volume.run())
        (home / "go").touch()
        start_until_it_works(volume)
        volume.assert_recovers()


@pytest.mark.parametrize("command", ["store-info", "check-consistency"])
def test_killed_while_neo4j_admin_proves_the_staged_store_the_old_data_stays(command: str, pod: MakePod) -> None:
    volume = pod(_CHECKED)
    home = slow_admin(volume, 2 * HANGS_AFTER_SECONDS)
    (home / "go-restore").touch()
    with tally("SIGKILL while neo4j-admin proves the staged store") as tries, tries.attempt(command):
        with real_process(volume) as process:
            wait_for_line(volume.top / "said", f"neo4j-admin {command}", process)
        assert volume.holds_old()
        (home / "go").touch()
        start_until_it_works(volume)
        volume.assert_recovers()


def test_killed_while_neo4j_admin_migrates_the_staged_store_the_old_data_stays(pod: MakePod) -> None:
    volume = pod(_MIGRATED)
    home = volume.top / "neo4j"
    shutil.rmtree(home / "bin")
    standin.install_loading(home, "5.26.30", pause=2)
    with tally("SIGKILL while neo4j-admin migrates the staged store") as tries, tries.attempt("once"):
        with real_process(volume) as process:
            wait_for(volume.home / "staging/data/databases/neo4j/upgrade", process)
        assert volume.holds_old()
        start_until_it_works(volume)
        volume.assert_recovers()


def wait_for_line(log: Path, text: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a log has this text."""
    until(lambda: text in log.read_text() or process.poll() is not None, text)
    assert text in log.read_text(), "it ended too early"
