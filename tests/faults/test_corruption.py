"""Damaged sets are reported as damaged, with the volume byte for byte as before, or restored right.

A changed bit is found in a gzip by its CRC, in a tar's headers by their checksums, in a dump by neo4j-admin, and in an
object on its way by the store's CRC32C. A missing file is found if a store can't be without it. A restore can't find a
file that was wrong when it was packed or uploaded: a tar has no checksum of its data. `neo4j-admin database check` on
the backup finds such damage.
"""

import gzip
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tests.faults import answers, damage, scene
from tests.faults.damage import flipped, members, packed, relabelled
from tests.faults.forks import Forks
from tests.faults.proxy import Kind, proxy
from tests.faults.scene import KEY, Scene, on_volume
from tests.faults.table import Tally, tally
from tests.support import archives
from tests.support.archives import snapshot_all, store_files, write_files
from tests.support.stores import Bucket, Emulator
from tests.support.tars import HOSTILE, member, tar_of

FILES = store_files("new")
TAR = archives.tar_bytes(FILES, below="backups/neo4j/")
SET = packed(TAR)

# The last of the archive, and a server can do without it: its loss is the quietest.
QUIET = "index-1"


@pytest.fixture
def pod(forking: Forks, tmp_path: Path) -> Scene:
    """Return a pod with an old database, on a bucket in a folder."""
    return scene.make(tmp_path, forking, f"file://{tmp_path}/bucket")


def put(pod: Scene, files: Mapping[str, bytes]) -> None:
    """Make these files the only ones in the bucket."""
    bucket = Path(pod.environment["BUCKET"].removeprefix("file://"))
    bucket.mkdir(exist_ok=True)
    archives.empty(bucket)
    write_files(bucket, files)


def assert_damaged(pod: Scene, content: bytes, *, code: int = 11) -> None:
    """Fail unless the set is refused as damaged, in words that name it, and the volume is as before."""
    put(pod, {KEY: content})
    ended = pod.start()
    assert (ended.code, pod.is_untouched()) == (code, True), ended
    assert KEY in pod.reason()


def assert_restores(pod: Scene, content: bytes, store: Mapping[str, bytes] = FILES) -> None:
    """Fail unless the set is restored with these very bytes. Then put the old database back."""
    put(pod, {KEY: content})
    ended = pod.start()
    assert (ended.code, pod.holds(store)) == (0, True), ended
    pod.lay()


def assert_damaged_or_right(pod: Scene, content: bytes) -> None:
    """Fail unless the set is refused, or restored with the bytes that were backed up."""
    put(pod, {KEY: content})
    ended = pod.start()
    if ended.code == 0:
        assert pod.holds(FILES), f"restored wrong bytes: {ended}"
        pod.lay()
    else:
        assert (ended.code, pod.is_untouched()) == (11, True), ended


@pytest.fixture
def tries(pod: Scene) -> Iterator[Tally]:
    """Count the damage tried. In the end a sound set is restored over the same old database."""
    with tally("corruption") as counted:
        yield counted
    assert_restores(pod, SET)


def test_a_flipped_bit_of_a_gzip_is_found_or_harmless(pod: Scene, tries: Tally) -> None:
    for region in damage.of_gzip(SET):
        for bit in region.bits():
            with tries.attempt(f"{region.name}, bit {bit}"):
                assert_damaged_or_right(pod, flipped(SET, bit))


OTHERS = {"zstd": archives.zst(TAR), "lz4": archives.lz4(TAR), "zip": archives.zipped(FILES)}


@pytest.mark.parametrize("form", OTHERS)
def test_a_flipped_bit_of_another_form_is_found_or_harmless(form: str, pod: Scene, tries: Tally) -> None:
    for region in damage.of_stream(OTHERS[form]):
        for bit in region.bits():
            with tries.attempt(f"{form}, {region.name}, bit {bit}"):
                assert_damaged_or_right(pod, flipped(OTHERS[form], bit))


@pytest.mark.parametrize("form", OTHERS)
def test_another_form_that_is_cut_or_has_junk_behind_it_is_damaged(form: str, pod: Scene, tries: Tally) -> None:
    whole = OTHERS[form]
    for name, content in {"cut": whole[:-1], "half": whole[: len(whole) // 2], "junk": whole + b"junk"}.items():
        with tries.attempt(f"{form}, {name}"):
            assert_damaged(pod, content)


@pytest.mark.parametrize("member", ["first", "middle", "last"])
def test_a_flipped_bit_of_a_tar_that_was_packed_later_is_found_or_harmless(
    member: str, pod: Scene, tries: Tally
) -> None:
    for region in damage.of_tar(TAR, member):
        for bit in region.bits():
            with tries.attempt(f"{region.name}, bit {bit}"):
                assert_damaged_or_right(pod, packed(flipped(TAR, bit)))


def lost(tar: bytes, start: int, count: int, filler: bytes = b"") -> bytes:
    """Return `tar` with `count` bytes replaced by `filler`."""
    return tar[:start] + filler + tar[start + count :]


def at(name: str) -> int:
    return next(each.offset for each in members(TAR) if each.name.endswith(name))


MIDDLE = at("neostore.propertystore.db")

WRONG_TARS = {
    "a block lost in a file": lost(TAR, MIDDLE + 1024, 512),
    "a block twice in a file": lost(TAR, MIDDLE + 1024, 0, TAR[MIDDLE + 1024 : MIDDLE + 1536]),
    "a header lost": lost(TAR, MIDDLE, 512),
    "a header of zeros": lost(TAR, MIDDLE, 512, bytes(512)),
    "a late header of zeros": lost(TAR, at(QUIET), 512, bytes(512)),
    "two headers of zeros": lost(TAR, at(QUIET), 1024, bytes(1024)),
    "another archive behind it": TAR + archives.tar_bytes({"more": b"x"}),
    "junk behind it": TAR + b"junk" + bytes(4096),
    "a size too large": relabelled(TAR, "neostore.nodestore.db", "size", b"%011o" % 9000),
    "a size too small": relabelled(TAR, "neostore.nodestore.db", "size", b"%011o" % 512),
    "an absurd size": relabelled(TAR, QUIET, "size", b"%011o" % (2**33 - 1)),
    "a negative size": relabelled(TAR, QUIET, "size", b"\xff" * 12),
    "a store under another name": relabelled(TAR, "neostore.nodestore.db", "name", b"backups/neo4j/neostore.nodes"),
    "another database": archives.tar_bytes(FILES, below="backups/movies/"),
    "nothing": archives.tar_bytes({}),
}


@pytest.mark.parametrize("tar", WRONG_TARS.values(), ids=WRONG_TARS)
def test_a_tar_that_was_wrong_when_it_was_packed_is_damaged(tar: bytes, pod: Scene, tries: Tally) -> None:
    with tries.attempt("the set"):
        assert_damaged(pod, packed(tar))


@pytest.mark.parametrize("name", store_files())
def test_a_set_that_lacks_a_file_is_damaged_where_it_can_be_known(name: str, pod: Scene, tries: Tally) -> None:
    some = {each: content for each, content in FILES.items() if each != name}
    with tries.attempt(name):
        if name.endswith(QUIET):
            # A server makes it again.
            assert_restores(pod, archives.tar_gz(some), some)
        else:
            assert_damaged(pod, archives.tar_gz(some))


@pytest.mark.parametrize("name", ["neostore.nodestore.db", "neostore.propertystore.db.index.keys", "schema/index"])
def test_a_raw_set_that_lacks_a_file_is_damaged_where_it_can_be_known(name: str, pod: Scene, tries: Tally) -> None:
    some = {each: content for each, content in FILES.items() if not each.startswith(name)}
    put(pod, {f"neo4j/{each}": content for each, content in some.items()})
    ended = pod.start()
    with tries.attempt(name):
        if name in FILES:
            assert (ended.code, pod.is_untouched(), name in pod.reason()) == (11, True, True), ended
        else:
            assert (ended.code, pod.holds(some)) == (0, True), ended
            pod.lay()


def test_files_that_are_not_the_stores_come_along(pod: Scene, tries: Tally) -> None:
    more = FILES | {"profiles/0.profile": b"extra", "debug.log": b"extra"}
    with tries.attempt("extra files"):
        assert_restores(pod, archives.tar_gz(more), more)


@pytest.mark.parametrize("count", [1, 8, 64])
def test_members_and_padding_behind_the_first_gzip_member_are_legal(count: int, pod: Scene, tries: Tally) -> None:
    size = -(-len(TAR) // count)
    parts = [gzip.compress(TAR[start : start + size], 1) for start in range(0, len(TAR), size)]
    with tries.attempt(f"{count} members"):
        assert_restores(pod, b"".join(parts) + bytes(512))


def test_what_was_wrong_before_it_was_packed_is_not_ours_to_see(pod: Scene) -> None:
    file = next(each for each in members(TAR) if each.name.endswith("neostore.propertystore.db"))
    wrong = flipped(TAR, 8 * (file.offset_data + 100))
    put(pod, {KEY: packed(wrong)})
    assert pod.start().code == 0
    content, right = archives.snapshot(pod.data), on_volume(FILES)
    assert [name for name in right if content[name] != right[name]] == ["databases/neo4j/neostore.propertystore.db"]


@pytest.mark.parametrize("number", [1, 9, len(FILES)])
def test_an_object_of_a_raw_set_that_changes_on_the_way_is_damaged(
    number: int, pod: Scene, emulator: Emulator, bucket: Bucket, tries: Tally
) -> None:
    for name, content in FILES.items():
        bucket.put(f"neo4j/{name}", content)
    with proxy(emulator.host) as on_the_way, tries.attempt(f"object {number}, each time"):
        on_the_way.meet(Kind.READ, answers.flipped(50), first=number, forever=True)
        ended = pod.start(BUCKET=bucket.url, STORAGE_EMULATOR_HOST=on_the_way.host)
        assert (ended.code, "the store has crc32c:" in pod.reason(), pod.is_untouched()) == (11, True, True), ended
    with proxy(emulator.host) as on_the_way, tries.attempt(f"object {number}, once"):
        on_the_way.meet(Kind.READ, answers.flipped(50), first=number)
        ended = pod.start(BUCKET=bucket.url, STORAGE_EMULATOR_HOST=on_the_way.host)
        assert (ended.code, pod.holds(FILES)) == (0, True), ended
        pod.lay()


def with_hostile(name: str) -> bytes:
    """Return a set that is whole, with hostile entries behind it."""
    return packed(TAR[: -len(TAR) % 512 or None].rstrip(b"\0").ljust(END, b"\0") + tar_of(*HOSTILE[name]))


END = members(TAR)[-1].offset_data + -(-members(TAR)[-1].size // 512) * 512
MORE_HOSTILE: dict[str, Callable[[], bytes]] = {
    "a header that lies": lambda: packed(relabelled(TAR, QUIET, "size", b"\x80" + (2**62).to_bytes(11, "big"))),
    "an absolute link over the data": lambda: packed(TAR[:END] + tar_of(member("x", b"2", "/data"))),
}


@pytest.mark.parametrize("name", [*HOSTILE, *MORE_HOSTILE])
def test_a_hostile_archive_is_damaged_and_writes_nowhere(name: str, pod: Scene, tmp_path: Path, tries: Tally) -> None:
    content = MORE_HOSTILE[name]() if name in MORE_HOSTILE else with_hostile(name)
    (tmp_path / "reason").write_text("")
    before = set(snapshot_all(tmp_path))
    with tries.attempt(name):
        assert_damaged(pod, content)
        assert set(snapshot_all(tmp_path)) - before <= {f"bucket/{KEY}", "data/.neo4j-restore/lock"}
