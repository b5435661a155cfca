"""A folder is made to hold a tree: each file whole or not at all, and nothing of others lost."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generator.output.trees import make_folder, make_tree, text
from tests.support.disks import full_disk
from tests.support.patience import SHARED_FIXTURES

from neo4j_scenarios.errors import Interrupted, OutputError
from neo4j_scenarios.output import sync
from neo4j_scenarios.output.compare import OWN, Tree, compare
from neo4j_scenarios.output.write_tree import update
from neo4j_scenarios.write import MARK


def held(folder: Path) -> dict[str, str]:
    """Return all files under a folder and what they hold, but its marker."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in OWN)
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out", make_tree(a_values="1", b_values="1"))
    before = (folder / "a" / "values").stat()
    make_folder(folder, make_tree(a_values="1", b_values="2"))
    assert held(folder) == {"a/values": text("1"), "b/values": text("2")}
    after = (folder / "a" / "values").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_files_are_for_all_to_read_as_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        folder = make_folder(tmp_path / "out", make_tree(a_values="1"))
    finally:
        os.umask(before)
    assert (folder / "a" / "values").stat().st_mode & 0o777 == 0o640


def test_orphans_go_only_when_asked_for_and_with_them_folders_that_are_empty_then(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out", make_tree(a_values="1", b_values="1", c_values="1"))
    (folder / "b" / "yours.yaml").write_text("mine: true\n")
    left = make_tree(c_values="1")
    make_folder(folder, left)
    assert (folder / "a" / "values").exists()
    update(folder, left, compare(folder, left), prune=True)
    assert held(folder) == {"b/yours.yaml": "mine: true\n", "c/values": text("1")}
    assert not (folder / "a").exists()


def test_what_a_killed_build_left_is_swept_away_and_nothing_else(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out", make_tree(a_values="1"))
    (folder / "a" / ".values.new").write_text(text("2"))
    (folder / "a" / ".empty.new").write_text("")
    (folder / "a" / ".mine.new").write_text("mine")
    make_folder(folder, make_tree(a_values="1"))
    assert held(folder) == {"a/values": text("1"), "a/.mine.new": "mine"}


def test_on_a_full_disk_the_folder_is_as_it_was(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out", make_tree(a_values="1", b_values="1"))
    before = held(folder)
    more = Tree("fleet.yaml", {"a/values": text("2"), "b/values": text("x" * 500), "new/folder/values": text("1")})
    with full_disk(), pytest.raises(OutputError, match=r"can't be written: .*\. The folder is unchanged"):
        update(folder, more, compare(folder, more))
    assert held(folder) == before
    assert not (folder / "new").exists()


def test_a_new_folder_that_could_not_be_filled_is_gone(tmp_path: Path) -> None:
    big = Tree("fleet.yaml", {"a/values": text("x" * 500)})
    with full_disk(), pytest.raises(OutputError):
        update(tmp_path / "deep" / "out", big, compare(tmp_path / "deep" / "out", big))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_interruption_before_the_first_rename_leaves_the_folder_as_it_was(tmp_path: Path, at: int) -> None:
    folder = make_folder(tmp_path / "out", make_tree(a_values="1"))
    before = held(folder)
    tree = make_tree(a_values="2", b_values="1", c_values="1")

    def interrupt(count: int) -> None:
        if count == at:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="the folder is unchanged"):
        update(folder, tree, compare(folder, tree), progress=interrupt)
    assert held(folder) == before
    assert not (folder / "b").exists()


def test_an_interruption_between_renames_leaves_each_file_old_or_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(tmp_path / "out", make_tree(a_values="1", b_values="1"))
    tree = make_tree(a_values="2", b_values="2")
    monkeypatch.setattr("os.replace", once(os.replace))
    with pytest.raises(Interrupted, match="1 files are new, all others are unchanged"):
        update(folder, tree, compare(folder, tree))
    assert held(folder) == {"a/values": text("2"), "b/values": text("1")}


def once(call: Callable[[str, str], None]) -> Callable[[str, str], None]:
    """Return a call that is interrupted the second time."""
    calls: list[str] = []

    def counted(source: str, target: str) -> None:
        if calls:
            raise KeyboardInterrupt
        calls.append(target)
        call(source, target)

    return counted


def test_a_second_build_of_the_same_folder_waits_for_nothing_and_is_told(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out", make_tree(a_values="1"))
    tree = make_tree(a_values="2")
    changes = compare(folder, tree)

    def again(_: int) -> None:
        with pytest.raises(OutputError, match="is being written by another neo4j-scenarios"):
            update(folder, tree, changes)

    update(folder, tree, changes, progress=again)
    assert held(folder) == {"a/values": text("2")}


def test_a_folder_that_may_not_be_written_to_is_told(tmp_path: Path) -> None:
    tree = make_tree(a_values="1")
    with pytest.raises(OutputError, match="can't be written"):
        update(Path("/proc/out"), tree, compare(tmp_path / "absent", tree))


def test_many_files_are_written_with_one_sync(tmp_path: Path) -> None:
    tree = Tree("fleet.yaml", {f"{number}/values": text(str(number)) for number in range(sync.SINGLE + 2)})
    assert held(make_folder(tmp_path / "out", tree)) == tree.files


_trees = st.dictionaries(
    st.sampled_from(["a/values", "a/other", "b/values", "c/d/values"]), st.sampled_from(["1", "2", "3"]).map(text)
)


@settings(deadline=None, suppress_health_check=SHARED_FIXTURES, max_examples=30)
@given(st.lists(_trees, min_size=1, max_size=4))
def test_after_a_build_with_prune_the_folder_is_the_tree_whatever_it_was(
    tmp_path_factory: pytest.TempPathFactory, trees: list[dict[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("fleet") / "out"
    for files in trees:
        tree = Tree("fleet.yaml", files)
        update(folder, tree, compare(folder, tree), prune=True)
        assert held(folder) == files
        assert not compare(folder, tree).any
        assert all(path.is_file() or any(path.iterdir()) for path in folder.rglob("*"))
    assert all(content.startswith(MARK) for content in held(folder).values())
