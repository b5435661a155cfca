"""Bringing a tree to the disk: every file and folder of it, and errors of any."""

import os
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import pytest
from tests.support.archives import write_files

from neo4j_restore import disk
from neo4j_restore.errors import VolumeError


def synced(monkeypatch: pytest.MonkeyPatch, *, but: str = "") -> list[Path]:
    """Record which paths are synced from now on. The sync of a path named `but` fails."""
    paths: list[Path] = []

    def fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.name == but:
            raise OSError(5, os.strerror(5))
        paths.append(path)

    monkeypatch.setattr(os, "fsync", fsync)
    return paths


def test_every_file_and_folder_is_synced_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {f"{number % 7}/{number}": b"x" for number in range(100)} | {"top": b""})
    (tmp_path / "empty").mkdir()
    paths = synced(monkeypatch)
    disk.fsync_tree(tmp_path)
    assert sorted(paths) == sorted([tmp_path, *tmp_path.rglob("*")])


def test_one_that_fails_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {str(number): b"x" for number in range(100)})
    synced(monkeypatch, but="70")
    with pytest.raises(OSError, match="Input/output error"):
        disk.fsync_tree(tmp_path)


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["a FIFO", "a link"])
def test_what_is_no_file_of_a_store_is_told_by_its_name(make: Callable[[Path], None], tmp_path: Path) -> None:
    write_files(tmp_path, {"data/file": b"x"})
    make(tmp_path / "data" / "strange")
    with pytest.raises(VolumeError, match="data/strange"), disk.errors_of(tmp_path):
        disk.fsync_tree(tmp_path)


def test_writing_begins_early_and_keeps_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("xb", buffering=0) as file:
        file.write(b"some bytes")
        disk.begin_writing(file.fileno(), 0, 10)
    assert path.read_bytes() == b"some bytes"


def test_writing_of_a_tree_begins_with_every_file_and_minds_none_that_cannot_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {f"{number % 3}/{number}": b"some bytes" for number in range(9)})
    expected = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    os.mkfifo(tmp_path / "a FIFO")
    (tmp_path / "a link").symlink_to("/nowhere")
    begun: SimpleQueue[Path] = SimpleQueue()
    monkeypatch.setattr(
        disk, "_begin_writing_all", lambda descriptor: begun.put(Path(f"/proc/self/fd/{descriptor}").readlink())
    )
    disk.begin_writing_tree(tmp_path)
    assert sorted(begun.get(timeout=60) for _ in range(10)) == sorted([*expected, tmp_path / "a FIFO"])
    assert {path.read_bytes() for path in expected} == {b"some bytes"}
