"""The tar reader reads what tarfile and GNU tar write, sparse files too, and holds no more of it than its bounds."""

import io
import subprocess
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import archives

from neo4j_restore.staging import untar
from neo4j_restore.streams.tar import Kind, Tar

MANY = untar.Limits(10**9, 10**9)

FORMATS = ["v7", "oldgnu", "gnu", "ustar", "posix"]

SPARSE = {
    "gnu": ["--format=gnu"],
    "oldgnu": ["--format=oldgnu"],
    **{f"pax {version}": ["--format=posix", f"--sparse-version={version}"] for version in ("0.0", "0.1", "1.0")},
}


def pack(top: Path, *options: str) -> bytes:
    """Return what GNU tar makes of the folder `top`."""
    return subprocess.run(["tar", "-C", top, *options, "-cf", "-", "."], check=True, capture_output=True).stdout


def unpacked(data: bytes, into: Path, limits: untar.Limits = MANY) -> dict[str, bytes]:
    untar.unpack(io.BytesIO(data), into, "the set", limits)  # type: ignore[arg-type]  # reads alike
    return archives.snapshot_all(into)


def entries(data: bytes) -> list[tuple[str, Kind, bytes]]:
    read = Tar(io.BytesIO(data), "the set")  # type: ignore[arg-type]  # reads alike
    return [(entry.name, entry.kind, entry.data.readall()) for entry in read]


def write_sparse(path: Path, size: int, regions: dict[int, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for offset, data in regions.items():
            file.seek(offset)
            file.write(data)
        file.truncate(size)


# ustar splits a name at a slash, v7 has 99 characters; the others have extensions for longer ones.
LONG = {"ustar": f"{'n' * 90}/{'m' * 90}", "v7": "n" * 90}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_of_tar_is_read(form: str, tmp_path: Path) -> None:
    files = archives.store_files() | {LONG.get(form, f"{'n' * 200}/{'ü' * 100}/{'m' * 200}"): b"long", "empty": b""}
    archives.write_files(tmp_path / "top", files)
    assert unpacked(pack(tmp_path / "top", f"--format={form}"), tmp_path / "in") == files


@pytest.mark.parametrize("option", ["--label=neo4j", "--blocking-factor=4096", "--listed-incremental={}/index"])
def test_labels_padding_and_incremental_folders_are_read(option: str, tmp_path: Path) -> None:
    archives.write_files(tmp_path / "top", archives.store_files())
    assert unpacked(pack(tmp_path / "top", option.format(tmp_path)), tmp_path / "in") == archives.store_files()


@pytest.mark.parametrize("options", SPARSE.values(), ids=SPARSE)
@pytest.mark.parametrize("count", [0, 1, 4, 5, 60])
def test_sparse_files_come_with_their_holes(options: list[str], count: int, tmp_path: Path) -> None:
    regions = {number * 131072 + 4096: Random(number).randbytes(4096) for number in range(count)}  # noqa: S311
    for name, hole in (("neo4j/log", 2**24), (f"neo4j/{'n' * 120}", 0)):
        write_sparse(tmp_path / "top" / name, count * 131072 + hole, regions)
    archives.write_files(tmp_path / "top", {"neo4j/z": b"behind them"})
    packed = pack(tmp_path / "top", "-S", *options)
    assert len(packed) < 2**20
    assert unpacked(packed, tmp_path / "in") == archives.snapshot_all(tmp_path / "top")
    assert (tmp_path / "in/neo4j/log").stat().st_blocks * 512 < 2**20 + 16384 * count


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([*SPARSE.values()]),
    st.dictionaries(st.integers(0, 200).map(lambda number: number * 4096), st.binary(min_size=1, max_size=9000)),
    st.integers(0, 10**6),
)
def test_any_sparse_file_is_the_same_byte_by_byte(options: list[str], regions: dict[int, bytes], more: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        write_sparse(top / "top/log", max([0, *(at + len(data) for at, data in regions.items())]) + more, regions)
        packed = pack(top / "top", "-S", *options)
        assert unpacked(packed, top / "in") == archives.snapshot_all(top / "top")


NAMES = st.text(st.characters(blacklist_characters="\0/", blacklist_categories=["Cs"]), min_size=1, max_size=300)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(NAMES, st.binary(max_size=1500), st.sampled_from(["file", "folder", "link"])), max_size=6),
    st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
)
def test_what_tarfile_writes_is_read_as_tarfile_reads_it(members: list[tuple[str, bytes, str]], form: int) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form, encoding="utf-8") as archive:
        for name, data, kind in members:
            info = tarfile.TarInfo(name)
            info.type = {"file": tarfile.REGTYPE, "folder": tarfile.DIRTYPE, "link": tarfile.SYMTYPE}[kind]
            info.size, info.linkname = (len(data) if kind == "file" else 0), "somewhere"
            with suppress(ValueError):  # too long a name for ustar
                archive.addfile(info, io.BytesIO(data))
    assert entries(buffer.getvalue()) == tarfile_entries(buffer.getvalue())


def tarfile_entries(data: bytes) -> list[tuple[str, Kind, bytes]]:
    kinds = {tarfile.REGTYPE: Kind.FILE, tarfile.DIRTYPE: Kind.FOLDER}
    entries = []
    with tarfile.open(fileobj=io.BytesIO(data), encoding="utf-8") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isreg() else None
            entries.append((member.name, kinds.get(member.type, Kind.OTHER), content.read() if content else b""))
    return entries
