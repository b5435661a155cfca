"""AUTH_FILES: the auth files of Neo4j 3.x go live with the databases, in the same swap, or stay as they are."""

import gzip
import hashlib
import json
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run
from tests.support import archives, members, standin
from tests.support.authfiles import auth_files, below, user
from tests.support.says import says
from tests.support.skips import root_only
from tests.support.stores import Bucket

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.planning import preflight
from neo4j_restore.volume.paths import VolumePaths

SET = auth_files("neo4j", "early")
LIVE = {**auth_files("neo4j", "late"), "auth.ini": user("neo4j").encode()}

ThreeX = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def three(neo4j_restore: Run, tmp_path: Path) -> ThreeX:
    """Return the command with the neo4j-admin of 3.5, and AUTH_FILES."""
    home = standin.install(tmp_path / "three", "3.5.35")

    def run(command: str = "run", *argv: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return neo4j_restore(command, *argv, NEO4J_HOME=str(home), **{"AUTH_FILES": "true", **settings})

    return run


def tar_gz(files: dict[str, bytes]) -> bytes:
    store = below("backups/neo4j/", archives.store_files())
    return gzip.compress(archives.tar_bytes({**store, **files}))


def put_beside(bucket: Bucket, files: dict[str, bytes] = SET, folder: str = "dbms/") -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    for name, content in files.items():
        bucket.put(folder + name, content)


def live(data: Path, files: dict[str, bytes] = LIVE, mark: str = "newer") -> dict[str, bytes]:
    """Put a database and auth files on the volume, and return all of it."""
    archives.write_database(data, mark)
    archives.write_files(data / "dbms", files)
    return archives.snapshot(data)


def on(data: Path) -> dict[str, bytes]:
    """Return the auth files that are live."""
    return {path.name: path.read_bytes() for path in (data / "dbms").glob("*")}


def receipt(data: Path) -> Any:
    return json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]


IN_AN_ARCHIVE = {
    "dbms beside the store": "backups/dbms/",
    "auth beside the store": "backups/auth/",
    "in the store": "backups/neo4j/dbms/",
    "at the top": "dbms/",
}


@pytest.mark.proves("auth")
@pytest.mark.parametrize("folder", IN_AN_ARCHIVE.values(), ids=IN_AN_ARCHIVE)
@pytest.mark.parametrize("form", ["tar.gz", "zip"])
def test_the_files_in_an_archive_go_live_for_their_owner_alone(
    form: str, folder: str, three: ThreeX, bucket: Bucket, data: Path
) -> None:
    files = {**below("backups/neo4j/", archives.store_files()), **below(folder, SET)}
    archive = gzip.compress(archives.tar_bytes(files)) if form == "tar.gz" else archives.zipped(files, below="")
    bucket.put(f"neo4j-latest.{form}", archive)
    says(three(), 0)
    assert on(data) == SET
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (data / "dbms").glob("*")}
    assert modes == {0o600}
    assert receipt(data)["auth_files"]["names"] == ["auth", "roles"]
    folder_of_store = {name for name in archives.snapshot(data) if name.startswith("databases/neo4j/dbms")}
    assert folder_of_store == set()


BESIDE = {
    "in BUCKET": ("neo4j-latest.tar.gz", "dbms/"),
    "in BUCKET, as auth": ("neo4j-latest.tar.gz", "auth/"),
    "beside the object in its folder": ("neo4j/neo4j-latest.tar.gz", "neo4j/dbms/"),
    "above the object's folder": ("neo4j/neo4j-latest.tar.gz", "dbms/"),
}


@pytest.mark.parametrize(("key", "folder"), BESIDE.values(), ids=BESIDE)
def test_the_files_beside_an_archive_are_taken(
    key: str, folder: str, three: ThreeX, bucket: Bucket, data: Path
) -> None:
    bucket.put(key, archives.tar_gz())
    for name, content in SET.items():
        bucket.put(folder + name, content)
    says(three(), 0)
    assert on(data) == SET
    assert receipt(data)["auth_files"] == {"from": f"{bucket.url}/{folder}", "names": ["auth", "roles"]}


@pytest.mark.parametrize("folder", ["neo4j/dbms/", "neo4j/auth/", "dbms/"])
def test_the_files_of_a_raw_directory_are_taken_and_do_not_get_into_the_store(
    folder: str, three: ThreeX, bucket: Bucket, data: Path
) -> None:
    for name, content in {**below("neo4j/", archives.store_files()), **below(folder, SET)}.items():
        bucket.put(name, content)
    says(three(), 0)
    assert on(data) == SET
    assert not (data / "databases/neo4j" / folder.removeprefix("neo4j/")).exists()


@pytest.mark.parametrize("folder", ["in the archive", "neo4j/dbms/", "dbms/"])
def test_they_come_with_a_set_that_gets_another_name(folder: str, three: ThreeX, bucket: Bucket, data: Path) -> None:
    within = folder == "in the archive"
    bucket.put("neo4j/neo4j-latest.tar.gz", tar_gz(below("backups/neo4j/dbms/", SET) if within else {}))
    # Those beside a set of the new name's database are another's.
    others = {"staging/neo4j-latest.tar.gz": tar_gz({}), **below("staging/dbms/", auth_files("neo4j", "other"))}
    for name, content in {**others, **({} if within else below(folder, SET))}.items():
        bucket.put(name, content)
    place = {} if folder == "dbms/" else {"BUCKET": f"{bucket.url}/neo4j"}
    request = {"DATABASE": "staging=neo4j", "IGNORE_OBJECTS": "staging/*", **place}
    archives.write_database(data, "live")
    says(three(**request), 0)
    assert on(data) == SET
    names = {name for name in archives.snapshot(data) if "dbms" in name}
    assert names == {"dbms/auth", "dbms/roles"}
    (restored,) = receipt(data)["restored"]
    assert (restored["database"], restored["source_database"]) == ("staging", "neo4j")
    done = json.loads(three("plan", "--json", FORCE_OVERWRITE="true", **request).stdout)
    users, opened = done["after_start"]
    assert "users, roles and passwords become those of the auth files" in users
    assert "dbms.active_database=staging" in opened


@pytest.mark.parametrize("version", ["3.5.35", "4.4.48"])
@pytest.mark.parametrize("form", ["archive", "directory"])
def test_without_the_variable_none_get_into_the_store_either(
    form: str, version: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    if form == "archive":
        bucket.put("neo4j-latest.tar.gz", tar_gz(below("backups/neo4j/dbms/", SET)))
    else:
        for name, content in below("neo4j/", {**archives.store_files(), **below("dbms/", SET)}).items():
            bucket.put(name, content)
    says(neo4j_restore("run", NEO4J_HOME=str(standin.install(tmp_path / "admin", version))), 0)
    assert not [name for name in archives.snapshot(data) if "dbms" in name]


def test_a_bucket_that_names_the_raw_directory_itself_also_has_the_folder_beside_it(
    three: ThreeX, bucket: Bucket, data: Path
) -> None:
    for name, content in {**below("p/neo4j/", archives.store_files()), **below("p/dbms/", SET)}.items():
        bucket.put(name, content)
    says(three(BUCKET=f"{bucket.url}/p/neo4j"), 0)
    assert on(data) == SET


def test_a_bucket_that_names_the_object_itself_also_has_the_folder_beside_it(
    three: ThreeX, bucket: Bucket, data: Path
) -> None:
    bucket.put("p/copied", archives.tar_gz())
    for name, content in SET.items():
        bucket.put(f"p/dbms/{name}", content)
    says(three(BUCKET=f"{bucket.url}/p/copied"), 0)
    assert on(data) == SET


def test_the_order_is_the_archive_then_the_nearest_folder_and_dbms_before_auth(
    three: ThreeX, bucket: Bucket, data: Path
) -> None:
    bucket.put("neo4j/neo4j-latest.tar.gz", tar_gz(below("backups/dbms/", auth_files("neo4j", "inside"))))
    for folder in ("neo4j/dbms/", "neo4j/auth/", "dbms/"):
        for name, content in auth_files("neo4j", folder.replace("/", "-")).items():
            bucket.put(folder + name, content)
    says(three(), 0)
    assert on(data) == auth_files("neo4j", "inside")
    bucket.put("neo4j/neo4j-latest.tar.gz", tar_gz({}))
    says(three(FORCE_OVERWRITE="true"), 0)
    assert on(data) == auth_files("neo4j", "neo4j-dbms-")


def test_files_in_a_folder_on_a_file_system_are_taken(three: ThreeX, tmp_path: Path, data: Path) -> None:
    archives.write_files(tmp_path / "sets", {"neo4j-latest.tar.gz": archives.tar_gz(), **below("dbms/", SET)})
    says(three(BUCKET=f"file://{tmp_path}/sets"), 0, "sets/dbms/auth (and 1 more) is not verified")
    assert on(data) == SET


def test_require_checksum_refuses_files_that_nothing_verifies_and_takes_those_with_a_checksum_beside(
    three: ThreeX, tmp_path: Path, data: Path
) -> None:
    sets = {"neo4j-latest.tar.gz": archives.tar_gz(), **below("dbms/", SET)}
    archives.write_files(tmp_path / "sets", sets)
    settings = {"BUCKET": f"file://{tmp_path}/sets", "REQUIRE_CHECKSUM": "true"}
    says(three(**settings), 11, "sets/dbms/auth (and 1 more) is not verified")
    assert not (data / "databases").exists()
    sums = {f"{name}.sha256": hashlib.sha256(content).hexdigest().encode() for name, content in sets.items()}
    archives.write_files(tmp_path / "sets", sums)
    says(three(**settings), 0)
    assert on(data) == SET


def test_files_that_do_not_match_the_checksum_beside_them_change_nothing(
    three: ThreeX, bucket: Bucket, data: Path
) -> None:
    before = live(data)
    put_beside(bucket)
    bucket.put("dbms/auth.sha256", hashlib.sha256(b"another").hexdigest().encode())
    says(three(FORCE_OVERWRITE="once"), 11, "dbms/auth")
    assert archives.snapshot(data) == before


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


MISSING = {
    "no folder": {},
    "roles alone": {"roles": SET["roles"]},
}


@pytest.mark.parametrize("files", MISSING.values(), ids=MISSING)
@pytest.mark.parametrize("form", ["archive", "directory"])
def test_missing_files_are_an_error_that_names_the_places(
    form: str, files: dict[str, bytes], three: ThreeX, bucket: Bucket, data: Path
) -> None:
    before = live(data)
    if form == "archive":
        bucket.put("neo4j/neo4j-latest.tar.gz", tar_gz(below("backups/dbms/", files)))
    else:
        for name, content in {**below("neo4j/", archives.store_files()), **below("neo4j/dbms/", files)}.items():
            bucket.put(name, content)
    places = [f"{bucket.url}/{folder}" for folder in ("neo4j/dbms/", "neo4j/auth/", "dbms/", "auth/")]
    says(three(FORCE_OVERWRITE="once"), 10, ", ".join(places), "AUTH_FILES to false")
    assert archives.snapshot(data) == before


DAMAGED = {
    "cut in a line": {**SET, "auth": SET["auth"][:-20]},
    "empty": {**SET, "auth": b""},
    "not text": {**SET, "roles": bytes(range(256))},
    "a user without a hash": {**SET, "auth": SET["auth"] + b"mallory:plain,secret-word:\n"},
    "line breaks of Windows": {**SET, "auth": SET["auth"].replace(b"\n", b"\r\n")},
    "a role for an unknown user": {**SET, "roles": SET["roles"] + b"editor:nobody\n"},
    "too large": {**SET, "auth": SET["auth"] * 10_000},
    "auth.ini": {**SET, "auth.ini": b"neo4j\n"},
}


@pytest.mark.parametrize("files", DAMAGED.values(), ids=DAMAGED)
@pytest.mark.parametrize("inside", [True, False], ids=["in the archive", "in the bucket"])
def test_damaged_files_change_nothing_and_no_message_repeats_them(
    inside: bool, files: dict[str, bytes], three: ThreeX, bucket: Bucket, data: Path
) -> None:
    before = live(data)
    if inside:
        bucket.put("neo4j-latest.tar.gz", tar_gz(below("backups/dbms/", files)))
    else:
        put_beside(bucket, files)
    secret = SET["auth"].split(b",")[1].decode()
    done = three(FORCE_OVERWRITE="once")
    says(done, 11, "dbms/", "copy the folder dbms", unsaid=(secret, "mallory", "secret-word", "nobody"))
    assert archives.snapshot(data) == before


def test_damaged_files_in_the_bucket_are_known_before_old_data_is_deleted(
    three: ThreeX, bucket: Bucket, data: Path
) -> None:
    before = live(data)
    put_beside(bucket, {**SET, "auth": b""})
    says(three(FORCE_OVERWRITE="true", SPACE_MODE="reclaim"), 11)
    assert archives.snapshot(data) == before


def test_old_data_is_not_deleted_before_it_is_known_whether_there_are_any(
    three: ThreeX, bucket: Bucket, data: Path
) -> None:
    before = live(data)
    bucket.put("neo4j-latest.tar.gz", tar_gz(below("backups/dbms/", SET)))
    settings = {"FORCE_OVERWRITE": "true", "SPACE_MODE": "reclaim"}
    says(three(**settings), 2, "only once it is unpacked", f"copy the folder dbms to {bucket.url}/dbms/")
    assert archives.snapshot(data) == before
    put_beside(bucket)
    says(three(**settings), 0)
    assert on(data) == SET


@pytest.mark.refuses("auth", because="From 4.0 on the users are in `system`")
@pytest.mark.parametrize("version", ["4.0.12", "4.4.48"])
def test_later_versions_are_refused_with_the_remedy(
    version: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    put_beside(bucket)
    home = standin.install(tmp_path / "later", version)
    done = neo4j_restore("run", AUTH_FILES="true", NEO4J_HOME=str(home))
    says(done, 2, "AUTH_FILES is for Neo4j 3.x", "add system to DATABASE")
    assert not (data / "databases").exists()


def test_a_start_with_nothing_to_do_asks_no_version(neo4j_restore: Run, data: Path, tmp_path: Path) -> None:
    before = live(data)
    says(neo4j_restore("run", AUTH_FILES="true", NEO4J_HOME=str(tmp_path / "nowhere")), 0)
    assert archives.snapshot(data) == before


def test_the_plan_names_files_and_place_and_that_ldap_has_none(three: ThreeX, bucket: Bucket, data: Path) -> None:
    before = live(data)
    put_beside(bucket)
    planned = three("plan", FORCE_OVERWRITE="once")
    says(
        planned,
        0,
        printed=(f"auth, roles from {bucket.url}/dbms/", "of LDAP no auth data is restored"),
    )
    told = json.loads(three("plan", "--json", FORCE_OVERWRITE="once").stdout)["auth_files"]
    assert told["from"] == f"{bucket.url}/dbms/"
    assert told["names"] == ["auth", "roles"]
    assert told["replaces"] == ["auth", "roles", "auth.ini"]
    assert archives.snapshot(data) == before


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


def test_a_folder_or_link_in_their_place_is_refused_before_the_download(
    three: ThreeX, bucket: Bucket, data: Path
) -> None:
    put_beside(bucket)
    archives.write_database(data, "newer")
    (data / "dbms/auth").mkdir(parents=True)
    says(three(FORCE_OVERWRITE="once"), 12, "dbms/auth is a folder, expected a file")
    (data / "dbms/auth").rmdir()
    (data / "dbms/auth").symlink_to(data / "elsewhere")
    says(three(FORCE_OVERWRITE="once"), 12, "dbms/auth is a symbolic link")


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


def test_another_user_than_neo4js_is_refused_before_the_download(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archives.write_files(data / "dbms", LIVE)
    owner = data.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(ConfigurationError, match=f"belongs to uid {owner}") as raised:
        preflight.check(VolumePaths(data), (), auth_files=True)
    assert f"runAsUser: {owner}" in raised.value.hint
    preflight.check(VolumePaths(data), ())


def test_a_set_of_auth_files_beside_sets_is_no_set(three: ThreeX, bucket: Bucket) -> None:
    put_beside(bucket, folder="neo4j/dbms/")
    listed = json.loads(three("list", "--json").stdout)
    assert [each["object"] for each in listed] == [f"{bucket.url}/neo4j-latest.tar.gz"]
