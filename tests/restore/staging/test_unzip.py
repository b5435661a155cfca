"""Zips that mean harm or are damaged, and honest ones."""

import io
import struct
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import archives

from neo4j_restore.errors import BackupDamagedError, NoSpaceError
from neo4j_restore.staging import unzip
from neo4j_restore.staging.untar import Limits
from neo4j_restore.streams import zipdirectory

MANY = Limits(10**9, 10**9)


def entry(name: str, mode: int = 0, flags: int = 0, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr, info.compress_type, info.flag_bits = mode << 16, method, flags
    return info


def zip_of(*entries: zipfile.ZipInfo, data: bytes = b"x" * 3000) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for each in entries:
            archive.writestr(each, b"" if each.is_dir() else data)
    return buffer.getvalue()


def unpacked(data: bytes, top: Path, limits: Limits = MANY) -> int:
    (top / "set.zip").write_bytes(data)
    return unzip.unpack(top / "set.zip", top / "in", "the set", limits)


GOOD = zip_of(entry("neo4j/"), entry("neo4j/neostore"), entry("neo4j/neostore.nodestore.db", method=zipfile.ZIP_STORED))


def encrypted() -> bytes:
    """Return a zip whose entry says that it is encrypted, in both its headers."""
    whole = bytearray(zip_of(entry("neostore")))
    whole[6] |= 1
    whole[whole.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(whole)


def sharing() -> bytes:
    """Return a zip whose directory has one entry's bytes a hundred times."""
    whole = zip_of(entry("neostore"), data=bytes(100_000))
    start = whole.rfind(b"PK\x01\x02")
    one, end = whole[start : whole.rfind(b"PK\x05\x06")], whole[-22:]
    copies = b"".join(one.replace(b"neostore", b"n%07d" % number) for number in range(100))
    head = end[:8] + struct.pack("<HHII", 100, 100, len(copies), start) + b"\0\0"
    return whole[:start] + copies + head


HOSTILE = {
    "out": zip_of(entry("../outside")),
    "absolute and out": zip_of(entry("/../outside")),
    "link": zip_of(entry("neo4j", 0o120777)),
    "device": zip_of(entry("neo4j", 0o020666)),
    "case": zip_of(entry("neostore"), entry("NeoStore")),
    "file, then folder": zip_of(entry("neo4j"), entry("neo4j/neostore")),
    "control character": zip_of(entry("neo\n4j")),
    "encrypted": encrypted(),
    "another method": zip_of(entry("neostore", method=zipfile.ZIP_LZMA)),
    "shared bytes": sharing(),
    "junk behind": GOOD + b"junk",
    "cut": GOOD[:-1],
    "no end": GOOD[:-22],
    "nothing": b"",
    "a flipped bit": GOOD[:2000] + bytes([GOOD[2000] ^ 1]) + GOOD[2001:],
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_or_damaged_zip_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(BackupDamagedError, match="the set"):
        unpacked(data, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {"in", "set.zip"}


def test_an_encrypted_zip_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(BackupDamagedError, match="'neostore' is encrypted"):
        unpacked(encrypted(), tmp_path)


def test_an_honest_zip_is_unpacked(tmp_path: Path) -> None:
    assert unpacked(GOOD, tmp_path) == 6000
    assert (tmp_path / "in/neo4j/neostore.nodestore.db").read_bytes() == b"x" * 3000


def test_sizes_past_4_gib_are_told_by_the_directory(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w") as archive, archive.open("neostore", "w", force_zip64=True) as file:
        file.write(b"x" * 3000)
    whole = path.read_bytes()
    assert unpacked(whole, tmp_path) == 3000
    start, length = zipdirectory.directory_of(whole, len(whole)) or (0, 0)
    extra = struct.pack("<HHQ", 1, 8, 5 * 2**30)
    large = whole[start : start + 24] + struct.pack("<I", 2**32 - 1) + whole[start + 28 :][:2]
    large += struct.pack("<H", len(extra)) + whole[start + 32 : start + length] + extra
    assert zipdirectory.unpacked_bytes(large) == 5 * 2**30


def test_a_zips_directory_tells_what_it_unpacks_to() -> None:
    directory = zipdirectory.directory_of(GOOD[-zipdirectory.TAIL_BYTES :], len(GOOD))
    assert directory is not None
    assert zipdirectory.unpacked_bytes(GOOD[directory[0] : sum(directory)]) == 6000


@pytest.mark.parametrize(
    ("limits", "error"), [(Limits(5999, 10**9), BackupDamagedError), (Limits(10**9, 5999), NoSpaceError)]
)
def test_a_bomb_is_refused_before_it_is_written(limits: Limits, error: type[Exception], tmp_path: Path) -> None:
    with pytest.raises(error):
        unpacked(GOOD, tmp_path, limits)
    assert list((tmp_path / "in").iterdir()) == []


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=8))
def test_any_change_is_unpacked_inside_or_refused(changes: list[tuple[int, int]]) -> None:
    whole = bytearray(GOOD)
    for position, value in changes:
        whole[position % len(whole)] = value
    zipdirectory.unpacked_bytes(bytes(whole))
    with tempfile.TemporaryDirectory() as folder, suppress(BackupDamagedError, NoSpaceError):
        unpacked(bytes(whole), Path(folder))


def test_backslashes_of_windows_are_separators(tmp_path: Path) -> None:
    assert unpacked(zip_of(entry("neo4j\\index\\1")), tmp_path) == 3000
    assert (tmp_path / "in/neo4j/index/1").is_file()
    with pytest.raises(BackupDamagedError, match="leads out of the set"):
        unzip.unpack(written(zip_of(entry("..\\outside")), tmp_path), tmp_path / "other", "the set", MANY)


def written(data: bytes, top: Path) -> Path:
    path = top / "another.zip"
    path.write_bytes(data)
    return path


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40),
        st.tuples(st.binary(max_size=3000), st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])),
        max_size=5,
    ),
    st.booleans(),
    st.binary(max_size=100).filter(lambda comment: b"PK" not in comment),
)
def test_what_zipfile_writes_is_unpacked(files: dict[str, tuple[bytes, int]], large: bool, comment: bytes) -> None:
    buffer, expected = io.BytesIO(), {}
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, (name, (data, method)) in enumerate(files.items()):
            # Names that differ in case alone are refused.
            expected[f"neo4j/{number}{name}"] = data
            with archive.open(entry(f"neo4j/{number}{name}", method=method), "w", force_zip64=large) as file:
                file.write(data)
        archive.comment = comment
    with tempfile.TemporaryDirectory() as folder:
        assert unpacked(buffer.getvalue(), Path(folder)) == sum(map(len, expected.values()))
        assert archives.snapshot_all(Path(folder) / "in") == expected


def test_a_directory_longer_than_its_bound_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neo4j_restore.bounds.LARGEST_DIRECTORY", 100)
    with pytest.raises(BackupDamagedError, match=r"its directory has \d+ bytes, above 100"):
        unpacked(GOOD, tmp_path)


def test_a_flood_of_entries_is_refused_before_the_first_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neo4j_restore.bounds.MOST_ENTRIES", 2)
    with pytest.raises(BackupDamagedError, match="files and folders are more than 2"):
        unpacked(GOOD, tmp_path)
    assert list((tmp_path / "in").iterdir()) == []


def test_deflated_blocks_without_content_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neo4j_restore.bounds.EMPTY_BYTES", 100_000)
    whole = zip_of(entry("neostore", method=zipfile.ZIP_STORED), data=b"\0\0\0\xff\xff" * 100_000)
    # The same bytes, and said to be deflated.
    whole = whole.replace(b"PK\x01\x02\x14\x03\x14\0\0\0\0\0", b"PK\x01\x02\x14\x03\x14\0\0\0\x08\0")
    with pytest.raises(BackupDamagedError, match="of the entry 'neostore' unpack to 0"):
        unpacked(whole, tmp_path)
