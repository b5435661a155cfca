"""Archives that mean harm, and the honest ones that look like it."""

import io
import shutil
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import archives
from tests.support.tars import HOSTILE, member, tar_of

from neo4j_restore.errors import BackupDamagedError, NoSpaceError
from neo4j_restore.staging.untar import Limits, limits, unpack


def unpacked(data: bytes, into: Path, limits: Limits | None = None) -> int:
    return unpack(io.BytesIO(data), into, "the set", limits or Limits(10**9, 10**9))  # type: ignore[arg-type]


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


def sparse_file(size: str = "4096", data: bytes = b"1\n1024\n1\n", **keywords: str) -> bytes:
    sparse = member("neostore")
    headers = {"major": "1", "minor": "0", "realsize": size, **keywords}
    sparse.pax_headers = {f"GNU.sparse.{keyword}": value for keyword, value in headers.items()}
    return tar_of(sparse, data=data + bytes(-len(data) % 512) + b"x")


SPARSE = {
    "overlap": sparse_file(data=b"2\n1024\n1\n1024\n0\n"),
    "past its end": sparse_file(size="1024"),
    "more than is stored": sparse_file(data=b"1\n1024\n2\n"),
    "less than is stored": sparse_file(data=b"0\n"),
    "more regions than are told": sparse_file(data=b"9\n1024\n1\n"),
    "a negative offset": sparse_file(data=b"1\n-1\n1\n"),
    "not a number": sparse_file(data=b"1\nten\n1\n"),
    "a number without end": sparse_file(data=b"1" * 5000),
    "a size past all bounds": sparse_file(size="9" * 30),
    "no size": sparse_file(size=""),
    "another layout": sparse_file(minor="7"),
    "a map of odd length": sparse_file(major="0", map="0,1,2"),
}


@pytest.mark.parametrize("data", SPARSE.values(), ids=SPARSE)
def test_a_sparse_file_whose_map_is_wrong_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(BackupDamagedError, match="the set is damaged: as tar"):
        unpacked(data, tmp_path / "in")
    assert unpacked(sparse_file(), tmp_path / "right") == 1
    assert (tmp_path / "right/neostore").read_bytes() == bytes(1024) + b"x" + bytes(3071)


def test_holes_larger_than_the_volume_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NoSpaceError, match=r"sparse files of 4096 bytes or more with their holes, .* has 4095 in all"):
        unpacked(sparse_file(), tmp_path / "in", Limits(10**9, 10**9, volume_bytes=4095))


def test_regions_are_bounded_for_the_whole_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neo4j_restore.bounds.MOST_REGIONS", 1)
    assert unpacked(sparse_file(), tmp_path / "in") == 1
    with pytest.raises(BackupDamagedError, match="regions of its sparse files are more than 1"):
        unpacked(sparse_file(data=b"2\n1024\n1\n2000\n0\n"), tmp_path / "more")


def test_headers_are_bounded_in_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neo4j_restore.bounds.MOST_HEADER_BYTES", 5 * 512)
    with pytest.raises(BackupDamagedError, match="bytes of its headers are more than 2560"):
        unpacked(archives.tar_bytes({str(number): b"" for number in range(6)}), tmp_path / "in")


def test_zeros_behind_the_end_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = archives.tar_bytes({"neostore": b"x"})
    monkeypatch.setattr("neo4j_restore.bounds.MOST_PADDING", len(whole))
    with pytest.raises(BackupDamagedError, match="bytes of zeros after its end mark"):
        unpacked(whole + bytes(len(whole)), tmp_path / "in")


def test_a_global_header_is_read_and_may_not_describe_a_sparse_file(tmp_path: Path) -> None:
    for keyword in ("comment", "GNU.sparse.realsize"):
        head = tarfile.TarInfo.create_pax_global_header({keyword: "9"})
        data = head + archives.tar_bytes({"neostore": b"x"})
        if keyword == "comment":
            assert unpacked(data, tmp_path / "in") == 1
        else:
            with pytest.raises(BackupDamagedError, match="a global header"):
                unpacked(data, tmp_path / "other")


def test_a_bomb_is_refused_by_its_headers_before_it_is_written(tmp_path: Path) -> None:
    bomb = archives.tar_bytes({f"neostore.{number}": bytes(1000) for number in range(10)})
    with pytest.raises(BackupDamagedError, match="more than its format can pack"):
        unpacked(bomb, tmp_path / "in", Limits(ratio_bytes=4999, free_bytes=10**9))
    assert sum(path.stat().st_size for path in (tmp_path / "in").iterdir()) == 4000


def test_what_would_fill_the_volume_is_refused_before_it_is_full(tmp_path: Path) -> None:
    with pytest.raises(NoSpaceError, match="unpacks to 2000 bytes or more, and 1999 are free on the volume"):
        unpacked(archives.tar_bytes({"a": bytes(1000), "b": bytes(1000)}), tmp_path / "in", Limits(10**9, 1999))


def test_limits_leave_the_volume_some_room(tmp_path: Path) -> None:
    bounds = limits(1000, 1100, tmp_path)
    assert bounds.ratio_bytes == 1100 * 1000
    assert bounds.free_bytes < shutil.disk_usage(tmp_path).free


def test_a_flood_of_entries_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neo4j_restore.bounds.MOST_ENTRIES", 100)
    with pytest.raises(BackupDamagedError, match="files and folders are more than 100"):
        unpacked(archives.tar_bytes({str(number): b"" for number in range(200)}), tmp_path / "in")


def test_an_extension_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    huge = member("neostore", tarfile.XHDTYPE)
    huge.size = 2**40
    with pytest.raises(BackupDamagedError, match="the set"):
        unpacked(huge.tobuf(tarfile.GNU_FORMAT) + bytes(10240), tmp_path / "in")


def test_extensions_of_extensions_without_end_are_refused(tmp_path: Path) -> None:
    extension = member("neostore", tarfile.XHDTYPE)
    with pytest.raises(BackupDamagedError, match="the set"):
        unpacked(extension.tobuf(tarfile.GNU_FORMAT) * 5000 + bytes(10240), tmp_path / "in")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4095), st.integers(0, 255)), min_size=1, max_size=12), st.booleans())
def test_any_change_is_unpacked_inside_or_refused(changes: list[tuple[int, int]], pax: bool) -> None:
    whole = bytearray(
        tar_of(member("n" * 150), member("neo4j/neostore"), kind=tarfile.PAX_FORMAT if pax else tarfile.GNU_FORMAT)
    )
    for position, value in changes:
        whole[position % len(whole)] = value
    with tempfile.TemporaryDirectory() as folder, suppress(BackupDamagedError):
        unpacked(bytes(whole), Path(folder) / "in")
    assert not Path(folder).exists()


def test_modes_and_owners_of_the_archive_are_not_taken(tmp_path: Path) -> None:
    odd = member("neostore")
    odd.mode, odd.uid = 0o6777, 0
    unpacked(tar_of(odd), tmp_path / "in")
    assert (tmp_path / "in/neostore").stat().st_mode & 0o7111 == 0


def test_a_bad_header_in_the_middle_is_not_taken_for_the_end(tmp_path: Path) -> None:
    whole = bytearray(archives.tar_bytes({"neostore": b"x" * 512, "neostore.transaction.db.0": b"y" * 512}))
    whole[1024 + 150] ^= 1
    with pytest.raises(BackupDamagedError):
        unpacked(bytes(whole), tmp_path / "in")


def test_a_second_archive_behind_the_first_is_not_lost_in_silence(tmp_path: Path) -> None:
    one, two = archives.tar_bytes({"neostore": b"x"}), archives.tar_bytes({"other": b"y"})
    with pytest.raises(BackupDamagedError, match="other bytes after its end mark"):
        unpacked(one + two, tmp_path / "in")


def test_content_that_is_zeros_is_no_end_mark(tmp_path: Path) -> None:
    whole = archives.tar_bytes({"neostore": bytes(4096)})
    with pytest.raises(BackupDamagedError):
        unpacked(whole[: 512 + 4096], tmp_path / "in")
    assert unpacked(whole, tmp_path / "whole") == 4096
