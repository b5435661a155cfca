"""AUTH_FILES: the auth files of Neo4j 3.x go live with the databases, in the same swap, or stay as they are."""

import gzip
import json
import stat
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.restore.commands.auth_file_sets import SET, ThreeX, live, on, put_beside, receipt, tar_gz
from tests.support import archives, standin
from tests.support.authfiles import auth_files, below
from tests.support.says import says
from tests.support.stores import Bucket

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
    files = json.loads(three("plan", "--json", FORCE_OVERWRITE="once").stdout)["auth_files"]
    assert files["from"] == f"{bucket.url}/dbms/"
    assert files["names"] == ["auth", "roles"]
    assert files["replaces"] == ["auth", "roles", "auth.ini"]
    assert archives.snapshot(data) == before


def test_a_set_of_auth_files_beside_sets_is_no_set(three: ThreeX, bucket: Bucket) -> None:
    put_beside(bucket, folder="neo4j/dbms/")
    listed = json.loads(three("list", "--json").stdout)
    assert [each["object"] for each in listed] == [f"{bucket.url}/neo4j-latest.tar.gz"]
