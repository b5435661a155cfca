"""Two at once on one volume: one works, the other is refused in words, and the end state is whole."""

import fcntl
import json
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from tests.faults import answers, scene
from tests.faults.forks import Forks
from tests.faults.processes import Started, of_home, started
from tests.faults.proxy import Kind, proxy
from tests.faults.scene import Scene
from tests.faults.table import everything, tally
from tests.support import standin
from tests.support.patience import until
from tests.support.stores import Bucket, Emulator

NEW = scene.files("new")

AT_WORK = "another neo4j-restore is using the volume"


@pytest.fixture
def pod(forking: Forks, bucket: Bucket, tmp_path: Path) -> Scene:
    """Return a pod with an old database, on a bucket with a new set."""
    return scene.on_an_archive(tmp_path, forking, bucket)


@contextmanager
def held_in_its_download(pod: Scene, emulator: Emulator, log: Path) -> Iterator[Started]:
    """Run a restore that waits in the middle. After the block it continues, and must succeed."""
    go_on = threading.Event()
    with proxy(emulator.host) as between:
        between.meet(Kind.READ, answers.held(go_on), first=3)
        with started({**pod.environment, "STORAGE_EMULATOR_HOST": between.host}, log, "run") as first:
            until(lambda: between.seen[Kind.READ] >= 3, "the download")
            yield first
            go_on.set()
            assert first.ended() == 0, first.said()


@pytest.mark.parametrize("command", ["run", "rollback"])
def test_beside_a_restore_another_writer_is_refused(
    command: str, pod: Scene, emulator: Emulator, tmp_path: Path
) -> None:
    with tally("two at once") as tries, tries.attempt(command):
        with held_in_its_download(pod, emulator, tmp_path / "log"):
            refused = pod.forks.run(command, environment=pod.environment)
            assert (refused.code, AT_WORK in refused.said, pod.holds_old()) == (12, True, True), refused
        assert pod.holds(NEW)


def test_beside_a_restore_readers_see_its_state_and_change_nothing(
    pod: Scene, emulator: Emulator, tmp_path: Path
) -> None:
    with tally("two at once") as tries, tries.attempt("status and plan"):
        with held_in_its_download(pod, emulator, tmp_path / "log"):
            status = pod.forks.run("status", "--json", environment=pod.environment)
            assert (status.code, json.loads(status.said)["state"]) == (0, "intent")
            plan = pod.forks.run("plan", environment=pod.environment)
            assert (plan.code, "restore" in plan.said, pod.holds_old()) == (0, True, True), plan
        assert pod.holds(NEW)


def test_of_several_started_at_once_one_restores(pod: Scene, tmp_path: Path) -> None:
    with tally("two at once") as tries:
        for _ in range(20 if everything() else 3):
            pod.lay()
            with tries.attempt("started at once"), ExitStack() as stack:
                all_of_them = [
                    stack.enter_context(started(pod.environment, tmp_path / f"log{number}", "run"))
                    for number in range(3)
                ]
                codes = [one.ended() for one in all_of_them]
                refused = [one.said() for one, code in zip(all_of_them, codes, strict=True) if code]
                # One that comes when the first has ended finds its wish fulfilled.
                assert 0 in codes
                assert set(codes) <= {0, 12}, refused
                assert all(AT_WORK in said for said in refused)
                assert pod.holds(NEW)


def test_a_lock_file_that_nobody_holds_means_nothing(pod: Scene) -> None:
    home = pod.data / ".neo4j-restore"
    home.mkdir()
    (home / "lock").write_text("4711")
    with tally("two at once") as tries, tries.attempt("a stale lock"):
        ended = pod.start()
        assert (ended.code, pod.holds(NEW)) == (0, True), ended


def test_a_lock_that_is_held_means_a_restore_without_a_doubt(pod: Scene) -> None:
    home = pod.data / ".neo4j-restore"
    home.mkdir()
    with tally("two at once") as tries, tries.attempt("a lock"), (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = pod.start()
        assert (ended.code, AT_WORK in ended.said, pod.is_untouched()) == (12, True, True), ended


def test_while_a_killed_restores_neo4j_admin_still_works_the_next_start_is_refused(pod: Scene, tmp_path: Path) -> None:
    home = pod.environment["NEO4J_HOME"]
    shutil.rmtree(home)
    standin.install(Path(home), pause=600)
    staged = pod.data / ".neo4j-restore/staging/data/databases/neo4j"
    with tally("two at once") as tries, tries.attempt("an orphan"):
        with started(pod.environment, tmp_path / "log", "run") as run:
            until(staged.exists, "neo4j-admin at work")
            run.process.kill()
            assert run.ended() == -signal.SIGKILL
        (orphan,) = of_home(home)
        try:
            refused = pod.start()
            assert (refused.code, AT_WORK in refused.said, pod.holds_old()) == (12, True, True), refused
            assert staged.exists()
        finally:
            os.kill(orphan, signal.SIGKILL)
        until(lambda: not of_home(home), "the end of neo4j-admin")
        shutil.rmtree(home)
        standin.install(Path(home))
        ended = pod.start()
        assert (ended.code, pod.holds(NEW)) == (0, True), ended
