"""`make bench`: measures restores and the generator against what else there is, and writes docs/benchmarks.md.

`--quick` takes tiny sizes, to show that every contender works and every ratio has its two figures; it asserts no
speed and writes no page.
"""

import argparse
import sys

from bench.errors import BenchError
from bench.results import Results

from bench import goals, page, places, programs, restores, results


def main() -> int:
    """Measure; return the exit code."""
    arguments = _parser().parse_args()
    try:
        programs.install_missing()
        return _restore(arguments)
    except BenchError as error:
        say(f"error: {error}\ntry: {error.hint}")
        return 1


def _restore(arguments: argparse.Namespace) -> int:
    kept = places.RESULTS / f"restore{'-quick' if arguments.quick else ''}.json"
    if not arguments.page_only:
        measured = restores.measure(quick=arguments.quick, repeats=arguments.rounds, only=arguments.only or [], say=say)
        measured.save(kept)
    found = results.load(kept)
    text = page.render(found, goals.RESTORE)
    say(text)
    if not arguments.quick:
        page.write(places.PAGE, "restores", text)
    return _judged(found, quick=arguments.quick)


def _judged(found: Results, *, quick: bool) -> int:
    """Return 1 where a contender failed, or in a quick run a ratio lacks a figure."""
    failures = found.failures()
    if quick:
        verdicts = goals.judge(goals.RESTORE, found)
        failures += [
            f"not measured: {each.goal.text}" for each in verdicts if each.goal.quick and each.measured is None
        ]
    for line in failures:
        say(f"error: {line}")
    return 1 if failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", choices=["restore"], help="what to measure")
    parser.add_argument("--quick", action="store_true", help="tiny sizes; no page")
    parser.add_argument("--rounds", type=int, default=3, help="counted rounds of each case (default: 3)")
    parser.add_argument("--only", nargs="+", metavar="CASE", help="only these cases")
    parser.add_argument("--page-only", action="store_true", help="write the page from what was measured before")
    return parser


def say(text: str) -> None:
    """Tell at once."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
