"""AUTH_FILES: missing, damaged or unverified files, and volumes that cannot take them, change nothing."""

import hashlib
import os
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.restore.commands.auth_file_sets import LIVE, SET, ThreeX, live, on, put_beside, tar_gz
from tests.support import archives, standin
from tests.support.authfiles import below
from tests.support.says import says
from tests.support.stores import Bucket

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.planning import preflight
from neo4j_restore.volume.paths import VolumePaths


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


def test_another_user_than_neo4js_is_refused_before_the_download(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archives.write_files(data / "dbms", LIVE)
    owner = data.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(ConfigurationError, match=f"belongs to uid {owner}") as raised:
        preflight.check(VolumePaths(data), (), auth_files=True)
    assert f"runAsUser: {owner}" in raised.value.hint
    preflight.check(VolumePaths(data), ())
