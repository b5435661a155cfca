"""From what was measured to verdicts and a page."""

from pathlib import Path

import pytest
from bench.goals import Goal, Verdict
from bench.measure import Sample
from bench.results import Outcome, Results

from bench import goals, page, profile, results


def sample(wall_seconds: float, **more: int) -> Sample:
    return Sample(wall_seconds, more.get("cpu", 1), more.get("rss", 1024 * 1024), more.get("written", 1000))


def outcome(*walls: float, title: str = "it", error: str = "") -> Outcome:
    return Outcome(title, "all", [sample(wall) for wall in walls], 900, error)


def measured() -> Results:
    race = {"ours": outcome(1, 9, 2), "old": outcome(10, 12, 11), "broken": outcome(title="a|b", error="no\nluck")}
    return Results({"cores": "2"}, {"race": "A race"}, {"race": race}, {"unpacked_bytes": 1000.0, "start": 0.2})


def test_a_ratio_is_that_of_the_medians() -> None:
    assert goals.ratio("race/old", "race/ours")(measured()) == 5.5


@pytest.mark.parametrize("missing", ["race/broken", "race/absent", "other/ours"])
def test_a_ratio_without_one_of_its_figures_is_not_measured_and_not_met(missing: str) -> None:
    goal = Goal("?", "at least", 0, goals.ratio("race/ours", missing))
    (verdict,) = goals.judge((goal,), measured())
    assert (verdict.measured, verdict.met) == (None, False)


@pytest.mark.parametrize(
    ("kind", "bound", "met", "missed_by"),
    [("at least", 5, True, 0), ("at least", 11, False, 0.5), ("at most", 6, True, 0), ("at most", 4.4, False, 0.25)],
)
def test_a_goal_says_by_how_much_it_is_missed(kind: str, bound: float, met: bool, missed_by: float) -> None:
    verdict = Verdict(Goal("?", kind, bound, goals.figure("x")), 5.5)  # type: ignore[arg-type]  # a row's text
    assert (verdict.met, round(verdict.missed_by, 6)) == (met, missed_by)


def test_a_stage_that_was_not_measured_leaves_the_slowest_unknown() -> None:
    assert goals.over_slowest("race", "old", ("ours",))(measured()) == 5.5
    assert goals.over_slowest("race", "old", ("ours", "write"))(measured()) is None


def test_what_ours_wrote_and_held_is_told_against_the_unpacked_set() -> None:
    assert goals.of_unpacked("race", "written")(measured()) == 1.0
    assert goals.of_unpacked("race", "disk")(measured()) == 0.9


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    measured().save(tmp_path / "r.json")
    assert results.load(tmp_path / "r.json") == measured()


def test_the_page_tells_verdicts_ratios_and_failures() -> None:
    goal = Goal("old over ours", "at least", 11, goals.ratio("race/old", "race/ours"), why="it is what it is")
    text = page.render(measured(), (goal,))
    assert "| old over ours | at least 11 | 5.5 | **missed by 50%** |" in text
    assert "- old over ours: it is what it is" in text
    assert "| it | 3 | 11.00 | 5.50 | 1.00 | 1 | 0 | 0 | all |" in text
    assert "- a|b failed: `no luck`" in text
    assert r"| a\|b | 0 | - |" in text


def test_writing_a_part_leaves_the_rest_of_the_page(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text("before\n<!-- x: written by make bench -->\nold\n<!-- end of x -->\nafter\n")
    page.write(file, "x", "new")
    page.write(file, "x", "newer")
    assert file.read_text() == "before\n<!-- x: written by make bench -->\nnewer\n<!-- end of x -->\nafter\n"


def test_a_profile_tells_the_functions_that_ran_most_by_their_threads() -> None:
    lines = ["thread (1): MainThread;main (a.py);read (b.py) 60", "thread (2): ahead;read (b.py) 40", "thread (3) 9"]
    assert profile.summary(lines)[2:] == ["| MainThread | `read (b.py)` | 60% |", "| ahead | `read (b.py)` | 40% |"]
