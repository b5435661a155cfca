"""A folder as a bucket: links that stay inside lead on, and nothing that lies outside is ever read."""

import errno
import os
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives
from tests.support.says import says

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
    says(neo4j_restore("run", BUCKET=f"file://{folder}"), 0)
    assert SECRET not in archives.snapshot(data).values()


def test_a_set_that_is_a_link_is_not_listed(folder: Path, neo4j_restore: Run) -> None:
    archives.empty(folder)
    archives.write_files(folder.parent, {"neo4j.tar.gz": archives.tar_gz()})
    (folder / "neo4j-latest.tar.gz").symlink_to(folder.parent / "neo4j.tar.gz")
    says(neo4j_restore("run", BUCKET=f"file://{folder}"), 10)


@pytest.mark.parametrize("name", ["neo4j/neostore", "neo4j"])
def test_what_became_a_link_after_the_listing_is_not_read(name: str, folder: Path) -> None:
    store, key = LocalStore(folder), str(folder / "neo4j/neostore").lstrip("/")
    (stored,) = [each for each in store.list(f"{folder}/".lstrip("/")) if each.key == key]
    (folder / name).rename(folder.parent / "moved")
    (folder / name).symlink_to(folder.parent / "moved")
    with pytest.raises(StoreError, match="symbolic link"):
        store.read(stored)


def keys(folder: Path) -> list[str]:
    """Return what the store lists, relative to the bucket's folder."""
    prefix = f"{folder}/".lstrip("/")
    return sorted(each.key.removeprefix(prefix) for each in LocalStore(folder).list(prefix))


def test_a_mounted_configmap_is_listed_once_and_restored(folder: Path, neo4j_restore: Run) -> None:
    archives.empty(folder)
    archives.write_files(folder / "..2026_01_31_02_00_00.123", {"neo4j-latest.tar.gz": archives.tar_gz()})
    (folder / "..data").symlink_to("..2026_01_31_02_00_00.123")
    (folder / "neo4j-latest.tar.gz").symlink_to("..data/neo4j-latest.tar.gz")
    assert keys(folder) == ["neo4j-latest.tar.gz"]
    says(neo4j_restore("run", BUCKET=f"file://{folder}"), 0)


@pytest.mark.parametrize("target", ["../neo4j", "{folder}/neo4j", "../x/../neo4j", "../../backups/../backups/neo4j"])
def test_a_link_to_a_folder_inside_is_followed_unless_it_leaves_on_its_way(target: str, folder: Path) -> None:
    (folder / "x").mkdir()
    (folder / "x/neo4j-latest").symlink_to(target.format(folder=folder))
    listed = keys(folder)
    linked = [key.removeprefix("x/neo4j-latest/") for key in listed if key.startswith("x/")]
    direct = [key.removeprefix("neo4j/") for key in listed if key.startswith("neo4j/")]
    assert linked == ([] if target.startswith("../../") else direct)


def test_links_in_a_circle_end(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    listed = keys(folder)
    for number in range(4):
        (folder / f"neo4j/up{number}").symlink_to("..")
        (folder / f"self{number}").symlink_to(f"self{number}")
    assert keys(folder) == listed
    assert "neo4j/up0" in caplog.text


def test_links_that_make_many_paths_of_few_folders_end(folder: Path) -> None:
    folders = [folder / f"level{number}" for number in range(30)]
    for each, above in zip(folders[1:], folders, strict=False):
        above.mkdir()
        for name in ("a", "b", "c"):
            (above / name).symlink_to(f"../{each.name}")
    folders[-1].mkdir()
    (folders[-1] / "neo4j.dump").touch()
    assert 0 < len(keys(folder)) < 1000


def test_links_that_are_not_followed_are_told_by_name(folder: Path, neo4j_restore: Run) -> None:
    (folder / "out").symlink_to(folder.parent / "auth")
    (folder / "nowhere").symlink_to("gone")
    done = neo4j_restore("run", BUCKET=f"file://{folder}")
    says(done, 0)
    for name in ("out", "nowhere"):
        assert done.stderr.count(f"file://{folder}/{name} ") == 1


def test_a_folder_that_can_not_be_read_hides_nothing_else(folder: Path, neo4j_restore: Run) -> None:
    (folder / "lost+found").mkdir(mode=0)
    # Root may read it all the same, unless that right is taken away.
    under = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = neo4j_restore("list", BUCKET=f"file://{folder}", under=under)
    says(done, 0, printed=f"file://{folder}/neo4j")
    assert done.stderr.count(f"file://{folder}/lost+found ") == 1
    folder.chmod(0)
    done = neo4j_restore("list", BUCKET=f"file://{folder}", under=under)
    folder.chmod(0o755)
    says(done, 20, f"file://{folder} ")


def test_a_file_that_the_bucket_names_can_be_read(folder: Path) -> None:
    path = folder / "neo4j/neostore"
    store = LocalStore(path)
    assert list(store.list(f"{path}/".lstrip("/"))) == []
    (stored,) = [each for each in store.list(str(path).lstrip("/")) if each.key == str(path).lstrip("/")]
    with store.read(stored) as stream:
        assert stream.readall() == path.read_bytes()


def test_the_buckets_folder_itself_may_be_reached_by_a_link(folder: Path, neo4j_restore: Run) -> None:
    (folder.parent / "mounted").symlink_to(folder)
    says(neo4j_restore("run", BUCKET=f"file://{folder.parent}/mounted"), 0)


def test_a_prefix_without_a_slash_is_not_looked_for_in_the_folders_beside_it(tmp_path: Path) -> None:
    # The folder above `/backups` is `/`: all files of the container, and links that lead back.
    for name in ("backups", "backups-old", "other"):
        (tmp_path / name / "neo4j").mkdir(parents=True)
        (tmp_path / name / "neo4j" / "neo4j.dump").write_bytes(b"x")
    (tmp_path / "other" / "away").symlink_to("/etc")
    prefix = f"{tmp_path}/backups".lstrip("/")
    store = LocalStore(tmp_path / "backups")
    keys = sorted(each.key.removeprefix(prefix) for each in store.list(prefix))
    assert keys == ["-old/neo4j/neo4j.dump", "/neo4j/neo4j.dump"]
    assert not store.skipped


def key(path: Path) -> str:
    return str(path).lstrip("/")


def test_what_is_written_never_lands_outside(folder: Path) -> None:
    store = LocalStore(folder)
    (folder / "drills").symlink_to(folder.parent / "auth")
    with pytest.raises(StoreError, match="symbolic link"):
        store.create(key(folder / "drills/a.json"), b"{}")
    (folder / "drills").unlink()
    (folder / "drills").mkdir()
    (folder / "drills/a.json").symlink_to(folder.parent / "auth/stolen.json")
    with pytest.raises(StoreError) as raised:
        store.create(key(folder / "drills/a.json"), b"{}")
    assert raised.value.exists
    assert sorted(each.name for each in (folder.parent / "auth").iterdir()) == ["credentials.json"]


def test_a_folder_that_is_read_only_is_told_with_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "mkdir", refused)
    with pytest.raises(StoreError, match="Read-only file system") as raised:
        LocalStore(folder).create(key(folder / "drills/a.json"), b"{}")
    assert (raised.value.transient, "without readOnly" in raised.value.hint) == (False, True)
