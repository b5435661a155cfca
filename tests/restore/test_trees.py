"""Trees of folders, as deep as a stranger makes them: walked and removed whole, and no start stumbles over them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives
from tests.support.archives import write_database, write_files
from tests.support.says import says

from neo4j_restore import trees

# More than Python follows by calls of itself.
_DEEP = 1100


@pytest.fixture(autouse=True)
def _nothing_deep_is_left(tmp_path: Path) -> Iterator[None]:
    """Remove what a test leaves: neither pytest nor `shutil` can."""
    yield
    trees.remove(tmp_path)


def make_deep(top: Path, levels: int = _DEEP) -> None:
    """Make folders in one another below `top`, and a file in each. 2,100 are more than fit in a path."""
    top.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(top, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("d", dir_fd=descriptor)
        below = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(os.open("file", os.O_CREAT, dir_fd=below))
        os.close(descriptor)
        descriptor = below
    os.close(descriptor)


@pytest.mark.parametrize("levels", [0, 12, 13, 3000])
def test_a_tree_of_any_depth_is_removed(levels: int, tmp_path: Path) -> None:
    write_files(tmp_path, {"tree/beside/file": b"x", "tree/deep-0": b"of the same name", "stays": b"y"})
    make_deep(tmp_path / "tree", levels)
    trees.remove(tmp_path / "tree")
    assert [path.name for path in tmp_path.iterdir()] == ["stays"]


def test_what_a_link_leads_to_is_not_removed(tmp_path: Path) -> None:
    write_files(tmp_path, {"elsewhere/file": b"x"})
    make_deep(tmp_path / "tree")
    (tmp_path / "tree" / "link").symlink_to(tmp_path / "elsewhere")
    trees.remove(tmp_path / "tree")
    assert (tmp_path / "elsewhere" / "file").exists()


def test_a_walk_is_that_of_the_standard_library(tmp_path: Path) -> None:
    write_files(tmp_path, dict.fromkeys(("a/b/c", "a/d", "e", "f/g/h/i", "a.b/c", "a-b/c"), b""))
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "gone").symlink_to("nowhere")
    expected = {(Path(top), *map(frozenset, names)) for top, *names in os.walk(tmp_path)}
    assert {(top, *map(frozenset, names)) for top, *names in trees.walk(tmp_path)} == expected
    assert list(trees.files(tmp_path)) == sorted(path for path in tmp_path.rglob("*") if path.is_file())


def test_a_walk_goes_down_a_thousand_levels_and_more(tmp_path: Path) -> None:
    make_deep(tmp_path)
    assert sum(1 for _ in trees.walk(tmp_path)) == _DEEP + 1
    assert sum(1 for _ in trees.files(tmp_path)) == _DEEP


@pytest.mark.parametrize("where", ["discarded-1", "kept/x", "staging/data"])
def test_a_deep_tree_in_our_folder_stops_no_start(where: str, data: Path, neo4j_restore: Run) -> None:
    write_database(data, "there")
    make_deep(data / ".neo4j-restore" / where)
    done = neo4j_restore("run", FORCE_OVERWRITE="false")
    says(done, 0)


def test_a_deep_tree_in_the_live_data_is_replaced(data: Path, tmp_path: Path, neo4j_restore: Run) -> None:
    write_database(data, "old")
    make_deep(data / "databases" / "neo4j" / "schema" / "strange")
    write_files(tmp_path / "bucket", {"neo4j-latest.tar.gz": archives.tar_gz(archives.store_files("new"))})
    done = neo4j_restore("run", BUCKET=f"file://{tmp_path}/bucket", FORCE_OVERWRITE="true")
    says(done, 0)
    assert b"new" in (data / "databases" / "neo4j" / "neostore").read_bytes()
    assert not list((data / ".neo4j-restore").glob("discarded-*"))
