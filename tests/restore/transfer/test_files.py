"""New files that are written at any offset: their bytes, whatever the file system says to O_DIRECT."""

import errno
import mmap
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from neo4j_restore.transfer.files import CachedFile, DirectFile

BLOCK = 64 * 1024

DATA = os.urandom(3 * BLOCK + 777)


def blocks(data: bytes) -> dict[int, memoryview]:
    """Return the blocks of some data by their offsets. Their memory begins with a page."""
    cut = {}
    for offset in range(0, len(data), BLOCK):
        part = data[offset : offset + BLOCK]
        memory = mmap.mmap(-1, BLOCK)
        memory.write(part)
        cut[offset] = memoryview(memory)[: len(part)]
    return cut


@pytest.fixture(params=[CachedFile, DirectFile])
def make(request: pytest.FixtureRequest) -> Callable[[Path], CachedFile]:
    made: Callable[[Path], CachedFile] = request.param
    return made


def write(file: CachedFile, data: bytes = DATA) -> None:
    """Write the last block first."""
    for offset, block in reversed(blocks(data).items()):
        file.write(block, offset)
    file.close()


def refuse(monkeypatch: pytest.MonkeyPatch, code: int, *, after: int = 0) -> list[int]:
    """Let writes past the page cache fail after some. Return the offsets of those that were tried."""
    tried: list[int] = []
    real = os.pwrite

    def pwrite(descriptor: int, data: memoryview, offset: int) -> int:
        flags = int(Path(f"/proc/self/fdinfo/{descriptor}").read_text().split("flags:")[1].split()[0], 8)
        if flags & os.O_DIRECT:
            tried.append(offset)
            if len(tried) > after:
                raise OSError(code, os.strerror(code))
        return real(descriptor, data, offset)

    monkeypatch.setattr(os, "pwrite", pwrite)
    return tried


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, BLOCK, len(DATA)])
def test_blocks_in_any_order_make_the_file(size: int, make: Callable[[Path], CachedFile], tmp_path: Path) -> None:
    write(make(tmp_path / "some" / "folder" / "file"), DATA[:size])
    assert (tmp_path / "some" / "folder" / "file").read_bytes() == DATA[:size]


def test_a_file_that_is_there_is_never_written_to(make: Callable[[Path], CachedFile], tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "link").symlink_to("precious")
    for name in ("precious", "link"):
        with pytest.raises(FileExistsError):
            make(tmp_path / name)
    assert (tmp_path / "precious").read_bytes() == b"precious"


def test_threads_write_different_blocks(make: Callable[[Path], CachedFile], tmp_path: Path) -> None:
    file = make(tmp_path / "file")
    threads = [threading.Thread(target=file.write, args=(block, at)) for at, block in blocks(DATA).items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    file.close()
    assert (tmp_path / "file").read_bytes() == DATA


@pytest.mark.parametrize("after", [0, 2])
@pytest.mark.parametrize("code", [errno.EINVAL, errno.EOPNOTSUPP])
def test_a_file_system_that_refuses_such_writes_gets_the_usual_ones(
    code: int, after: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tried = refuse(monkeypatch, code, after=after)
    write(DirectFile(tmp_path / "file"))
    assert (tmp_path / "file").read_bytes() == DATA
    assert len(tried) == after + 1


def test_a_file_system_that_refuses_to_open_it_gets_the_usual_writes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = os.open

    def refusing(path: Path, flags: int, *mode: int) -> int:
        if flags & os.O_DIRECT:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return real(path, flags, *mode)

    monkeypatch.setattr(os, "open", refusing)
    tried = refuse(monkeypatch, errno.EIO)
    write(DirectFile(tmp_path / "file"))
    assert ((tmp_path / "file").read_bytes(), tried) == (DATA, [])


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_an_error_of_the_disk_is_raised(code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refuse(monkeypatch, code)
    file = DirectFile(tmp_path / "file")
    with pytest.raises(OSError, match=os.strerror(code)):
        file.write(blocks(DATA)[0], 0)
    file.close()


def test_a_short_write_goes_on_where_it_ended(
    make: Callable[[Path], CachedFile], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda descriptor, data, offset: real(descriptor, data[:8192], offset))
    write(make(tmp_path / "file"))
    assert (tmp_path / "file").read_bytes() == DATA
