"""A pod that is deleted while it restores: the process ends soon and by the book, and the next start goes on."""

import shutil
import signal
import sys
from pathlib import Path

import pyrage
import pytest
from tests.faults import answers, scene
from tests.faults.forks import Forks
from tests.faults.processes import of_home, started
from tests.faults.proxy import Fault, Kind, Proxy
from tests.faults.scene import KEY, Scene
from tests.faults.table import everything, tally
from tests.support import standin
from tests.support.patience import until
from tests.support.stores import Bucket

NEW = scene.files("new")

TERMINATED = 128 + signal.SIGTERM


@pytest.fixture
def pod(forking: Forks, bucket: Bucket, tmp_path: Path) -> Scene:
    """Return a pod with an old database, on a bucket with a new set."""
    return scene.on_an_archive(tmp_path, forking, bucket)


def assert_next_start_restores(pod: Scene) -> None:
    ended = pod.start()
    assert (ended.code, pod.holds(NEW)) == (0, True), ended


@pytest.mark.parametrize(
    ("kind", "number", "fault"),
    [(Kind.LIST, 1, answers.silent), (Kind.READ, 1, answers.silent), (Kind.READ, 3, answers.stall(100_000))],
    ids=["listing", "head", "download"],
)
def test_waiting_for_the_store_it_ends_at_once(
    kind: Kind, number: int, fault: Fault, pod: Scene, behind: Proxy, tmp_path: Path
) -> None:
    behind.meet(kind, fault, first=number, forever=True)
    environment = {**pod.environment, "STORAGE_EMULATOR_HOST": behind.host}
    with tally("SIGTERM") as tries, started(environment, tmp_path / "log", "run") as run, tries.attempt(str(kind)):
        until(lambda: behind.seen[kind] >= number, "the request")
        run.process.terminate()
        assert run.ended() == TERMINATED
        assert "told to stop" in run.said()
        assert pod.holds_old()
    assert_next_start_restores(pod)


def test_neo4j_admin_ends_with_it(pod: Scene, tmp_path: Path) -> None:
    home = pod.environment["NEO4J_HOME"]
    shutil.rmtree(home)
    standin.install(Path(home), pause=600)
    staged = pod.data / ".neo4j-restore/staging/data/databases/neo4j"
    with tally("SIGTERM") as tries, started(pod.environment, tmp_path / "log", "run") as run, tries.attempt("admin"):
        until(staged.exists, "neo4j-admin at work")
        run.process.terminate()
        assert run.ended() == TERMINATED
        until(lambda: not of_home(home), "the end of neo4j-admin")
        assert pod.holds_old()
    shutil.rmtree(home)
    standin.install(Path(home))
    assert_next_start_restores(pod)


def test_at_any_change_of_the_volume_it_ends_and_the_next_start_completes(pod: Scene, tmp_path: Path) -> None:
    code, number = TERMINATED, 3
    with tally("SIGTERM") as tries:
        while code:
            pod.lay()
            argv = [sys.executable, "-m", "tests.faults.terminated", str(number), "run"]
            environment = {**pod.environment, "PYTHONPATH": str(Path(__file__).parents[2])}
            with started(environment, tmp_path / "log", *argv) as run, tries.attempt(f"change {number}"):
                code = run.ended()
                assert code in {TERMINATED, 0}, run.said()
                assert code == TERMINATED or "told to stop" not in run.said()
                assert pod.holds_old() or (pod.data / ".neo4j-restore/journal.json").exists() or pod.holds(NEW)
                assert_next_start_restores(pod)
            number += 3 if everything() else 24
    assert number > 100


def test_decrypting_it_ends_at_once(pod: Scene, behind: Proxy, bucket: Bucket, tmp_path: Path) -> None:
    key = pyrage.x25519.Identity.generate()
    (tmp_path / "identity").write_text(f"{key}\n")
    bucket.handle.blob(KEY).delete()
    bucket.put(f"{KEY}.age", pyrage.encrypt(scene.archive("new"), [key.to_public()]))
    behind.meet(Kind.READ, answers.stall(100_000), first=2, forever=True)
    environment = {**pod.environment, "AGE_IDENTITY_FILE": str(tmp_path / "identity")}
    slow = {**environment, "STORAGE_EMULATOR_HOST": behind.host}
    with tally("SIGTERM") as tries, started(slow, tmp_path / "log", "run") as run, tries.attempt("decrypting"):
        until(lambda: behind.seen[Kind.READ] >= 2, "the download")
        run.process.terminate()
        assert run.ended() == TERMINATED, run.said()
        assert "told to stop" in run.said()
        assert pod.holds_old()
    pod.environment.update(environment)
    assert_next_start_restores(pod)
