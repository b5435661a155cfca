"""A folder as a bucket: nothing that a link in it leads to is ever read."""

from pathlib import Path

import pytest
from tests import archives
from tests.conftest import Run

from neo4j_restore.errors import StoreError
from neo4j_restore.stores.local import LocalStore

SECRET = b"of this container alone"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a raw set in it, and beside it a file that is nobody's business."""
    archives.write_files(tmp_path, {"auth/credentials.json": SECRET})
    archives.write_files(tmp_path / "backups/neo4j", archives.store_files())
    return tmp_path / "backups"


def test_a_link_in_a_set_brings_nothing_into_the_database(folder: Path, neo4j_restore: Run, data: Path) -> None:
    (folder / "neo4j/stolen").symlink_to(folder.parent / "auth/credentials.json")
    (folder / "neo4j/folder").symlink_to(folder.parent / "auth")
    assert neo4j_restore("run", BUCKET=f"file://{folder}").returncode == 0
    assert SECRET not in archives.snapshot(data).values()


def test_a_set_that_is_a_link_is_not_listed(folder: Path, neo4j_restore: Run) -> None:
    archives.empty(folder)
    archives.write_files(folder.parent, {"neo4j.tar.gz": archives.tar_gz()})
    (folder / "neo4j-latest.tar.gz").symlink_to(folder.parent / "neo4j.tar.gz")
    assert neo4j_restore("run", BUCKET=f"file://{folder}").returncode == 10


@pytest.mark.parametrize("name", ["neo4j/neostore", "neo4j"])
def test_what_became_a_link_after_the_listing_is_not_read(name: str, folder: Path) -> None:
    store, key = LocalStore(folder), str(folder / "neo4j/neostore").lstrip("/")
    (stored,) = [each for each in store.list(f"{folder}/".lstrip("/")) if each.key == key]
    (folder / name).rename(folder.parent / "moved")
    (folder / name).symlink_to(folder.parent / "moved")
    with pytest.raises(StoreError, match="symbolic link"):
        store.read(stored)


def test_the_buckets_folder_itself_may_be_reached_by_a_link(folder: Path, neo4j_restore: Run) -> None:
    (folder.parent / "mounted").symlink_to(folder)
    assert neo4j_restore("run", BUCKET=f"file://{folder.parent}/mounted").returncode == 0
