"""The table of faults: what is recorded comes out, summed by kind. A try that breaks is counted and reported."""

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from tests.faults import table
from tests.faults.conftest import spread


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file that tries of this test are recorded in."""
    monkeypatch.setenv("FAULTS_TABLE", str(tmp_path / "table"))
    return tmp_path / "table"


def test_tries_are_summed_by_the_rows_of_the_readme_and_others_come_behind(recorded: Path) -> None:
    for kind, tries in (("flood", 3), ("EIO at a change of the volume", 2), ("flood", 4), ("ENOSPC at any", 5)):
        table.record(kind, tries, tries)
    printed = subprocess.run(
        [sys.executable, "-m", "tests.faults.table", str(recorded)], capture_output=True, text=True, check=True
    ).stdout
    rows = ["| ENOSPC or EIO at a change of the volume | 7 | 7 |", "| flood | 7 | 7 |", "| **all** | 14 | 14 |"]
    assert printed.splitlines()[2:] == rows


def test_the_table_of_the_readme_has_these_rows_and_its_sum_is_right() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    assert [name for name, _, _ in rows] == [*table.ROWS, table.ALL]
    for column in (1, 2):
        *counts, total = (int(row[column]) for row in rows)
        assert sum(counts) == total


def test_a_try_that_breaks_is_counted_and_told_and_the_others_are_made(recorded: Path) -> None:
    def run() -> None:
        with table.tally("kill") as tally:
            for number in range(3):
                with tally.attempt(f"at {number}"):
                    assert number != 1, "half"

    with pytest.raises(pytest.fail.Exception, match=r"kill: 1 of 3 not survived\nat 1: half"):
        run()
    assert '"tries": 3, "survived": 2' in recorded.read_text()


def test_no_try_at_all_is_a_failure(recorded: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="0 of 0"), table.tally("kill"):
        pass
    assert recorded.exists()


def test_without_a_file_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAULTS_TABLE", raising=False)
    table.record("kill", 1, 1)


def test_of_many_places_the_first_and_last_of_each_kind_are_tried_and_others_between() -> None:
    kinds = ["open", *["write"] * 50, "fsync", *["unlink"] * 48]
    chosen = spread(kinds, 10)
    assert (len(chosen), sorted(set(chosen))) == (10, chosen)
    assert {0, 1, 50, 51, 52, 99} <= set(chosen)
    assert max(later - before for before, later in pairwise(chosen)) < 40


@pytest.mark.parametrize("length", [0, 1, 3, 10])
def test_of_few_places_all_are_tried(length: int) -> None:
    assert spread(["write"] * length, 10) == list(range(length))
