"""Writes docs/benchmarks.md. The results go between two marks, and the rest of the page is written by hand."""

import re
from collections.abc import Iterable
from pathlib import Path

from bench.goals import Goal, Verdict, judge
from bench.measure import Sample
from bench.results import Outcome, Results


def write(page: Path, part: str, text: str) -> None:
    """Put `text` between the marks of `part`."""
    begin, end = f"<!-- {part}: written by make bench -->", f"<!-- end of {part} -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def render(results: Results, goals: tuple[Goal, ...]) -> str:
    """Return the results as Markdown: verdicts, a table for each case, the profile, the machine."""
    blocks = [_verdicts(judge(goals, results))]
    blocks += [_case(results.titles[case], outcomes) for case, outcomes in results.outcomes.items()]
    blocks += [_profile(results.profile)] if results.profile else []
    blocks += [_facts(results.facts)]
    return "\n" + "\n\n".join(blocks) + "\n"


def _verdicts(verdicts: list[Verdict]) -> str:
    rows = [
        [each.goal.text, f"{each.goal.kind} {_number(each.goal.bound)}{_unit(each.goal)}", _measured(each), _word(each)]
        for each in verdicts
    ]
    missed = [f"- {each.goal.text}: {each.goal.why}" for each in verdicts if not each.met and each.goal.why]
    table = _table(["goal", "wanted", "measured", ""], rows, right={1, 2})
    return "### Goals\n\n" + table + ("\n\nWhy not:\n\n" + "\n".join(missed) if missed else "")


def _unit(goal: Goal) -> str:
    return f" {goal.unit}" if goal.unit else ""


def _measured(verdict: Verdict) -> str:
    return "not measured" if verdict.measured is None else f"{_number(verdict.measured)}{_unit(verdict.goal)}"


def _word(verdict: Verdict) -> str:
    if verdict.measured is None:
        return "-"
    return "met" if verdict.met else f"**missed by {verdict.missed_by:.0%}**"


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def _case(title: str, outcomes: dict[str, Outcome]) -> str:
    ours = outcomes["ours"].median(_wall) if "ours" in outcomes else None
    head = ["", "runs", "wall s", "of ours", "CPU s", "RSS MiB", "written MB", "room MB", "verifies"]
    rows = [_row(outcome, ours) for outcome in outcomes.values()]
    failed = [f"- {each.title} failed: {_one_line(each.error)}" for each in outcomes.values() if each.error]
    if not any(outcome.disk_bytes for outcome in outcomes.values()):
        # The room was not measured in this case.
        head, rows = _without(head, 7), [_without(row, 7) for row in rows]
    table = _table(head, rows, right=set(range(1, len(head) - 1)))
    return f"### {title}\n\n{table}" + ("\n\n" + "\n".join(failed) if failed else "")


def _without(cells: list[str], index: int) -> list[str]:
    return [*cells[:index], *cells[index + 1 :]]


def _row(outcome: Outcome, ours: float | None) -> list[str]:
    if not outcome.samples:
        return [outcome.title, "0", *["-"] * 6, outcome.checks]
    wall = outcome.median(_wall) or 0.0
    seconds = outcome.median(lambda each: each.cpu_seconds) or 0.0
    memory = (outcome.median(lambda each: each.rss_bytes) or 0.0) / 1024 / 1024
    written = (outcome.median(lambda each: each.written_bytes) or 0.0) / 1e6
    ratio = f"{wall / ours:.2f}" if ours else "-"
    sizes = [f"{memory:.0f}", f"{written:.0f}", f"{outcome.disk_bytes / 1e6:.0f}"]
    runs = str(len(outcome.samples))
    return [outcome.title, runs, f"{wall:.2f}", ratio, f"{seconds:.2f}", *sizes, outcome.checks]


def _wall(sample: Sample) -> float:
    return sample.wall_seconds


def _one_line(text: str) -> str:
    words = re.sub(r"\s+", " ", text)
    return f"`{words[:300].replace('`', '')}`"


def _profile(lines: list[str]) -> str:
    return "### Where our time goes\n\n" + "\n".join(lines)


def _facts(facts: dict[str, str]) -> str:
    return "### Measured on\n\n" + _table(["", ""], [[name, value] for name, value in facts.items()], right=set())


def _table(head: list[str], rows: Iterable[list[str]], *, right: set[int]) -> str:
    rule = ["---:" if index in right else "---" for index in range(len(head))]
    lines = [head, rule, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
