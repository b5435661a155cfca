"""What happens to data that is there: kept, replaced once, replaced at every start."""

from pathlib import Path

from tests.conftest import Run
from tests.restore.commands.restored import exists, expected
from tests.support import archives
from tests.support.says import says
from tests.support.stores import Bucket


def test_a_second_start_restores_nothing_and_asks_nobody(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    neo4j_restore("run")
    before = archives.snapshot(data), (data / ".neo4j-restore/receipt.json").read_bytes()
    offline = {"STORAGE_EMULATOR_HOST": "http://127.0.0.1:9", "NEO4J_HOME": "/nowhere"}
    again = neo4j_restore("run", GOOGLE_APPLICATION_CREDENTIALS="/gone.json", **offline)
    says(again, 0, "neo4j: skip: it exists")
    assert (archives.snapshot(data), (data / ".neo4j-restore/receipt.json").read_bytes()) == before


def test_existing_data_stays_when_the_policy_is_never(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    before = exists(data)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore("run")
    says(done, 0, "it exists, and FORCE_OVERWRITE is false")
    assert archives.snapshot(data) == before


def test_a_cluster_member_counts_as_existing_data(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    (data / "cluster-state").mkdir()
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore("run")
    says(done, 0, "cluster-state")
    assert archives.snapshot(data) == {}


def test_once_overwrites_one_time_for_each_id(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    exists(data)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", FORCE_OVERWRITE="once", RESTORE_ID="a"), 0)
    assert archives.snapshot(data).items() >= expected().items()
    newer = exists(data)
    for wish in ("a", "b", "a"):
        neo4j_restore("run", FORCE_OVERWRITE="once", RESTORE_ID=wish)
        assert (archives.snapshot(data) == newer) == (wish == "a")
        newer = archives.snapshot(data)


def test_true_overwrites_at_every_start(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    for _ in range(2):
        exists(data)
        says(neo4j_restore("run", FORCE_OVERWRITE="true"), 0)
        assert archives.snapshot(data).items() >= expected().items()


def test_overwriting_leaves_nothing_of_the_old_database(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    exists(data)
    (data / "transactions/neo4j/neostore.transaction.db.1").write_bytes(b"newer log")
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", FORCE_OVERWRITE="once"), 0)
    assert b"newer" not in b"".join(archives.snapshot(data).values())
    assert {path.name for path in (data / ".neo4j-restore").iterdir()} == {"lock", "receipt.json", "history.jsonl"}


def test_staged_files_stay_for_a_look_when_asked(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    neo4j_restore("run", PURGE_ON_COMPLETE="false")
    assert (data / ".neo4j-restore/staging/conf/neo4j.conf").is_file()
