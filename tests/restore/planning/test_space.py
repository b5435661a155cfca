"""What a restore needs, and what it is told when the volume has less."""

import gzip
import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.support import archives
from tests.support.artifacts import Artifact

from neo4j_restore import spec
from neo4j_restore.admin.admin_commands import Edition, Version, commands
from neo4j_restore.errors import NoSpaceError
from neo4j_restore.inspection import contents, recognised
from neo4j_restore.inspection.layouts import Wanted
from neo4j_restore.planning import space
from neo4j_restore.planning.streamed import is_streamed
from neo4j_restore.sets import dump_headers, headers
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.headers import Header
from neo4j_restore.sets.inside import Inside
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.spec import SpaceMode
from neo4j_restore.stores import StoredObject

# Larger than a block, and not packed to nothing.
CONTENT = {"neostore": bytes(range(256)) * 4000, "neostore.transaction.db.0": b"log"}
TAR = archives.tar_bytes(CONTENT, below="backups/neo4j/")

OLD, MOVES, FIVE = commands(Version(3, 5)), commands(Version(4, 4)), commands(Version(5, 26))
ENTERPRISE = Edition.ENTERPRISE
GIB = 2**30


def chosen(kind: Kind, size: int, header: Header | None = None) -> BackupSet:
    now = datetime.now(UTC)
    return BackupSet(
        spec.DatabaseName("neo4j"), kind, "key", "", now, (StoredObject("key", size, now, "1"),), (), header
    )


def seen(data: bytes, kind: Kind = Kind.ARCHIVE, size: int = 0) -> BackupSet:
    """Return the set whose object is `data`, as it is once it was looked into. The listing may give it another size."""
    one = chosen(kind, size or len(data))
    wanted = Wanted(one.database, one.key, "the set")
    return recognised.recognised(one, contents.contents_of(data, kind, "the set"), wanted)


def dump(total: int, magic: bytes = b"DZV1") -> bytes:
    header = b"zstd" + struct.pack(">iqq", 1, 36, total)
    return magic + archives.zst(header + bytes(10_000))


@pytest.mark.parametrize("magic", [b"DZV1", b""])
def test_a_dumps_header_tells_its_size(magic: bytes) -> None:
    head = dump(5 * GIB, magic)
    one = chosen(Kind.DUMP, 1000, dump_headers.of_dump(head))
    assert space.estimate(one, head, b"", FIVE, ENTERPRISE).bytes == 5 * GIB
    # Where neo4j-admin takes no stream, the dump itself lies beside it.
    assert space.estimate(one, head, b"", OLD, ENTERPRISE).bytes == 5 * GIB + 1000


def test_an_artifacts_files_lie_beside_what_becomes_of_them() -> None:
    packed, plain = Artifact().write("BZV1", bytes(9000)), Artifact().write("BTV1", bytes(9000))
    one = chosen(Kind.BACKUP, len(packed), headers.of_backup(packed))
    assert space.estimate(one, packed, b"", FIVE, ENTERPRISE).bytes == len(packed) + 9000
    one = chosen(Kind.BACKUP, len(plain), headers.of_backup(plain))
    assert space.estimate(one, plain, b"", FIVE, ENTERPRISE).bytes == 2 * len(plain)
    chain = replace(one, objects=one.objects * 2)
    assert space.estimate(chain, plain, b"", FIVE, ENTERPRISE).bytes == 3 * 2 * len(plain)


@pytest.mark.parametrize(
    ("artifact", "magic", "version", "needs_file"),
    [
        (Artifact(), "BZV1", Version(5, 26), False),
        (Artifact(), "BZV2", Version(2026, 8), False),
        (Artifact(), "BTV1", Version(5, 26), True),
        (Artifact(full=False), "BZV1", Version(5, 26), True),
        # Its `load` takes no artifact.
        (Artifact(), "BZV1", Version(5, 19), True),
    ],
    ids=["full", "newer", "in clear", "differential", "before 5.20"],
)
def test_a_full_artifact_in_zstd_is_streamed_to_community(
    artifact: Artifact, magic: str, version: Version, needs_file: bool
) -> None:
    packed = artifact.write(magic, bytes(9000))
    one = chosen(Kind.BACKUP, len(packed), headers.of_backup(packed))
    on_volume = space.estimate(one, packed, b"", commands(version), Edition.COMMUNITY).bytes > 9000
    assert on_volume == needs_file
    assert is_streamed(one, commands(version), Edition.COMMUNITY) is not needs_file
    assert not is_streamed(one, commands(version), ENTERPRISE)


@pytest.mark.parametrize("pack", [archives.zst, archives.lz4])
def test_the_start_of_another_stream_tells_by_how_much_it_grows(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(TAR)
    estimate = space.estimate(seen(packed), packed, b"", MOVES, ENTERPRISE)
    assert 0.99 < estimate.bytes / len(TAR) < 1.01


@pytest.mark.parametrize("head", [b"DZV1junk", b"", b"DGV1\x1f\x8b"])
def test_a_dump_without_a_header_needs_its_own_size_at_least(head: bytes) -> None:
    assert space.estimate(chosen(Kind.DUMP, 1000), head, b"", FIVE, ENTERPRISE).bytes == 1000


@pytest.mark.parametrize("data", [TAR, archives.tar_bytes(CONTENT)], ids=["archive", "dump of 3.5"])
def test_a_gzips_trailer_tells_its_size(data: bytes) -> None:
    packed = gzip.compress(data)
    estimate = space.estimate(seen(packed, Kind.DUMP), packed, packed[-4:], MOVES, ENTERPRISE)
    assert (estimate.bytes, estimate.source) == (len(data), "gzip trailer")


def test_the_last_bytes_of_a_cut_gzip_are_no_size() -> None:
    packed = gzip.compress(TAR)
    estimate = space.estimate(seen(packed), packed, b"\xfe\xfe\xfe\xfe", MOVES, ENTERPRISE)
    assert (estimate.bytes, estimate.source) == (len(TAR), "start of the gzip")


def test_a_need_that_a_trailer_told_may_be_that_of_a_cut_archive() -> None:
    with pytest.raises(NoSpaceError) as raised:
        space.check(GIB, 0, 0, SpaceMode.KEEP, replaces=False, sources={"gzip trailer"})
    assert "archive is complete" in raised.value.hint


def test_beyond_4_gib_the_ratio_of_the_first_megabyte_tells_which() -> None:
    packed = gzip.compress(TAR)
    ratio = len(TAR) / len(packed)
    tail = struct.pack("<I", (9 * GIB + 5) % 2**32)
    estimate = space.estimate(seen(packed, size=round(9 * GIB / ratio)), packed, tail, MOVES, ENTERPRISE)
    assert estimate.bytes == 9 * GIB + 5


def test_without_move_the_unpacked_set_is_there_twice() -> None:
    assert space.estimate(chosen(Kind.DIRECTORY, 1000), b"", b"", OLD, ENTERPRISE).bytes == 2000
    assert space.estimate(chosen(Kind.DIRECTORY, 1000), b"", b"", MOVES, ENTERPRISE).bytes == 1000


def test_a_packed_dump_needs_what_its_header_tells() -> None:
    data = dump(5 * GIB)
    for packed in (gzip.compress(data), archives.zst(data), gzip.compress(archives.tar_bytes({"neo4j.dump": data}))):
        one = seen(packed)
        assert one.kind is Kind.DUMP
        assert space.estimate(one, packed, packed[-4:], FIVE, ENTERPRISE).bytes == 5 * GIB
    # Where neo4j-admin takes no stream, the whole tar lies unpacked beside it.
    tar = archives.tar_bytes({"neo4j.dump": data})
    assert space.estimate(seen(tar), tar, b"", OLD, ENTERPRISE).bytes == 5 * GIB + len(tar)


def test_an_artifact_in_a_tar_lies_beside_what_becomes_of_it() -> None:
    data = Artifact().write("BZV1", bytes(9000))
    tar = archives.tar_bytes({"neo4j.backup": data, "readme": bytes(50_000)})
    packed = gzip.compress(tar)
    assert space.estimate(seen(packed), packed, packed[-4:], FIVE, ENTERPRISE).bytes == len(tar) + 9000


def test_what_is_packed_twice_needs_what_comes_out() -> None:
    packed = gzip.compress(gzip.compress(TAR))
    estimate = space.estimate(seen(packed), packed, packed[-4:], MOVES, ENTERPRISE)
    assert 0.99 < estimate.bytes / len(TAR) < 1.01


def test_a_zip_lies_beside_what_it_holds() -> None:
    data = dump(5 * GIB)
    packed = archives.zipped({"neo4j.dump": data}, below="")
    one = replace(chosen(Kind.DUMP, len(packed), dump_headers.of_dump(data)), inside=Inside(container="zip"))
    directory = packed[packed.index(b"PK\1\2") :]
    assert space.estimate(one, packed, directory, FIVE, ENTERPRISE).bytes == 5 * GIB + len(packed) + len(data)


def test_a_copied_data_folder_is_moved_not_copied() -> None:
    tar = archives.tar_bytes(archives.data_folder(CONTENT))
    assert space.estimate(seen(tar), tar, b"", OLD, ENTERPRISE).bytes == len(tar)


def test_an_archive_without_a_trailer_needs_its_own_size_at_least() -> None:
    assert space.estimate(chosen(Kind.ARCHIVE, 3), b"abc", b"", MOVES, ENTERPRISE).bytes == 3


def test_too_little_room_is_told_with_need_have_and_the_knob() -> None:
    with pytest.raises(NoSpaceError, match=rf"needs {GIB + 16 * 2**20} bytes, and the volume has {GIB}$") as raised:
        space.check(GIB, GIB, GIB, SpaceMode.KEEP, replaces=True)
    assert "SPACE_MODE=reclaim" in raised.value.hint
    with pytest.raises(NoSpaceError) as raised:
        space.check(GIB, GIB, 0, SpaceMode.KEEP, replaces=False)
    assert "SPACE_MODE" not in raised.value.hint


def test_reclaim_counts_the_room_of_what_goes() -> None:
    space.check(GIB, GIB // 2, GIB, SpaceMode.RECLAIM, replaces=True)
    space.check(GIB, 2 * GIB, 0, SpaceMode.KEEP, replaces=True)
