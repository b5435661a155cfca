"""A big file whose download broke off, a zip or an artifact: the next start goes on by range, and believes nothing."""

import shutil
import signal
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from tests.faults import answers, scene
from tests.faults.conftest import some
from tests.faults.forks import Ended, Forks
from tests.faults.processes import started
from tests.faults.proxy import Exchange, Kind, Proxy, honest
from tests.faults.scene import Scene
from tests.faults.table import tally
from tests.faults.traces import history, is_sealed
from tests.support import archives, standin
from tests.support.artifacts import Artifact
from tests.support.patience import until
from tests.support.stores import Bucket

from neo4j_restore.checksums import ALGORITHMS
from neo4j_restore.streams.pipeline import BLOCK_BYTES

KEY = "neo4j-latest.zip"

NEW = scene.files("new")

# Where in the object the first start breaks off, and the second one.
FIRST, SECOND = 100_000, 180_000


# A zip tells when it was made: a second one would differ.
@cache
def zipped(mark: str) -> bytes:
    return archives.zipped(scene.files(mark))


class Downloads:
    """Notes where downloads begin, and cuts them off at byte `end` of the object if it is set."""

    def __init__(self, end: int | None = None) -> None:
        self.starts: list[int] = []
        self._end = end

    def __call__(self, exchange: Exchange) -> None:
        start = int(exchange.handler.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])
        self.starts.append(start)
        (honest if self._end is None else answers.cut(self._end - start))(exchange)


def run(pod: Scene, behind: Proxy, end: int | None = None) -> tuple[Ended, list[int]]:
    """Start the pod, whose downloads are cut at byte `end`. Return how that ended, and where they began."""
    behind.meet(Kind.READ)
    planned = pod.forks.run("plan", environment=pod.environment)
    assert planned.code == 0, planned
    downloads = Downloads(end)
    # What a plan looks at, a run does as well, and first.
    behind.meet(Kind.READ, downloads, first=behind.seen[Kind.READ] + 1, forever=True)
    return pod.start(), downloads.starts


@pytest.fixture
def fresh(forking: Forks, bucket: Bucket, behind: Proxy, tmp_path: Path) -> Scene:
    """Return a pod with an old database, on a bucket with a zip."""
    bucket.put(KEY, zipped("new"))
    pod = scene.make(tmp_path, forking, bucket.url)
    pod.environment.update(STORAGE_EMULATOR_HOST=behind.host, CONNECTIONS="1", RETRY_SECONDS="0")
    return pod


@pytest.fixture
def pod(fresh: Scene, behind: Proxy) -> Scene:
    """Return that pod after two starts that broke off."""
    assert [run(fresh, behind, end)[0].code for end in (FIRST, SECOND)] == [20, 20]
    assert fresh.holds_old()
    return fresh


def home(pod: Scene) -> Path:
    return pod.data / ".neo4j-restore"


def kept(pod: Scene) -> Path:
    """Return the file of what came."""
    (path,) = (home(pod) / "kept/neo4j/files").iterdir()
    return path


def record(pod: Scene) -> Path:
    return home(pod) / "kept/neo4j/parts" / kept(pod).name


def test_the_next_start_goes_on_where_each_one_broke_off(fresh: Scene, behind: Proxy) -> None:
    assert run(fresh, behind, FIRST)[1] == [0]
    assert kept(fresh).read_bytes() == zipped("new")[:FIRST]
    assert run(fresh, behind, SECOND)[1] == [FIRST]
    assert kept(fresh).read_bytes() == zipped("new")[:SECOND]
    ended, starts = run(fresh, behind)
    assert (ended.code, starts, fresh.holds(NEW)) == (0, [SECOND], True), ended


def test_after_sigterm_it_goes_on_from_what_was_written(fresh: Scene, behind: Proxy, tmp_path: Path) -> None:
    behind.meet(Kind.READ)
    assert fresh.forks.run("plan", environment=fresh.environment).code == 0
    behind.meet(Kind.READ, answers.stall(SECOND), first=behind.seen[Kind.READ] + 1, forever=True)
    files = home(fresh) / "kept/neo4j/files"
    # A connection's bytes come in blocks.
    size = BLOCK_BYTES
    with started(fresh.environment, tmp_path / "log", "run") as process:
        until(lambda: files.is_dir() and any(path.stat().st_size == size for path in files.iterdir()), "the bytes")
        process.process.terminate()
        assert process.ended() == 128 + signal.SIGTERM
    assert fresh.holds_old()
    ended, starts = run(fresh, behind)
    assert (ended.code, starts, fresh.holds(NEW)) == (0, [size], True), ended


@pytest.mark.parametrize(("at", "start"), [(FIRST, FIRST), (SECOND - 1, FIRST), (FIRST - 1, 0), (0, 0)])
def test_a_part_that_is_not_right_is_fetched_again(at: int, start: int, pod: Scene, behind: Proxy) -> None:
    wrong = bytearray(kept(pod).read_bytes())
    wrong[at] ^= 1
    kept(pod).write_bytes(wrong)
    ended, starts = run(pod, behind)
    assert (ended.code, starts, pod.holds(NEW)) == (0, [start], True), ended


def test_what_is_wrong_and_recorded_as_right_is_found_by_the_whole_checksum(pod: Scene, behind: Proxy) -> None:
    ours = zipped("another")[:SECOND]
    kept(pod).write_bytes(ours)
    running = _crc32c(ours)
    record(pod).write_text(f"{SECOND} {running}\n")
    ended, starts = run(pod, behind)
    assert (ended.code, starts, pod.holds(NEW)) == (0, [SECOND, 0], True), ended
    assert "once more, from the start" in ended.said


def _crc32c(data: bytes) -> str:
    running = ALGORITHMS["crc32c"]()
    running.update(data)
    return running.digest().hex()


@pytest.mark.parametrize("mark", ["newer", "new"])
def test_of_another_generation_nothing_is_kept(mark: str, pod: Scene, bucket: Bucket, behind: Proxy) -> None:
    bucket.put(KEY, zipped(mark))
    ended, starts = run(pod, behind)
    assert (ended.code, starts, pod.holds(scene.files(mark))) == (0, [0], True), ended


def _another_set(pod: Scene, bucket: Bucket) -> Ended:
    bucket.put("neo4j-2099-01-01T00-00-00.tar.gz", scene.archive("newer"))
    return pod.start(ON_STALE_LATEST="newest")


def _nothing_to_do(pod: Scene, _: Bucket) -> Ended:
    return pod.start(FORCE_OVERWRITE="false")


def _no_such_set(pod: Scene, _: Bucket) -> Ended:
    return pod.start(TIMESTAMP="2001-01-01T00-00-00")


@pytest.mark.parametrize(("act", "code"), [(_another_set, 0), (_nothing_to_do, 0), (_no_such_set, 10)])
def test_what_is_of_no_use_any_more_goes(
    act: Callable[[Scene, Bucket], Ended], code: int, pod: Scene, bucket: Bucket, behind: Proxy
) -> None:
    behind.heal()
    assert act(pod, bucket).code == code
    assert not (home(pod) / "kept").exists()


def test_a_chain_goes_on_in_the_artifact_that_broke_off(fresh: Scene, bucket: Bucket, behind: Proxy) -> None:
    shutil.rmtree(fresh.environment["NEO4J_HOME"])
    standin.install_enterprise_5(Path(fresh.environment["NEO4J_HOME"]))
    ((name, noise),) = [each for each in NEW.items() if len(each[1]) > FIRST]
    early = archives.tar_bytes({f"./{each}": NEW[each] for each in NEW if each != name})
    late = archives.tar_bytes({f"./{name}": noise})
    bucket.handle.blob(KEY).delete()
    bucket.put("neo4j-2026-01-31T00-00-00.backup", Artifact().write("BTV1", early))
    second = Artifact(full=False, lowest=101, highest=150)
    bucket.put("neo4j-2026-01-31T01-00-00.backup", second.write("BTV1", late))
    cut_at = 2 * FIRST
    ended, starts = run(fresh, behind, cut_at)
    assert (ended.code, starts) == (20, [0, 0]), ended
    ended, starts = run(fresh, behind)
    assert (ended.code, starts, fresh.holds(NEW)) == (0, [cut_at], True), ended


def test_hostile_leftovers_are_not_followed(pod: Scene, behind: Proxy, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(kept(pod).read_bytes())
    name = kept(pod)
    name.unlink()
    name.symlink_to(outside)
    ended, starts = run(pod, behind)
    assert (ended.code, starts, pod.holds(NEW)) == (0, [0], True), ended
    assert outside.stat().st_size == SECOND


def test_killed_at_any_change_while_it_goes_on_the_volume_is_old_or_becomes_new(
    pod: Scene, behind: Proxy, tmp_path: Path
) -> None:
    kept(pod).write_bytes(kept(pod).read_bytes()[:-1])
    shutil.copytree(pod.data, tmp_path / "broken off")

    behind.heal()
    made = pod.start().changes
    assert pod.holds(NEW)
    with tally("SIGKILL while a big file that broke off is resumed") as tries:
        for number in some(len(made), "resume of files", 12):
            pod.lay_copy(tmp_path / "broken off")
            with tries.attempt(f"before change {number}, {made[number]}"):
                killed = pod.forks.run("run", environment=pod.environment, fault={"kind": "kill", "at": number})
                assert killed.code == -signal.SIGKILL
                assert pod.holds_old() or is_sealed(home(pod)) or pod.holds_files(NEW)
                ended = pod.start()
                ids = [each["restore_id"] for each in history(home(pod))]
                left = {path.name for path in home(pod).iterdir()} - {"lock", "receipt.json", "history.jsonl"}
                assert (ended.code, pod.holds_files(NEW), ids, left) == (0, True, ["wish"], set()), ended
