"""`make bench`: measures restores and the generator against other tools, and writes docs/benchmarks.md.

`--quick` takes tiny sizes. It shows that every contender works and that every ratio has its two figures. It asserts no
speed and writes no page.
"""

import argparse
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

from bench.errors import BenchError
from bench.goals import Goal
from bench.results import Results

from bench import generators, goals, page, places, programs, ready, restores, results


@dataclass(frozen=True)
class Part:
    """One part of the page."""

    name: str
    measure: Callable[..., Results]
    goals: tuple[Goal, ...]


PARTS = {
    "restore": Part("restores", restores.measured, goals.RESTORE),
    "generator": Part("generator", generators.measured, goals.GENERATOR),
    "ready": Part("ready", ready.measured, goals.READY),
}

# `both` leaves out what needs a cluster.
_BOTH = ("restore", "generator")


def main() -> int:
    """Measure. Return the exit code."""
    arguments = _parser().parse_args()
    # As Ctrl-C does, so that the servers end too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        programs.install_missing()
        wanted = _BOTH if arguments.what == "both" else (arguments.what,)
        return max([_part(PARTS[name], arguments) for name in wanted])
    except BenchError as error:
        say(f"error: {error}\ntry: {error.hint}")
        return 1


def _part(part: Part, arguments: argparse.Namespace) -> int:
    whole = not (arguments.quick or arguments.only)
    kept = places.RESULTS / f"{part.name}{'' if whole else '-some'}.json"
    if not arguments.page_only:
        only = arguments.only or []
        part.measure(quick=arguments.quick, repeats=arguments.rounds, only=only, say=say).save(kept)
    measured = results.load(kept)
    text = page.render(measured, part.goals)
    say(f"Tiny sets: these figures say nothing about speed.\n{text}" if arguments.quick else text)
    if whole:
        page.write(places.PAGE, part.name, text)
    return _judged(measured, part.goals, all_of_it=arguments.quick and not arguments.only)


def _judged(measured: Results, wanted: tuple[Goal, ...], *, all_of_it: bool) -> int:
    """Return 1 if a contender failed, or if a quick run of all cases leaves a goal without its figures."""
    failures = measured.failures()
    if all_of_it:
        verdicts = goals.judge(wanted, measured)
        failures += [
            f"not measured: {each.goal.text}" for each in verdicts if each.goal.quick and each.measured is None
        ]
    for line in failures:
        say(f"error: {line}")
    return 1 if failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=[*PARTS, "both"], default="both", help="(default: both)")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, and no page")
    parser.add_argument("--rounds", type=int, default=3, help="counted rounds of each case (default: 3)")
    parser.add_argument("--only", nargs="+", metavar="CASE", help="only these cases, and no page")
    parser.add_argument("--page-only", action="store_true", help="write the page from the last results")
    return parser


def say(text: str) -> None:
    """Print a line to stderr at once."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
