"""What the fault tests came to: kind of fault, tries, survived. `python -m tests.faults.table FILE` prints it."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_SHOWN = 5

# The rows of the README's table, and how the kinds that belong to each begin; the first that fits counts.
ROWS = {
    "SIGKILL in a restore, and again in each start after it": ("SIGKILL in a restore",),
    "SIGKILL, then a real Neo4j on what is there": ("SIGKILL, then the real Neo4j",),
    "SIGKILL while a swap is taken back": ("SIGKILL while a swap is taken back",),
    "SIGKILL at each change of the volume, or at any instant": ("SIGKILL",),
    "power loss while a swap is taken back": ("power loss while a swap is taken back",),
    "power loss: what was not synced lost, torn or reordered": ("power loss",),
    "a rename of the swap fails": ("a rename of the swap fails",),
    "ENOSPC or EIO at a change of the volume": ("ENOSPC", "EIO"),
    "a small volume out of bytes or files": ("a tmpfs",),
    "network: cut, stalled, refused, wrong, replaced on the way": ("network",),
    "a flipped bit, a missing or swapped part of a set": ("corruption",),
    "two at once on one volume": ("two at once",),
    "SIGTERM in each phase": ("SIGTERM",),
    "random lives of a volume: starts and kills": ("random lives",),
    "foreign owner: files and folders of other users": ("foreign owner",),
    "foreign state: links, FIFOs, folders, broken files of ours": ("foreign state",),
    "memory bombs: hostile archives, answers and files": ("memory bombs",),
}

ALL = "**all**"


def everything() -> bool:
    """Tell whether the full run is wanted: FAULTS=all, as `make faults` sets it."""
    return os.environ.get("FAULTS") == "all"


def record(kind: str, tries: int, survived: int) -> None:
    """Add a line to the file that FAULTS_TABLE names. Without it, do nothing."""
    if path := os.environ.get("FAULTS_TABLE"):
        with Path(path).open("a") as stream:
            stream.write(json.dumps({"kind": kind, "tries": tries, "survived": survived}) + "\n")


@dataclass
class Tally:
    """The tries of one test. broken: what each that was not survived ended in."""

    tries: int = 0
    broken: list[str] = field(default_factory=list)

    @contextmanager
    def attempt(self, name: str) -> Iterator[None]:
        """Count one try. An assertion that fails in it is kept, so that the next try is made all the same."""
        self.tries += 1
        try:
            yield
        except AssertionError as error:
            self.broken.append(f"{name}: {error}")


@contextmanager
def tally(kind: str) -> Iterator[Tally]:
    """Count the tries of a kind of fault, record them, and fail unless there were some and all were survived."""
    counted = Tally()
    yield counted
    record(kind, counted.tries, counted.tries - len(counted.broken))
    if counted.broken or not counted.tries:
        shown = "\n\n".join(counted.broken[:_SHOWN])
        pytest.fail(f"{kind}: {len(counted.broken)} of {counted.tries} not survived\n{shown}", pytrace=False)


def markdown(lines: Iterable[str]) -> str:
    """Return the table of recorded `lines`: `ROWS`, then a row for each kind that is in none of them, and the sum."""
    rows: dict[str, list[int]] = {}
    for line in lines:
        result = json.loads(line)
        row = rows.setdefault(_row(result["kind"]), [0, 0])
        row[0] += result["tries"]
        row[1] += result["survived"]
    rows = {name: rows[name] for name in (*ROWS, *(rows.keys() - ROWS)) if name in rows}
    rows[ALL] = [sum(column) for column in zip(*rows.values(), strict=True)] or [0, 0]
    head = ["| kind of fault | tries | survived |", "| --- | ---: | ---: |"]
    return "\n".join([*head, *(f"| {kind} | {tries} | {survived} |" for kind, (tries, survived) in rows.items())])


def _row(kind: str) -> str:
    return next((row for row, begins in ROWS.items() if kind.startswith(begins)), kind)


if __name__ == "__main__":
    sys.stdout.write(markdown(Path(sys.argv[1]).read_text().splitlines()) + "\n")
