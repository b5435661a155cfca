"""A file that comes in parts over several starts: what is there and right stays, and nothing else does."""

import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from neo4j_restore.checksums import ALGORITHMS, Hasher
from neo4j_restore.errors import StoreError, StreamDamagedError
from neo4j_restore.streams.pipeline import BLOCK_BYTES, Blocks
from neo4j_restore.volume import pieces
from neo4j_restore.volume.pieces import PartialFile

PART = 4 * BLOCK_BYTES

DATA = random.Random("parts").randbytes(3 * PART + 1000)  # noqa: S311 - filler


class Broken(Blocks):
    """Gives `data` in blocks, then raises."""

    def __init__(self, data: bytes, error: BaseException) -> None:
        self._left, self._error = memoryview(data), error

    def block(self) -> bytes:
        if not self._left:
            raise self._error
        block, self._left = self._left[:BLOCK_BYTES], self._left[BLOCK_BYTES:]
        return bytes(block)


def failed() -> StoreError:
    return StoreError("reset", hint="")


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", PART)


@pytest.fixture
def file(tmp_path: Path) -> PartialFile:
    made = PartialFile(tmp_path / "files/neo4j.zip", tmp_path / "parts/neo4j.zip")
    made.begin()
    return made


def broke_off(file: PartialFile, data: bytes, error: BaseException | None = None) -> None:
    """Write so much of it in one start, which then fails."""
    error = error or failed()
    with pytest.raises(type(error)):
        file.append(Broken(data, error))


def take(file: PartialFile, most: int = len(DATA)) -> int:
    """Return what is taken, and see that just this was reckoned, and just this is in the file."""
    offset, (hasher,) = file.take(most, lambda: [ALGORITHMS["sha256"]()])
    assert hasher.digest() == digest(DATA[:offset])
    assert not offset or file.path.read_bytes() == DATA[:offset]
    assert file.is_begun() == bool(offset)
    return offset


def digest(data: bytes) -> bytes:
    hasher: Hasher = ALGORITHMS["sha256"]()
    hasher.update(data)
    return hasher.digest()


@pytest.mark.parametrize("error", [failed(), SystemExit(143)], ids=["the store", "SIGTERM"])
@pytest.mark.parametrize("count", [1, PART - 1, PART, PART + 1, len(DATA)])
def test_all_that_came_before_a_failure_is_there_for_the_next_start(
    count: int, error: BaseException, file: PartialFile
) -> None:
    broke_off(file, DATA[:count], error)
    assert take(file) == count


def test_a_file_is_whole_after_any_number_of_starts(file: PartialFile) -> None:
    for until in (1000, 1000, PART + 5, 2 * PART):
        broke_off(file, DATA[take(file) if file.is_begun() else 0 : until])
    file.append(io.BytesIO(DATA[take(file) :]))  # type: ignore[arg-type]  # read is all that is asked of it
    assert (take(file), file.path.read_bytes()) == (len(DATA), DATA)


@pytest.mark.parametrize("at", [0, PART - 1, PART, 2 * PART + 7, len(DATA) - 1])
def test_a_part_that_is_wrong_goes_with_what_follows_it(at: int, file: PartialFile) -> None:
    broke_off(file, DATA)
    wrong = bytearray(DATA)
    wrong[at] ^= 1
    file.path.write_bytes(wrong)
    assert take(file) == at // PART * PART


def _cut_record(text: bytes) -> bytes:
    return text[:-3]


def _backwards(text: bytes) -> bytes:
    return b"".join([*text.splitlines(keepends=True)[:1], *text.splitlines(keepends=True)[:1]])


@pytest.mark.parametrize(
    ("spoil", "taken"),
    [
        (_cut_record, 3 * PART),
        (_backwards, PART),
        (lambda text: b"\xff\x00" + text, 0),
        (lambda _: b"", 0),
        (lambda text: text + f"{2**60} 00000000\n".encode(), len(DATA)),
    ],
    ids=["cut", "backwards", "garbled", "empty", "of more than there is"],
)
def test_a_record_is_not_believed(spoil: Callable[[bytes], bytes], taken: int, file: PartialFile) -> None:
    broke_off(file, DATA)
    file.record.write_bytes(spoil(file.record.read_bytes()))
    assert take(file) == taken


@pytest.mark.parametrize(("length", "taken"), [(0, 0), (PART - 1, 0), (2 * PART + 1, 2 * PART)])
def test_a_file_that_is_shorter_than_recorded_ends_at_its_last_whole_part(
    length: int, taken: int, file: PartialFile
) -> None:
    broke_off(file, DATA)
    file.path.write_bytes(DATA[:length])
    assert take(file) == taken


def test_bytes_that_no_record_tells_of_go(file: PartialFile) -> None:
    broke_off(file, DATA[:PART])
    with file.path.open("ab") as more:
        more.write(b"never recorded")
    assert take(file) == PART


def test_of_what_is_longer_than_the_object_nothing_behind_its_end_is_taken(file: PartialFile) -> None:
    broke_off(file, DATA)
    assert take(file, 2 * PART) == 2 * PART


def test_a_record_comes_after_the_disk_has_its_bytes(file: PartialFile, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, bytes]] = []
    monkeypatch.setattr(pieces, "SYNC_SECONDS", 0.0)
    monkeypatch.setattr("os.fdatasync", lambda _: seen.append((file.path.stat().st_size, file.record.read_bytes())))
    broke_off(file, DATA)
    ends = [PART, 2 * PART, 3 * PART, len(DATA)]
    assert [size for size, _ in seen] == [end for end in ends for _ in ("the file", "its record")]
    assert [text.count(b"\n") for _, text in seen] == [0, 1, 1, 2, 2, 3, 3, 4]


def test_damage_and_what_is_decrypted_are_not_gone_on_from(file: PartialFile) -> None:
    broke_off(file, DATA, StreamDamagedError("wrong"))
    assert take(file) == 0
    with pytest.raises(StoreError):
        file.append(Broken(DATA, failed()), recorded=False)
    assert take(file) == 0


def test_links_are_not_followed(file: PartialFile, tmp_path: Path) -> None:
    broke_off(file, DATA)
    outside = tmp_path / "outside"
    outside.write_bytes(DATA)
    file.path.unlink()
    file.path.symlink_to(outside)
    assert not file.is_begun()
    file.begin()
    broke_off(file, b"new")
    assert outside.read_bytes() == DATA
