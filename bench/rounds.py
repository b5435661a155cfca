"""Runs a warm-up round, whose results are checked, and then rounds in turn: A B C, A B C, ..."""

from collections.abc import Callable, Sequence
from typing import Protocol

from bench.contenders import Contender
from bench.errors import BenchError
from bench.measure import Sample
from bench.results import Outcome

Say = Callable[[str], None]


class Player(Protocol):
    """Runs a contender once. Raises BenchError if it fails, or in the warm-up if its result is wrong."""

    def run(self, contender: Contender, *, warm_up: bool) -> Sample:
        """Return the figures of one run."""


def play(name: str, contenders: Sequence[Contender], player: Player, repeats: int, say: Say) -> dict[str, Outcome]:
    """Return each contender's outcome by its name. A contender that fails does not run again."""
    outcomes = {each.name: Outcome(each.title, each.checks) for each in contenders}
    for number in range(repeats + 1):
        for contender in contenders:
            outcome = outcomes[contender.name]
            if not outcome.error and (number == 0 or not contender.once):
                _turn(player, contender, outcome, warm_up=number == 0)
                say(f"{name} {number}/{repeats} {contender.name}: {_summary(outcome)}")
    return outcomes


def _turn(player: Player, contender: Contender, outcome: Outcome, *, warm_up: bool) -> None:
    try:
        sample = player.run(contender, warm_up=warm_up)
    except BenchError as error:
        outcome.error, outcome.samples = f"{error}", []
        return
    outcome.disk_bytes = max(outcome.disk_bytes, sample.disk_bytes)
    if not warm_up or contender.once:
        outcome.samples.append(sample)


def _summary(outcome: Outcome) -> str:
    if outcome.error:
        return f"failed: {outcome.error[-300:]}"
    return f"{outcome.samples[-1].wall_seconds:.2f} s" if outcome.samples else "warmed up, result verified"
