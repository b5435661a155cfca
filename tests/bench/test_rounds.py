"""Who runs when, and what becomes of one that fails."""

from dataclasses import replace

from bench.contenders import Contender
from bench.errors import BenchError
from bench.measure import Sample

from bench import rounds

A = Contender("a", "A", "true", "-")
B = replace(A, name="b", title="B")
ONCE = replace(A, name="once", once=True)


class Scripted:
    """A player whose runs take 1, 2, 3, ... seconds. `failing` is one that always fails, but not in its warm-up."""

    def __init__(self, failing: str = "") -> None:
        self.runs: list[str] = []
        self._failing = failing

    def run(self, each: Contender, *, warm_up: bool) -> Sample:
        self.runs.append(each.name)
        if each.name == self._failing and not warm_up:
            message = "no luck"
            raise BenchError(message, hint="-")
        return Sample(len(self.runs), 0, 0, 0, 7 if warm_up else 0)


def silent(_: str) -> None:
    """Tell nobody."""


def test_contenders_run_in_turn_and_the_warm_up_does_not_count() -> None:
    player = Scripted()
    results = rounds.play("case", [A, B], player, 2, silent)
    assert player.runs == ["a", "b", "a", "b", "a", "b"]
    assert [each.wall_seconds for each in results["b"].samples] == [4, 6]
    assert results["b"].disk_bytes == 7


def test_one_that_runs_once_is_counted_by_that_run() -> None:
    player = Scripted()
    results = rounds.play("case", [A, ONCE], player, 2, silent)
    assert player.runs.count("once") == 1
    assert [each.wall_seconds for each in results["once"].samples] == [2]


def test_one_that_fails_is_left_out_and_has_no_figures_and_the_others_go_on() -> None:
    player = Scripted(failing="a")
    results = rounds.play("case", [A, B], player, 3, silent)
    assert player.runs == ["a", "b", "a", "b", "b", "b"]
    assert (results["a"].samples, results["a"].error, len(results["b"].samples)) == ([], "no luck", 3)
