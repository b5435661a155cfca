"""What an operator sees of a transfer."""

import itertools
import sys
import time

import pytest

from neo4j_restore.transfer.progress import Progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each look at the clock find it four seconds later."""
    ticks = itertools.count(step=4)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(ticks)))


@pytest.mark.usefixtures("clock")
def test_a_line_comes_each_ten_seconds_at_most(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    progress = Progress("gs://b/neo4j.dump", 100_000_000)
    for _ in range(9):
        progress.add(10_000_000)
    assert caplog.messages == [
        "gs://b/neo4j.dump: 30000000 of 100000000 bytes, 2.5 MB/s, 28 s left",
        "gs://b/neo4j.dump: 60000000 of 100000000 bytes, 2.5 MB/s, 16 s left",
        "gs://b/neo4j.dump: 90000000 of 100000000 bytes, 2.5 MB/s, 4 s left",
    ]


@pytest.mark.usefixtures("clock")
def test_a_terminal_shows_a_bar_and_wipes_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress = Progress("gs://b/neo4j.dump", 20)
    progress.add(10)
    progress.add(10)
    first, second, last = capsys.readouterr().err.split("\r")[1:]
    assert (first.count("#"), second.count("#"), last) == (15, 30, "\x1b[K")
