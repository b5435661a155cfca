"""A folder of ours is compared with a tree: missing, stale and orphaned files, and folders that are refused."""

from pathlib import Path

import pytest
from tests.generator.output.trees import make_folder, make_tree, text

from neo4j_scenarios.errors import OutputError
from neo4j_scenarios.output.compare import MARKER, Tree, compare
from neo4j_scenarios.write import MARK


def test_what_is_missing_stale_unchanged_and_orphaned_is_told_in_the_trees_order(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out", make_tree(a_values="1", b_values="1", c_values="1"))
    changes = compare(folder, make_tree(d_values="1", c_values="2", b_values="1"))
    assert (changes.missing, changes.stale, changes.unchanged) == (["d/values"], ["c/values"], ["b/values"])
    assert changes.orphaned == ["a/values"]
    assert changes.any


def test_nothing_is_written_by_a_comparison(tmp_path: Path) -> None:
    assert compare(tmp_path / "out", make_tree(a_b="1")).missing == ["a/b"]
    assert not (tmp_path / "out").exists()


def test_files_of_others_are_no_orphans(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out", make_tree(a_values="1"))
    (folder / "a" / "yours.yaml").write_text("mine: true\n")
    (folder / "README.md").write_text("")
    assert not compare(folder, make_tree(a_values="1")).any


def test_what_is_kept_is_no_orphan(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out", make_tree(a_values="1", b_values="1"))
    some = Tree("fleet.yaml", {"a/values": text("1")}, kept=lambda path: path.startswith("b/"))
    assert not compare(folder, some).any


def test_a_folder_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("")
    with pytest.raises(OutputError, match="is not an output folder of neo4j-scenarios"):
        compare(tmp_path, make_tree(a_b="1"))
    assert compare(tmp_path, make_tree(a_b="1"), force=True).missing == ["a/b"]


def test_the_folder_of_another_fleet_is_refused(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out", make_tree(a_b="1"))
    with pytest.raises(OutputError, match=r"is not the output folder of other\.yaml"):
        compare(folder, Tree("other.yaml", {}))


def test_all_that_is_in_the_way_is_told_at_once(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out", make_tree(z_values="1"))
    (folder / "a").write_text("mine")
    (folder / "b").symlink_to(tmp_path)
    (folder / "c" / "values").mkdir(parents=True)
    (folder / "d").mkdir()
    (folder / "d" / "values").write_text("mine: true\n")
    (folder / "e").mkdir()
    (folder / "e" / "values").symlink_to("/dev/null")
    with pytest.raises(OutputError) as caught:
        compare(folder, make_tree(a_values="1", b_values="1", c_values="1", d_values="1", e_values="1"))
    problems = {problem.where.removeprefix(f"{folder}/"): problem.what for problem in caught.value.problems}
    assert problems == {
        "a": "is not a folder, but files must go into it",
        "b": "is not a folder, but files must go into it",
        "c/values": "is a folder, but a file must go there",
        "d/values": f"was not written by neo4j-scenarios: it does not begin with {MARK!r}",
        "e/values": "is not a regular file",
    }


def test_a_file_where_the_folder_is_to_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="can't be read: Not a directory"):
        compare(tmp_path / "out", make_tree(a_b="1"))


def test_the_marker_is_no_orphan(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out", make_tree())
    assert (folder / MARKER).read_text().startswith(MARK)
    assert not compare(folder, make_tree()).any


def test_line_ends_that_git_made_on_windows_are_no_difference(tmp_path: Path) -> None:
    tree = make_tree(a_values="1", b_values="1")
    folder = make_folder(tmp_path / "out", tree)
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    changes = compare(folder, tree)
    assert not changes.any
    assert make_folder(folder, make_tree(a_values="2", b_values="1")) == folder


def test_a_new_folder_tells_git_to_leave_its_line_ends_alone_and_a_changed_file_for_that_stays(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out", make_tree(a_values="1"))
    assert (folder / ".gitattributes").read_text().endswith("\n* -text\n")
    (folder / ".gitattributes").write_text("* text eol=lf\n")
    make_folder(folder, make_tree(a_values="2"))
    assert (folder / ".gitattributes").read_text() == "* text eol=lf\n"
    assert not compare(folder, make_tree(a_values="2")).any
