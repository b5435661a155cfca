"""AUTH_FILES: when live files are replaced or stay, and how a rollback puts them back."""

import json
import os
from pathlib import Path

from tests.restore.commands.auth_file_sets import LIVE, SET, ThreeX, live, on, put_beside, receipt
from tests.support import archives, members
from tests.support.authfiles import auth_files
from tests.support.says import says
from tests.support.skips import root_only
from tests.support.stores import Bucket


def test_all_live_files_make_room_so_that_no_user_of_another_time_can_log_in(
    three: ThreeX, bucket: Bucket, data: Path
) -> None:
    live(data)
    put_beside(bucket)
    says(three(FORCE_OVERWRITE="once"), 0, "auth files: restore: they exist")
    assert on(data) == SET


def test_they_are_restored_once_with_the_databases(three: ThreeX, bucket: Bucket, data: Path) -> None:
    put_beside(bucket)
    says(three(FORCE_OVERWRITE="once"), 0)
    changed = auth_files("neo4j", "later")
    archives.write_files(data / "dbms", changed)
    says(three(FORCE_OVERWRITE="once"), 0)
    assert on(data) == changed


def test_with_a_database_that_is_left_alone_they_stay(three: ThreeX, bucket: Bucket, data: Path) -> None:
    before = live(data)
    put_beside(bucket)
    says(three(), 0)
    assert archives.snapshot(data) == before


def test_those_of_a_volume_without_a_database_stay_unless_overwriting_is_allowed(
    three: ThreeX, bucket: Bucket, data: Path
) -> None:
    archives.write_files(data / "dbms", LIVE)
    put_beside(bucket)
    says(three(), 0, "auth files: skip: they exist, and FORCE_OVERWRITE is false")
    assert (data / "databases/neo4j/neostore").exists()
    assert on(data) == LIVE
    assert receipt(data)["auth_files"] is None


def test_without_the_variable_they_stay(three: ThreeX, bucket: Bucket, data: Path) -> None:
    live(data)
    put_beside(bucket)
    says(three(AUTH_FILES="", FORCE_OVERWRITE="once"), 0)
    assert on(data) == LIVE


def test_status_and_verify_tell_of_them(three: ThreeX, bucket: Bucket, data: Path) -> None:
    put_beside(bucket)
    says(three(), 0)
    says(three("status"), 0, printed=f"auth files: auth, roles from {bucket.url}/dbms/")
    says(three("verify"), 0, printed=f"auth files: auth, roles from {bucket.url}/dbms/")
    (data / "dbms/auth").unlink()
    says(three("verify"), 10, "neither dbms/auth nor dbms/auth.ini")


def test_verify_fails_for_data_that_was_restored_without_them(three: ThreeX, bucket: Bucket, data: Path) -> None:
    put_beside(bucket)
    says(three(AUTH_FILES="false", FORCE_OVERWRITE="once"), 0)
    archives.write_files(data / "dbms", LIVE)
    says(three("verify", FORCE_OVERWRITE="once"), 12, "restored without auth files")
    says(three("verify"), 0, printed="auth files: present, and not of the last restore")


def test_the_replaced_ones_are_kept_and_a_rollback_puts_them_back(three: ThreeX, bucket: Bucket, data: Path) -> None:
    before = live(data)
    put_beside(bucket)
    says(three(FORCE_OVERWRITE="once", KEEP_PREVIOUS="true"), 0)
    previous = archives.snapshot(data / ".neo4j-restore/previous")
    assert previous == before
    says(three("rollback"), 0, printed="dbms/auth")
    assert archives.snapshot(data) == before
    assert receipt(data)["auth_files"]["names"] == ["auth", "roles", "auth.ini"]
    says(three("rollback"), 0, printed="put back: nothing")
    assert archives.snapshot(data) == before


def test_a_rollback_removes_those_that_the_restore_brought_where_there_were_none(
    three: ThreeX, bucket: Bucket, data: Path
) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    put_beside(bucket)
    says(three(FORCE_OVERWRITE="once", KEEP_PREVIOUS="true"), 0)
    assert on(data) == SET
    says(three("rollback"), 0)
    assert archives.snapshot(data) == before


def test_a_rollback_of_a_restore_without_them_leaves_them_alone(three: ThreeX, bucket: Bucket, data: Path) -> None:
    live(data)
    put_beside(bucket)
    says(three(AUTH_FILES="false", FORCE_OVERWRITE="once", KEEP_PREVIOUS="true"), 0)
    archives.write_files(data / "dbms", {"auth": SET["auth"]})
    says(three("rollback"), 0)
    assert on(data) == {**LIVE, "auth": SET["auth"]}


def test_a_member_that_catches_up_keeps_its_own(three: ThreeX, data: Path) -> None:
    archives.write_files(data / "dbms", LIVE)
    before = archives.snapshot(data)
    with members.member(members.SERVES_3) as address:
        request = {"CLUSTER_MEMBERS": address, "FORCE_OVERWRITE": "once", "STORAGE_EMULATOR_HOST": "http://127.0.0.1:9"}
        says(three(**request), 0, "auth files: skip", "does not copy its users")
        planned = json.loads(three("plan", "--json", **request).stdout)
    assert planned["auth_files"] is None
    assert archives.snapshot(data) == before


def test_a_member_that_restores_loses_its_place_and_gets_both_back_by_a_rollback(
    three: ThreeX, bucket: Bucket, data: Path
) -> None:
    archives.write_files(data, {"cluster-state/raft/0": b"raft"})
    before = live(data)
    put_beside(bucket)
    says(three(FORCE_OVERWRITE="once", KEEP_PREVIOUS="true"), 0)
    assert on(data) == SET
    assert not (data / "cluster-state").exists()
    says(three("rollback"), 0)
    assert archives.snapshot(data) == before


@root_only
def test_as_root_files_and_folder_become_neo4js(three: ThreeX, bucket: Bucket, data: Path) -> None:
    os.chown(data, 4711, 4711)
    put_beside(bucket)
    says(three(), 0)
    owners = {path: path.stat().st_uid for path in [data / "dbms", *(data / "dbms").iterdir()]}
    assert set(owners.values()) == {4711}
