"""What is told of a program that ran: its own figures, with those of its descendants, and none of ours."""

import os
from pathlib import Path

import pytest
from bench.errors import BenchError

from bench import measure


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    folder = tmp_path / "volume"
    folder.mkdir()
    return folder


def run(script: str, volume: Path, timeout_seconds: float = 60) -> measure.Sample:
    """Run a script of the shell in `volume`, watched."""
    argv = ["/bin/sh", "-c", script]
    return measure.run(argv, volume, {"PATH": os.environ["PATH"]}, timeout_seconds=timeout_seconds, watched=True)


def test_the_figures_of_descendants_count(volume: Path) -> None:
    figures = run(
        'python3 -c "x = bytes([1]) * (90 << 20); [hash(bytes(1 << 20)) for _ in range(99)]" & wait; true', volume
    )
    assert figures.rss_bytes > 90 << 20
    assert figures.cpu_seconds > 0


def test_a_small_program_is_not_charged_with_the_memory_of_the_harness(volume: Path) -> None:
    ours = bytearray(200 << 20)
    assert run("true", volume).rss_bytes < 50 << 20 < len(ours)


def test_the_most_that_the_folder_held_is_told_and_not_what_is_left(volume: Path) -> None:
    figures = run("head -c 5000000 /dev/zero >a; sleep 0.4; rm a; head -c 10 /dev/zero >b", volume)
    assert figures.disk_bytes >= 5_000_000
    assert measure.size(volume) == 10


def test_a_program_that_fails_is_told_with_its_words(volume: Path) -> None:
    with pytest.raises(BenchError, match="it ended with 3: no luck"):
        run("echo no luck; exit 3", volume)


def test_a_program_that_does_not_end_is_ended_with_its_children(volume: Path) -> None:
    with pytest.raises(BenchError, match="longer than 1 s"):
        run("(sleep 600; touch late) & sleep 600", volume, timeout_seconds=1)
