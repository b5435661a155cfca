"""Profiles one more restore of the archive with py-spy, for each thread."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from bench.player import environment
from bench.programs import program
from bench.sets import Sets

from bench import measure, servers

_RATE = 100

_SHOWN = 12

# A share below this means nothing.
_LEAST = 0.01


def profile(backups: Sets, work: Path) -> list[str]:
    """Return a summary of the profile as lines of Markdown. Raises BenchError if it can't be made."""
    out = work / "profile.txt"
    argv = [
        program("py-spy"),
        "record",
        "--format",
        "raw",
        "--rate",
        str(_RATE),
        "--threads",
        "--function",
        "--nonblocking",
    ]
    argv += ["--output", str(out), "--", str(Path(sys.executable).with_name("neo4j-restore")), "run"]
    with servers.store(backups.objects, work, tls=True) as end:
        volume = servers.fresh(work / "volume")
        env = environment(work, end, backups.objects) | {"BUCKET": "gs://targz"}
        measure.run(argv, volume, env, timeout_seconds=300)
    return summary(out.read_text().splitlines())


def summary(lines: Iterable[str]) -> list[str]:
    """Return the functions that ran most. lines: py-spy's raw ones, `thread;frame;frame COUNT`, the innermost last."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in lines:
        stack, _, count = line.rpartition(" ")
        thread, *frames = stack.split(";")
        if frames:
            counts[_thread(thread), frames[-1]] += int(count)
    whole = sum(counts.values())
    rows = [
        f"| {thread} | `{frame}` | {count / whole:.0%} |"
        for (thread, frame), count in counts.most_common(_SHOWN)
        if count >= whole * _LEAST
    ]
    return ["| thread | function | of the running samples |", "| --- | --- | ---: |", *rows]


def _thread(name: str) -> str:
    """Return a thread's name without its numbers: `thread (0x7f..): MainThread` is `MainThread`."""
    return name.rpartition(": ")[2] if ": " in name else "(starting)"
