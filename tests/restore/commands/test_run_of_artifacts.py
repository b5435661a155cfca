"""Backup artifacts of Neo4j 5 through the whole command: which are found, chained, and given to neo4j-admin."""

import json
import re
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives, artifacts, standin
from tests.support.artifacts import Artifact
from tests.support.chains import CHAIN, FIRST, FULL, SECOND, STORE, backup
from tests.support.gateway import gateway
from tests.support.says import says
from tests.support.stores import Bucket
from tests.support.versitygw import S3Bucket


def put(bucket: Bucket, *left_out: str) -> None:
    for key, data in CHAIN.items():
        if not any(part in key for part in left_out):
            bucket.put(key, data)


@pytest.mark.parametrize(
    ("timestamp", "counts", "objects"),
    [
        ("latest", b"second", 3),
        ("2026-01-31T04-00-00", b"second", 3),
        ("2026-01-31T03:30:00Z", b"first", 2),
        ("2026-01-31T02-00-00", None, 1),
    ],
)
def test_the_chain_of_the_time_asked_for_is_restored(
    timestamp: str,
    counts: bytes | None,
    objects: int,
    neo4j_restore: Run,
    bucket: Bucket,
    data: Path,
    enterprise: dict[str, str],
) -> None:
    put(bucket)
    done = neo4j_restore("run", TIMESTAMP=timestamp, **enterprise)
    says(done, 0)
    content = archives.snapshot(data)
    assert content["databases/neo4j/neostore"] == STORE["neostore"]
    assert content.get("databases/neo4j/neostore.counts.db") == counts
    (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    assert (restored["kind"], restored["objects"]) == ("backup", objects)
    assert not (data / ".neo4j-restore/staging").exists()


def test_a_clock_that_went_back_breaks_no_chain(
    neo4j_restore: Run, bucket: Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    bucket.put("neo4j-2026-10-25T02-50-00.backup", FULL)
    bucket.put("neo4j-2026-10-25T02-10-00.backup", FIRST)
    bucket.put("neo4j-2026-10-25T02-20-00.backup", SECOND)
    listed = json.loads(neo4j_restore("list", "--json", **enterprise).stdout)
    assert [each["time"] for each in listed] == [f"2026-01-31T0{hour}:00:00+00:00" for hour in (4, 3, 2)]
    done = neo4j_restore("run", **enterprise)
    says(done, 0)
    assert archives.snapshot(data)["databases/neo4j/neostore.counts.db"] == b"second"


@pytest.mark.proves("chain")
@pytest.mark.parametrize(("version", "objects"), [("2025.12.1", 3), ("2026.2.0", 2)])
def test_a_shorter_chain_that_overlaps_is_taken_where_the_version_knows_it(
    version: str, objects: int, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    put(bucket)
    later = {**STORE, "neostore.counts.db": b"later"}
    bucket.put("neo4j-2026-01-31T03-30-00.backup", backup(later, highest=200, time="2026-01-31T03:30:00"))
    home = standin.install_enterprise_5(tmp_path / version, version)
    # With the first differential as large as a full one, the later full one is the cheaper start.
    bucket.put("neo4j-2026-01-31T03-00-00.backup", backup(STORE, full=False, lowest=101, highest=150))
    done = neo4j_restore("run", NEO4J_HOME=str(home))
    says(done, 0)
    (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    assert restored["objects"] == objects


def test_a_chain_over_two_folders_with_the_same_names_is_restored(
    neo4j_restore: Run, bucket: Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    bucket.put("neo4j/neo4j-2026-01-31T02-00-00.backup", FULL)
    bucket.put("neo4j-2026-01-31T02-00-00.backup", FIRST)
    done = neo4j_restore("run", **enterprise)
    says(done, 0)
    assert archives.snapshot(data)["databases/neo4j/neostore.counts.db"] == b"first"


def test_a_history_that_a_restore_has_given_up_is_not_restored_for_its_later_transactions(
    neo4j_restore: Run, bucket: Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    put(bucket)
    again = backup({**STORE, "neostore.counts.db": b"again"}, highest=120, time="2026-02-01T02:00:00")
    bucket.put("neo4j-2026-02-01T02-00-00.backup", again)
    done = neo4j_restore("run", **enterprise)
    says(done, 0)
    assert archives.snapshot(data)["databases/neo4j/neostore.counts.db"] == b"again"
    older, newer = (f"{bucket.url}/neo4j-{stamp}.backup" for stamp in ("2026-01-31T04-00-00", "2026-02-01T02-00-00"))
    assert f"{older} has later transactions than {newer}" in done.stderr


def test_the_newer_of_two_databases_with_one_name_is_restored_and_the_other_told(
    neo4j_restore: Run, bucket: Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    put(bucket)
    anew = {**STORE, "neostore.counts.db": b"anew"}
    bucket.put("neo4j-2026-01-01.backup", backup(anew, highest=5, time="2026-02-01T00:00:00", database_id=5))
    done = neo4j_restore("run", **enterprise)
    says(done, 0)
    assert archives.snapshot(data)["databases/neo4j/neostore.counts.db"] == b"anew"
    assert "ignoring the backups with the database id 00000000-0000-0000-0000-00000000004d" in done.stderr


def test_a_damaged_artifact_is_no_obstacle_unless_it_may_be_the_newest(
    neo4j_restore: Run, bucket: Bucket, enterprise: dict[str, str]
) -> None:
    put(bucket)
    bucket.put("neo4j-2026-01-31T02-30-00.backup", b"")
    says(neo4j_restore("plan", **enterprise), 0)
    bucket.put("neo4j-2026-01-31T09-00-00.backup", FULL[:60])
    done = neo4j_restore("plan", **enterprise)
    says(done, 11, f"{bucket.url}/neo4j-2026-01-31T09-00-00.backup is damaged: its header is cut", "IGNORE_OBJECTS")


@pytest.mark.parametrize("moment", ["at the headers", "at the download"])
def test_a_chain_that_was_aggregated_after_the_listing_is_listed_once_more(
    moment: str, neo4j_restore: Run, s3_bucket: S3Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    for key, content in CHAIN.items():
        s3_bucket.put(key, content)

    def aggregate() -> None:
        for key in CHAIN:
            s3_bucket.client.delete_object(Bucket=s3_bucket.name, Key=key)
        whole = {**STORE, "neostore.counts.db": b"aggregated"}
        s3_bucket.put("neo4j-2026-01-31T02-00-00.backup", backup(whole, highest=300, time="2026-01-31T04:00:00"))

    with gateway(s3_bucket.host) as between:
        environment = {**s3_bucket.environment(), "ENDPOINT_URL": between.host, **enterprise}
        says(neo4j_restore("plan", **environment), 0)
        gets = [at for at, each in enumerate(between.seen, 1) if each.startswith("GET") and "list-" not in each]
        # The plan's last request is for the data; what a run reads after it is the download.
        number = gets[0] if moment == "at the headers" else len(between.seen) + 1
        between.before[len(between.seen) + number] = aggregate
        done = neo4j_restore("run", **environment)
    says(done, 0, "Listing the bucket once more")
    assert archives.snapshot(data)["databases/neo4j/neostore.counts.db"] == b"aggregated"


@pytest.mark.proves("full", "chain")
@pytest.mark.parametrize("version", ["5.0.0", "5.23.0", "5.24.0", "2025.12.1"])
def test_each_version_gets_the_options_that_it_knows(
    version: str, neo4j_restore: Run, bucket: Bucket, tmp_path: Path
) -> None:
    put(bucket)
    home = standin.install_enterprise_5(tmp_path / version, version)
    done = neo4j_restore("run", NEO4J_HOME=str(home))
    says(done, 0)


def test_a_gap_in_the_chain_is_told_before_anything_is_fetched(
    neo4j_restore: Run, bucket: Bucket, enterprise: dict[str, str]
) -> None:
    put(bucket, "T03-00-00")
    done = neo4j_restore("run", **enterprise)
    says(done, 10, f"transactions 101 to 150 are missing before {bucket.url}/neo4j-2026-01-31T04-00-00.backup")


def test_a_name_that_belongs_to_another_database_by_its_header_is_refused(
    neo4j_restore: Run, bucket: Bucket, enterprise: dict[str, str]
) -> None:
    bucket.put("neo4j-2026-01-31T02-00-00.backup", backup(STORE, database="movies"))
    done = neo4j_restore("run", **enterprise)
    says(done, 11, "a backup of the database movies, not of neo4j")


TAR = archives.tar_bytes(STORE, below="./")
# Where the last file's header is, and where the end mark is.
LAST, END = TAR.rindex(b"./schema"), len(TAR.rstrip(b"\0"))
CUT = {"in a file": LAST + 700, "between two files": LAST, "the end mark": END + -END % 512, "a header": LAST + 200}


@pytest.mark.parametrize("cut", CUT.values(), ids=CUT)
def test_a_cut_artifact_leaves_the_data(
    cut: int, neo4j_restore: Run, bucket: Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    bucket.put("neo4j-2026-01-31T02-00-00.backup", Artifact().write("BTV1", TAR[:cut]))
    done = neo4j_restore("run", FORCE_OVERWRITE="once", **enterprise)
    says(done, 11)
    assert archives.snapshot(data) == before
    assert "as tar, " in done.stderr


def test_auras_names_are_known(neo4j_restore: Run, bucket: Bucket, enterprise: dict[str, str]) -> None:
    bucket.put("neo4j-2025-11-30T03-58-03-9077f1b7.backup", backup(STORE, time="2025-11-30T03:58:03"))
    (listed,) = json.loads(neo4j_restore("list", "--json", **enterprise).stdout)
    assert (listed["time"], listed["stamp"]) == ("2025-11-30T03:58:03+00:00", "2025-11-30T03-58-03-9077f1b7")
    says(neo4j_restore("run", **enterprise), 0)


def test_list_and_plan_tell_what_headers_say(neo4j_restore: Run, bucket: Bucket, enterprise: dict[str, str]) -> None:
    put(bucket, "T05")
    listed = json.loads(neo4j_restore("list", "--json", **enterprise).stdout)
    said = [(each["header"]["full"], each["header"]["lowest_tx"], each["header"]["highest_tx"]) for each in listed]
    assert said == [(False, 151, 300), (False, 101, 150), (True, 1, 100)]
    table = neo4j_restore("list", **enterprise).stdout
    assert [kind in table for kind in ("backup, full", "backup, differential", "block")] == [True, True, False]
    planned = json.loads(neo4j_restore("plan", "--json", **enterprise).stdout)
    (step,) = planned["databases"]
    assert (planned["edition"], step["set"]["objects"], step["set"]["header"]["database"]) == ("enterprise", 3, "neo4j")


@pytest.mark.refuses("block", because="Community can't open the block format")
@pytest.mark.parametrize(
    ("key", "content", "said"),
    [
        ("neo4j-2026-01-31T02-00-00.backup", backup(STORE, storage="block"), "the block format"),
        ("neo4j-2026-01-31T02-00-00.tar.gz", backup(STORE, storage="block"), "the block format"),
        ("neo4j-2026-01-31T02-00-00.backup", backup(STORE, "BZV2", storage="block"), "the block format"),
    ],
)
def test_a_block_store_never_reaches_community(
    key: str, content: bytes, said: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    bucket.put(key, content)
    home = standin.install_failing(tmp_path / "community", "never asked", version="5.26.30")
    (home / "lib").mkdir()
    (home / "lib/neo4j-5.26.30.jar").touch()
    done = neo4j_restore("run", NEO4J_HOME=str(home), FORCE_OVERWRITE="once")
    says(done, 2, said)
    assert archives.snapshot(data) == before


@pytest.mark.parametrize("key", ["neo4j-latest.zip", "neo4j-latest.tar.gz"])
def test_a_zip_is_restored_and_its_file_removed(key: str, neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put(key, archives.zipped(STORE))
    done = neo4j_restore("run", PURGE_ON_COMPLETE="false")
    says(done, 0)
    assert archives.snapshot(data)["databases/neo4j/neostore"] == STORE["neostore"]
    assert list((data / ".neo4j-restore").rglob("*.zip")) == []


@pytest.mark.parametrize("cut", [-1, -60, 1000], ids=["last byte", "end", "start"])
def test_a_cut_zip_leaves_the_data(cut: int, neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    bucket.put("neo4j-latest.zip", archives.zipped(STORE)[:cut])
    done = neo4j_restore("run", FORCE_OVERWRITE="once")
    says(done, 11)
    assert archives.snapshot(data) == before


@pytest.mark.proves("script")
def test_the_metadata_script_moves_with_its_database(
    neo4j_restore: Run, bucket: Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    script = data / "databases/neo4j/tools/metadata_script.cypher"
    first = backup({**STORE, "metadata": b"CREATE ROLE reader;"})
    bucket.put("neo4j-2026-01-31T02-00-00.backup", first)
    done = neo4j_restore("run", **enterprise)
    says(done, 0, "neo4j: it has a metadata script. Once Neo4j runs, neo4j-restore finalize replays it")
    assert script.read_bytes() == b"CREATE ROLE reader;"
    assert not (data / "scripts").exists()

    # The next restore brings a set without a script, and a rollback brings the script back.
    bucket.put("neo4j-2026-02-01T02-00-00.backup", backup(STORE, time="2026-02-01T02:00:00"))
    again = {"FORCE_OVERWRITE": "once", "RESTORE_ID": "second", "KEEP_PREVIOUS": "true"}
    says(neo4j_restore("run", **enterprise, **again), 0, unsaid="metadata script")
    assert not script.exists()
    says(neo4j_restore("rollback"), 0)
    assert script.read_bytes() == b"CREATE ROLE reader;"


def test_list_and_plan_show_what_the_headers_say(
    neo4j_restore: Run, bucket: Bucket, enterprise: dict[str, str]
) -> None:
    put(bucket)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    printed = neo4j_restore("list").stdout.splitlines()
    head, *rows = [re.split(r" {2,}", line) for line in printed]
    assert head[3:] == ["KIND", "NEO4J", "STORE FORMAT", "TRANSACTIONS", "ID", "OBJECT"]
    backup, id_ = ["5 or later", "record-aligned-1.1"], "00000000"
    by_object = {row[-1].rpartition("/")[2]: row[3:-1] for row in rows}
    assert by_object["neo4j-2026-01-31T02-00-00.backup"] == ["backup, full", *backup, "1 to 100", id_]
    assert by_object["neo4j-2026-01-31T03-00-00.backup"] == ["backup, differential", *backup, "101 to 150", id_]
    assert by_object["neo4j-2026-01-31T05-00-00.backup"] == ["backup, differential", *backup, "none", id_]
    assert by_object["neo4j-latest.tar.gz"] == ["archive", "-", "-", "-", "-"]
    columns = {line.index(row[-1]) for line, row in zip(printed[1:], rows, strict=True)}
    assert len(columns) == 1, "the columns are not below each other"

    head, row = [
        re.split(r" {2,}", line)
        for line in neo4j_restore("plan", TIMESTAMP="2026-01-31T02-00-00", **enterprise).stdout.splitlines()[:2]
    ]
    assert head[5:9] == ["NEO4J", "STORE FORMAT", "TRANSACTIONS", "ID"]
    assert row[5:9] == [*backup, "1 to 100", id_]


def test_a_dump_with_the_magic_of_5_is_loaded_by_4_which_writes_it_too(
    neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    bucket.put("neo4j.dump", artifacts.dump(STORE))
    older = {"NEO4J_HOME": str(standin.install_loading(tmp_path / "older", "4.4.48"))}
    done = neo4j_restore("plan", **older)
    assert done.returncode == 0, done.stderr
    assert archives.snapshot(data) == {}


def test_a_backup_in_a_deprecated_format_is_restored_with_a_warning(
    neo4j_restore: Run, bucket: Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    bucket.put("neo4j-2026-01-31T02-00-00.backup", backup(STORE, store_format="high_limit"))
    planned = json.loads(neo4j_restore("plan", "--json", **enterprise).stdout)
    assert "its store format is record-high_limit-1.1" in planned["databases"][0]["warning"]
    done = neo4j_restore("run", **enterprise)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("its store format is record-high_limit-1.1") == 1
    (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    assert restored["store"]["format"] == "record-high_limit-1.1"
    assert "after the next long-term one do not start on it" in restored["warning"]
