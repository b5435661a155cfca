"""A file is written whole or not at all, and no other is lost."""

import os
from pathlib import Path

import pytest
from tests.generator.conftest import Command
from tests.support.disks import full_disk
from tests.support.says import says

from neo4j_scenarios.errors import OutputError
from neo4j_scenarios.write import MARK, difference, write

OURS = f"{MARK}: {'x' * 2000}\n"


def test_a_new_file_is_written_for_all_to_read_as_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        assert write(tmp_path / "values.yaml", OURS) == "written"
    finally:
        os.umask(before)
    assert (tmp_path / "values.yaml").read_text() == OURS
    assert (tmp_path / "values.yaml").stat().st_mode & 0o777 == 0o640


def test_a_file_that_is_already_right_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    write(path, OURS)
    before = path.stat()
    assert write(path, OURS) == "unchanged"
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_file_of_ours_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    write(path, OURS)
    assert write(path, MARK) == "written"
    assert [file.name for file in tmp_path.iterdir()] == ["values.yaml"]
    assert path.read_text() == MARK


@pytest.mark.parametrize("held", [b"image: mine\n", b"", b"\xff\xfe"], ids=["text", "empty", "binary"])
def test_a_file_that_is_not_ours_is_replaced_only_by_force(tmp_path: Path, held: bytes) -> None:
    path = tmp_path / "values.yaml"
    path.write_bytes(held)
    with pytest.raises(OutputError, match="was not written by neo4j-scenarios"):
        write(path, OURS)
    assert path.read_bytes() == held
    assert write(path, OURS, force=True) == "written"
    assert path.read_text() == OURS


def test_on_a_full_disk_the_file_is_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    write(path, MARK)
    with full_disk(), pytest.raises(OutputError, match="can't be written"):
        write(path, OURS)
    assert path.read_text() == MARK
    assert [file.name for file in tmp_path.iterdir()] == ["values.yaml"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link.yaml").symlink_to("values.yaml")
    write(tmp_path / "link.yaml", OURS)
    assert (tmp_path / "link.yaml").is_symlink()
    assert (tmp_path / "values.yaml").read_text() == OURS


def test_a_secret_is_its_owners_alone_even_where_the_file_was_open(tmp_path: Path) -> None:
    path = tmp_path / "secret.yaml"
    write(path, OURS)
    path.chmod(0o644)
    assert write(path, OURS, mode=0o600) == "written"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("place", ["absent/values.yaml", "file/values.yaml", "/proc/values.yaml", ".", "loop", "pipe"])
def test_a_place_that_takes_no_file_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match=r"can't be written|is not a regular file"):
        write(tmp_path / place, OURS, force=True)


def test_a_difference_is_named(tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    assert difference(path, OURS) == "missing"
    write(path, OURS)
    assert difference(path, OURS) is None
    assert difference(path, MARK) == "stale"


@pytest.mark.parametrize("kind", ["lock fleet.yaml", "secret. It holds the key"])
def test_a_lock_or_secret_is_not_replaced_by_a_values_file(new: Command, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "fleet.lock.yaml"
    path.write_text(f"{MARK} {kind}\nformat: 1\n")
    done = new("-o", path)
    says(done, 1, f"{path}: is a {kind.split()[0].rstrip('.')} of neo4j-scenarios")
    assert path.read_text() == f"{MARK} {kind}\nformat: 1\n"
    says(new("-o", path, "--force"), 0)
