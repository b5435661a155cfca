"""Archives that mean harm, and the honest ones that look like it."""

import io
import tarfile
from pathlib import Path

import pytest
from tests import archives

from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.unpack import unpack


def tar_of(*members: tarfile.TarInfo, data: bytes = b"x") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for member in members:
            if member.isreg():
                member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def unpacked(data: bytes, into: Path) -> int:
    return unpack(io.BytesIO(data), into, "the set")  # type: ignore[arg-type]


HOSTILE = {
    "out": [member("../outside")],
    "out, later": [member("neo4j/../../outside")],
    "absolute and out": [member("/../outside")],
    "symbolic link": [member("neo4j", tarfile.SYMTYPE, "/etc")],
    "hard link": [member("neo4j", tarfile.LNKTYPE, "/etc/passwd")],
    "device": [member("null", tarfile.CHRTYPE)],
    "block device": [member("disk", tarfile.BLKTYPE)],
    "FIFO": [member("pipe", tarfile.FIFOTYPE)],
    "twice": [member("neostore"), member("neostore")],
    "twice, by a dot": [member("neostore"), member("./neostore")],
    "case": [member("neostore"), member("NeoStore")],
    "file, then folder": [member("neo4j"), member("neo4j/neostore")],
    "folder between, then file": [member("neo4j/neostore"), member("neo4j")],
    "case of folders": [member("neo4j/neostore"), member("Neo4j/other")],
    "folder, then file": [member("neo4j", tarfile.DIRTYPE), member("neo4j")],
    "control character": [member("neo\n4j")],
    "too long a name": [member("n" * 2000)],
    "the folder itself": [member("./")],
}


@pytest.mark.parametrize("members", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_archive_is_refused(members: list[tarfile.TarInfo], tmp_path: Path) -> None:
    with pytest.raises(BackupDamagedError, match="the set"):
        unpacked(tar_of(*members), tmp_path / "in")
    assert {path.name for path in tmp_path.iterdir()} == {"in"}


def test_absolute_names_land_below_the_folder(tmp_path: Path) -> None:
    unpacked(tar_of(member("/backups/neo4j/neostore")), tmp_path / "in")
    assert (tmp_path / "in/backups/neo4j/neostore").read_bytes() == b"x"


def test_folders_may_come_twice(tmp_path: Path) -> None:
    folder = member("neo4j", tarfile.DIRTYPE)
    assert unpacked(tar_of(folder, folder, member("neo4j/neostore")), tmp_path / "in") == 1


@pytest.mark.parametrize("count", [0, 512, 700, 1024, 5000])
def test_a_tar_cut_anywhere_is_damaged(count: int, tmp_path: Path) -> None:
    whole = archives.tar_bytes({"neostore": b"x" * 3000, "other": b"y" * 3000})
    end = len(whole.rstrip(b"\0")) if count else len(whole) - 10240
    with pytest.raises(BackupDamagedError):
        unpacked(whole[: end - count] if count else b"", tmp_path / "in")


def test_bytes_behind_the_end_are_damage(tmp_path: Path) -> None:
    with pytest.raises(BackupDamagedError, match="end mark"):
        unpacked(archives.tar_bytes({"neostore": b"x"}) + b"more", tmp_path / "in")


def test_a_sparse_file_is_refused(tmp_path: Path) -> None:
    sparse = member("neostore")
    sparse.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "99999999999"}
    with pytest.raises(BackupDamagedError):
        unpacked(tar_of(sparse, data=b"1\n0\n1\n" + bytes(506)), tmp_path / "in")


def test_modes_and_owners_of_the_archive_are_not_taken(tmp_path: Path) -> None:
    odd = member("neostore")
    odd.mode, odd.uid = 0o6777, 0
    unpacked(tar_of(odd), tmp_path / "in")
    assert (tmp_path / "in/neostore").stat().st_mode & 0o7111 == 0
