"""What the chart's containers do to a volume, release after release: the rendered command, for real."""

import fcntl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.chart.helm import Helm, Object, env, make_values
from tests.conftest import Run
from tests.support import archives
from tests.support.says import says
from tests.support.stores import Bucket

# Runs a container of the release that has these values in its restore block.
Start = Callable[..., subprocess.CompletedProcess[str]]

WISH = {"forceOverwrite": "once", "restoreId": "incident-4711", "keepPrevious": True}


@pytest.fixture
def start(chart: Helm, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path) -> Start:
    """Return what runs the init container of a release, or the pod of `helm test` that runs `reads`."""

    def run(restore: dict[str, object], reads: str = "") -> subprocess.CompletedProcess[str]:
        store = {"bucket": bucket.url, "emulatorHost": bucket.host, "secretName": "", "retrySeconds": 1}
        rendered = chart.template(make_values({**store, **restore}))
        container: Object = rendered.reader(reads)["spec"]["containers"][0] if reads else rendered.restore
        here = {"DATA_DIR": str(data), "TERMINATION_LOG": str(tmp_path / "reason")}
        return neo4j_restore(*container["args"], **env(container) | here)

    return run


def test_a_release_is_rolled_back_and_then_left_alone_until_a_new_wish(
    start: Start, bucket: Bucket, data: Path
) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(start(WISH), 0)
    restored = archives.snapshot(data)
    assert restored != before
    for command in ("rollback", "rollback", "run", "run"):
        says(start({**WISH, "command": command}), 0)
        assert archives.snapshot(data) == before
    says(start({**WISH, "restoreId": "again"}), 0)
    assert archives.snapshot(data) == restored


def test_what_a_restore_had_added_stays_away_after_its_rollback_until_a_new_wish(
    start: Start, bucket: Bucket, data: Path
) -> None:
    archives.write_database(data, "newer")
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    bucket.put("movies-latest.tar.gz", archives.tar_gz(below="backups/movies/"))
    both = {**WISH, "database": "neo4j,movies"}
    says(start(both), 0)
    for command in ("rollback", "run"):
        says(start({**both, "command": command}), 0)
        assert not (data / "databases/movies").exists()
    says(start({**both, "restoreId": "again"}), 0)
    assert (data / "databases/movies/neostore").is_file()


def test_data_that_was_put_back_and_then_lost_is_restored_again(start: Start, bucket: Bucket, data: Path) -> None:
    archives.write_database(data, "newer")
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    for command in ("run", "rollback"):
        says(start({**WISH, "command": command}), 0)
    archives.empty(data / "databases")
    archives.empty(data / "transactions")
    says(start(WISH), 0)
    assert (data / "databases/neo4j/neostore").read_bytes().startswith(b"old")


def test_a_rollback_with_nothing_kept_stops_the_pod_and_changes_nothing(start: Start, data: Path) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    done = start({**WISH, "command": "rollback"})
    says(done, 10, "holds no previous generation")
    assert archives.snapshot(data) == before


@pytest.mark.parametrize("command", ["run", "rollback"])
def test_helm_test_passes_after_a_restore_and_after_a_rollback(
    start: Start, bucket: Bucket, data: Path, command: str
) -> None:
    archives.write_database(data, "newer")
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(start(WISH), 0)
    says(start({**WISH, "command": command}), 0)
    after = archives.snapshot_all(data)
    results = {reads: start({**WISH, "command": command}, reads=reads) for reads in ("verify", "status", "plan")}
    assert {reads: done.returncode for reads, done in results.items()} == {"verify": 0, "status": 0, "plan": 0}
    assert ("restored: neo4j" if command == "run" else "rolled back: neo4j") in results["status"].stdout
    assert "the request incident-4711 was fulfilled" in results["plan"].stdout
    assert archives.snapshot_all(data) == after


def test_a_plan_is_made_beside_the_running_server(start: Start, bucket: Bucket, data: Path) -> None:
    archives.write_database(data, "newer")
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    with (data / "databases/neo4j/database_lock").open("r+") as server:
        fcntl.lockf(server, fcntl.LOCK_EX)
        done = start(WISH, reads="plan")
    says(done, 0, printed="neo4j     restore")


def test_helm_test_fails_where_the_next_start_would(start: Start, bucket: Bucket) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    always = {"forceOverwrite": "true", "acceptDataLoss": True, "database": "neo4j,movies"}
    done = start(always, reads="plan")
    says(done, 10, "no backup of movies")


def test_a_restore_by_reclaiming_leaves_nothing_of_the_old_data(start: Start, bucket: Bucket, data: Path) -> None:
    archives.write_database(data, "newer")
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    done = start({"forceOverwrite": "true", "acceptDataLoss": True, "spaceMode": "reclaim"})
    says(done, 0)
    assert b"newer" not in b"".join(archives.snapshot(data).values())


def test_a_new_environment_starts_empty_where_that_was_asked_for(start: Start, bucket: Bucket, data: Path) -> None:
    bucket.put("readme.txt", b"no backup yet")
    says(start({}), 10)
    says(start({"onMissing": "start-empty"}), 0)
    assert archives.snapshot(data) == {}


def test_an_expired_wish_leaves_data_alone_and_stops_a_pod_without(start: Start, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    expired = {**WISH, "notAfter": "2020-01-31T02:00:00Z"}
    says(start(expired), 2)
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    says(start(expired), 0)
    assert archives.snapshot(data) == before
