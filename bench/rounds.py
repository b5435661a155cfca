"""Plays a case: a warm-up round, whose results are compared with the set, then rounds A B C, A B C, ..."""

from collections.abc import Callable
from pathlib import Path

from bench.cases import Case
from bench.contenders import Contender
from bench.errors import BenchError
from bench.player import Player
from bench.results import Outcome
from bench.sets import Sets

from bench import servers

Say = Callable[[str], None]


def play(case: Case, made: Sets, work: Path, rounds: int, say: Say) -> dict[str, Outcome]:
    """Return each contender's outcome; one that fails is left out of the rounds that follow."""
    outcomes = {each.name: Outcome(each.title, each.checks) for each in case.contenders}
    with servers.store(made.objects, work, tls=case.tls, distance=case.distance) as end:
        player = Player(case, made, work, end)
        for number in range(rounds + 1):
            for each in case.contenders:
                outcome = outcomes[each.name]
                if not outcome.error and (number == 0 or not each.once):
                    _turn(player, each, outcome, warm_up=number == 0)
                    say(f"{case.name} {number}/{rounds} {each.name}: {_told(outcome)}")
    return outcomes


def _turn(player: Player, each: Contender, outcome: Outcome, *, warm_up: bool) -> None:
    try:
        sample = player.run(each, warm_up=warm_up)
    except BenchError as error:
        outcome.error, outcome.samples = f"{error}", []
        return
    outcome.disk_bytes = max(outcome.disk_bytes, sample.disk_bytes)
    if not warm_up or each.once:
        outcome.samples.append(sample)


def _told(outcome: Outcome) -> str:
    if outcome.error:
        return f"failed: {outcome.error[-300:]}"
    return f"{outcome.samples[-1].wall_seconds:.2f} s" if outcome.samples else "warmed up, result verified"
