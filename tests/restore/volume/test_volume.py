"""The volume's facts, and the disk's errors in our words."""

import errno
import os
from pathlib import Path

import pytest
from tests.support import archives
from tests.support.skips import root_only

from neo4j_restore import disk, owners, spec
from neo4j_restore.errors import NoSpaceError, RestoreError, VolumeError
from neo4j_restore.volume import state
from neo4j_restore.volume.paths import VolumePaths
from neo4j_restore.volume.state import Found, inspect, missing_stores

NEO4J = spec.DatabaseName("neo4j")

CONTENTS: dict[str, tuple[list[str], Found]] = {
    "nothing": ([], Found.ABSENT),
    "a lock alone": (["databases/neo4j/database_lock"], Found.ABSENT),
    "a record store": (["databases/neo4j/neostore"], Found.DATABASE),
    "a block store": (["databases/neo4j/block.metadata.db"], Found.DATABASE),
    "other files": (["databases/neo4j/notes.txt"], Found.UNKNOWN),
    "a file in its place": (["databases/neo4j"], Found.UNKNOWN),
    "logs alone": (["transactions/neo4j/checkpoint.0"], Found.UNKNOWN),
}


@pytest.mark.parametrize(("files", "kind"), CONTENTS.values(), ids=CONTENTS)
def test_a_database_is_known_by_its_store(files: list[str], kind: Found, data: Path) -> None:
    archives.write_files(data, dict.fromkeys(files, b"x"))
    assert state.find(data, NEO4J) is kind


def test_a_data_folder_that_is_not_mounted_is_told(data: Path) -> None:
    with pytest.raises(VolumeError, match="does not exist"):
        inspect(VolumePaths(data / "gone"), ())


def test_a_store_of_the_block_format_has_no_record_files(data: Path) -> None:
    (data / "block.metadata.db").touch()
    assert missing_stores(data) == []


@pytest.mark.parametrize(
    ("code", "error"),
    [(errno.ENOSPC, NoSpaceError), (errno.EDQUOT, NoSpaceError), (errno.EIO, VolumeError), (errno.EROFS, VolumeError)],
)
def test_the_disks_errors_are_told_with_the_place(code: int, error: type[RestoreError], data: Path) -> None:
    with pytest.raises(error, match=str(data / "file")), disk.errors_of(data):
        raise OSError(code, os.strerror(code), str(data / "file"))


@root_only
@pytest.mark.parametrize("owner", [1000, 0], ids=["the volume's owner", "root's own volume"])
def test_as_root_the_files_become_neo4js(owner: int, data: Path) -> None:
    os.chown(data, owner, 7475)
    archives.write_files(data / ".neo4j-restore", {"lock": b"", "staging/data/databases/neo4j/neostore": b""})
    owners.give_home(data, data / ".neo4j-restore")
    owners.give_to_owner(data, data / ".neo4j-restore/staging")
    assert {(path.stat().st_uid, path.stat().st_gid) for path in data.rglob("*")} == {(owner or 7474, 7475)}
