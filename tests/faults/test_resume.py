"""A raw directory whose download broke off: the next start goes on, believes nothing, and is as safe as any other."""

import shutil
import signal
from pathlib import Path

import pytest
from tests.faults import answers, scene
from tests.faults.conftest import some
from tests.faults.forks import Ended, Forks
from tests.faults.proxy import Kind, Proxy
from tests.faults.scene import Scene
from tests.faults.table import tally
from tests.faults.traces import history, is_sealed
from tests.support import archives
from tests.support.archives import write_files
from tests.support.stores import Bucket

NEW = scene.files("new")

# More than the connections that are used: when the last of these answers, most are there.
BROKEN_AT = len(NEW) - 2

# Before the download the plan reads the start of `neostore`, which has the version of the store.
LOOKS = 1


@pytest.fixture
def pod(forking: Forks, bucket: Bucket, behind: Proxy, tmp_path: Path) -> Scene:
    """Return a pod with an old database, on a bucket with a raw directory, whose first start broke off."""
    for name, content in NEW.items():
        bucket.put(f"neo4j/{name}", content)
    pod = scene.make(tmp_path, forking, bucket.url)
    pod.environment.update(STORAGE_EMULATOR_HOST=behind.host, CONNECTIONS="1", RETRY_SECONDS="0")
    behind.meet(Kind.READ, answers.status(503), first=LOOKS + BROKEN_AT, forever=True)
    assert pod.start().code == 20
    behind.meet(Kind.READ, answers.status(503), first=10_000)
    return pod


def home(pod: Scene) -> Path:
    return pod.data / ".neo4j-restore"


def there(pod: Scene) -> dict[str, bytes]:
    """Return the whole files that were kept."""
    content_of = archives.snapshot_all(home(pod) / "kept/neo4j/files")
    return {name: content for name, content in content_of.items() if content == NEW[name]}


def assert_restored(pod: Scene, ended: Ended, store: dict[str, bytes] = NEW) -> None:
    assert (ended.code, pod.holds(store)) == (0, True), ended


def test_the_next_start_fetches_only_what_is_missing(pod: Scene, behind: Proxy) -> None:
    kept = len(there(pod))
    assert (pod.holds_old(), kept) == (True, BROKEN_AT - 1)
    assert_restored(pod, pod.start())
    assert behind.seen[Kind.READ] == LOOKS + len(NEW) - kept


@pytest.mark.parametrize("spoil", [lambda good: b"?" + good[1:], lambda good: good[:-1], lambda _: b""])
def test_a_kept_file_that_is_not_right_is_fetched_again(spoil: object, pod: Scene, behind: Proxy) -> None:
    assert callable(spoil)
    kept = there(pod)
    path = home(pod) / "kept/neo4j/files" / min(kept)
    path.write_bytes(spoil(path.read_bytes()))
    assert_restored(pod, pod.start())
    assert behind.seen[Kind.READ] == LOOKS + len(NEW) - len(kept) + 1


def test_of_another_generation_nothing_is_kept(pod: Scene, bucket: Bucket, behind: Proxy) -> None:
    newer = {**NEW, "neostore": b"newer"}
    bucket.put("neo4j/neostore", b"newer")
    assert_restored(pod, pod.start(), newer)
    assert behind.seen[Kind.READ] == LOOKS + len(NEW)


def test_another_set_removes_what_was_kept(pod: Scene, bucket: Bucket) -> None:
    bucket.put("neo4j-latest.tar.gz", scene.archive("newer"))
    assert_restored(pod, pod.start(), scene.files("newer"))


def test_a_start_with_nothing_to_restore_removes_what_was_kept(pod: Scene) -> None:
    assert pod.start(FORCE_OVERWRITE="false").code == 0
    assert (pod.holds_old(), (home(pod) / "kept").exists()) == (True, False)


def test_what_was_kept_counts_as_room(pod: Scene) -> None:
    size = sum(path.stat().st_blocks * 512 for path in (home(pod) / "kept").rglob("*") if path.is_file())
    assert size > 0
    planned = pod.forks.run("plan", "--json", environment=pod.environment)
    assert planned.code == 0, planned
    assert there(pod), "plan changes nothing"


def test_killed_at_any_change_while_it_goes_on_the_volume_is_old_or_becomes_new(pod: Scene, tmp_path: Path) -> None:
    shutil.copytree(pod.data, tmp_path / "broken off")

    made = pod.start().changes
    assert pod.holds(NEW)
    with tally("SIGKILL while a broken-off download is resumed") as tries:
        for number in some(len(made), "resume", 8):
            pod.lay_copy(tmp_path / "broken off")
            with tries.attempt(f"before change {number}, {made[number]}"):
                killed = pod.forks.run("run", environment=pod.environment, fault={"kind": "kill", "at": number})
                assert killed.code == -signal.SIGKILL
                assert pod.holds_old() or is_sealed(home(pod)) or pod.holds_files(NEW)
                ended = pod.start()
                # A line that the kill cut short is followed by the whole one.
                ids = [each["restore_id"] for each in history(home(pod))]
                left = {path.name for path in home(pod).iterdir()} - {"lock", "receipt.json", "history.jsonl"}
                assert (ended.code, pod.holds_files(NEW), ids, left) == (0, True, ["wish"], set()), ended


def test_hostile_leftovers_are_not_followed(pod: Scene, tmp_path: Path) -> None:
    write_files(tmp_path, {"outside": b"precious"})
    path = home(pod) / "kept/neo4j/files" / min(there(pod))
    path.unlink()
    path.symlink_to(tmp_path / "outside")
    assert_restored(pod, pod.start())
    assert (tmp_path / "outside").read_bytes() == b"precious"
