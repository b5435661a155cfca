"""What a drill found: the receipt of its restore, and what became of each assertion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from neo4j_restore import scrub
from neo4j_restore.drill.assertions import Assertion


@dataclass(frozen=True)
class Verdict:
    """An assertion, and why it does not hold. problem: empty if it holds."""

    assertion: Assertion
    problem: str


@dataclass(frozen=True)
class Outcome:
    """All that a drill found. restore: the record of its restore, as the receipt has it. finished: ISO 8601.

    neo4j: the server's version. start_seconds: until the server answered. asked_seconds: for all assertions.
    result: URL of the result in the bucket, or empty. not_kept: why it is not there although it should be, or empty.
    """

    name: str
    restore: Mapping[str, Any]
    neo4j: str
    verdicts: Sequence[Verdict]
    finished: str
    start_seconds: float = 0.0
    asked_seconds: float = 0.0
    result: str = ""
    not_kept: str = ""

    @property
    def failed(self) -> list[Verdict]:
        """The assertions that do not hold."""
        return [each for each in self.verdicts if each.problem]


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Return the result of a drill: a published contract. It has the fields of the restore's record, and `drill`."""
    return {
        **outcome.restore,
        "drill": {
            "name": outcome.name,
            "succeeded": not outcome.failed,
            "neo4j": outcome.neo4j,
            "assertions": [
                {
                    "database": each.assertion.database or None,
                    "query": each.assertion.query,
                    "expected": str(each.assertion.expected),
                    "holds": not each.problem,
                    "problem": each.problem or None,
                }
                for each in outcome.verdicts
            ],
            "phases": {"start": round(outcome.start_seconds, 3), "assertions": round(outcome.asked_seconds, 3)},
            "result": outcome.result or None,
            "finished": outcome.finished,
        },
    }


def as_text(outcome: Outcome) -> str:
    """Return the result for people."""
    names = ", ".join(str(each["database"]) for each in outcome.restore["restored"])
    lines = [
        f"restored {names}: {outcome.restore['bytes']} bytes in {outcome.restore['seconds']} s",
        f"Neo4j {outcome.neo4j} runs on it, and answered after {outcome.start_seconds:.1f} s",
    ]
    lines += [f"{'fails' if each.problem else 'holds'}: {described(each)}" for each in outcome.verdicts]
    lines += [f"result: {outcome.result}"] if outcome.result else []
    lines += [outcome.not_kept] if outcome.not_kept else []
    return "\n".join(map(scrub.clean, lines))


def described(verdict: Verdict) -> str:
    """Return an assertion in one line, with its problem."""
    query = " ".join(verdict.assertion.query.split())
    where = f"{verdict.assertion.database}: " if verdict.assertion.database else ""
    return f"{where}{query}: {verdict.problem or f'is {verdict.assertion.expected}'}"
