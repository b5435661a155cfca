"""A program that is run: nothing of it is left when it ends, its silence is told, and it chooses no memory of ours."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.alive import is_alive
from tests.support.patience import HANGS_AFTER_SECONDS, until

from neo4j_restore.admin import child
from neo4j_restore.admin.child import Silence

# Each starts a process that would sleep for ever, holding stdout and stdin, and ends with 3 once that one runs.
SLEEPER = 'sh -c "echo \\$\\$ >pid.new; mv pid.new pid; exec sleep 1000" <&0'
WAIT = "while [ ! -e pid ]; do :; done"
LEFT = {
    "in its own group": f"{SLEEPER} & {WAIT}; exit 3",
    "in another session": f"setsid {SLEEPER} & {WAIT}; exit 3",
    "of a parent that ended": f"(setsid {SLEEPER} &) ; {WAIT}; exit 3",
    "twice removed": f"setsid sh -c '(setsid {SLEEPER} &) ; {WAIT}'; exit 3",
    "without our environment": f"env -i PATH=$PATH setsid {SLEEPER} & {WAIT}; exit 3",
}


def command(folder: Path, script: str) -> child.Command:
    return child.Command(["sh", "-c", script], {"PATH": os.environ["PATH"]}, folder)


def runs(folder: Path) -> bool:
    return is_alive((folder / "pid").read_text())


@pytest.mark.parametrize("script", LEFT.values(), ids=LEFT)
def test_what_a_program_leaves_behind_ends_with_it(script: str, tmp_path: Path) -> None:
    ended = child.run(command(tmp_path, script))
    assert (ended.status, runs(tmp_path)) == (3, False)


@pytest.mark.parametrize("script", LEFT.values(), ids=LEFT)
def test_what_it_leaves_behind_keeps_no_input_waiting(script: str, tmp_path: Path) -> None:
    # More than its pipe holds, and nobody reads it.
    blocks = iter([bytes(100_000)] * 5)
    ended = child.run(command(tmp_path, script), blocks)
    assert (ended.status, next(blocks, None), runs(tmp_path)) == (3, None, False)


def test_other_children_of_ours_are_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "1000"]) as other:
        child.run(command(tmp_path, LEFT["in another session"]))
        assert other.poll() is None
        other.kill()


class Interrupted(threading.Thread):
    """A thread in whose start SIGTERM comes: before it runs, or when it has begun to."""

    at = ""

    def start(self) -> None:
        when, _, name = self.at.partition(" ")
        if (when, name) == ("before", self.name):
            raise SystemExit(143)
        super().start()
        if (when, name) == ("after", self.name):
            raise SystemExit(143)


@pytest.mark.parametrize("at", ["before wait", "after wait", "before read", "after read"])
def test_sigterm_while_the_threads_start_ends_everything(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Interrupted, "at", at)
    monkeypatch.setattr(child, "Thread", Interrupted)
    caught: list[BaseException] = []

    def run() -> None:
        try:
            child.run(command(tmp_path, f"{SLEEPER} & {WAIT}; wait"))
        except SystemExit as error:
            caught.append(error)

    running = threading.Thread(target=run, daemon=True)
    running.start()
    running.join(HANGS_AFTER_SECONDS)
    assert [str(error) for error in caught] == ["143"]
    assert not (tmp_path / "pid").exists() or not runs(tmp_path)
    until(lambda: not {"wait", "read"} & {each.name for each in threading.enumerate()}, "the end of its threads")


def test_a_program_that_cannot_be_started_leaves_no_thread(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        child.run(child.Command(["/no/such/program"], {}, tmp_path))
    until(lambda: not {"wait", "read"} & {each.name for each in threading.enumerate()}, "the end of its threads")


def test_an_input_that_breaks_ends_the_program(tmp_path: Path) -> None:
    def blocks() -> Iterator[bytes]:
        while not (tmp_path / "pid").exists():
            yield b""
        message = "the store is gone"
        raise OSError(message)

    with pytest.raises(OSError, match="the store is gone"):
        child.run(command(tmp_path, f"setsid {SLEEPER} & exec sleep 1000"), blocks())
    assert not runs(tmp_path)


_STOPPED = """
import os, signal, subprocess, sys
from pathlib import Path
from neo4j_restore.admin import child

def then_stop(start):
    def start_and_stop(*args, **options):
        made = start(*args, **options)
        print(made if isinstance(made, int) else made.pid, flush=True)
        os.kill(os.getpid(), signal.SIGTERM)
        return made
    return start_and_stop

# As the command does: an exception, wherever the main thread is.
signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
place, name = {"fork": (subprocess, "_fork_exec"), "start": (child, "_started")}[sys.argv[1]]
setattr(place, name, then_stop(getattr(place, name)))
child.run(child.Command(["sleep", "1000"], {"PATH": os.environ["PATH"]}, Path("/")))
"""


@pytest.mark.parametrize("moment", ["fork", "start"])
def test_one_that_was_just_forked_when_sigterm_comes_is_ended(moment: str) -> None:
    done = subprocess.run([sys.executable, "-c", _STOPPED, moment], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    left = is_alive(str(pid))
    if left:
        os.kill(pid, signal.SIGKILL)
    assert (done.returncode, left) == (128 + signal.SIGTERM, False), done.stderr


def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    ended = child.run(command(tmp_path, "echo here; exec sleep 1000"), most_seconds=0.5)
    assert ended.status is None


_FLOODED = """
import re, sys
from pathlib import Path
from neo4j_restore.admin import child
script = f"head -c 150000000 /dev/zero | tr '\\\\0' '{sys.argv[1]}'; echo; echo last"
ended = child.run(child.Command(["sh", "-c", script], {"PATH": "/usr/bin:/bin"}, Path("/")))
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
print(ended.status, ended.lines[-1], len("".join(ended.lines)), peak)
"""


@pytest.mark.parametrize("char", ["x", "\\r", "\\n"], ids=["one line", "carriage returns", "empty lines"])
def test_a_flood_of_output_takes_no_memory(char: str) -> None:
    done = subprocess.run([sys.executable, "-c", _FLOODED, char], capture_output=True, text=True, check=True)
    status, last, size, peak_mib = done.stdout.split()
    assert (status, last) == ("0", "last")
    assert int(size) < 3000
    # Python alone has about 15.
    assert int(peak_mib) < 60


class World:
    """A program as `Silence` sees it."""

    def __init__(self) -> None:
        self.now, self.size = 100.0, 0
        self.silence = Silence(60, lambda: self.size, clock=lambda: self.now)

    def after(self, seconds: float, heard: int = 0) -> float:
        self.now += seconds
        return self.silence.seconds(heard)


def test_silence_is_told_once_a_span() -> None:
    world = World()
    assert [world.after(30) for _ in range(8)] == [0, 60, 0, 60, 0, 60, 0, 60]


def test_one_that_speaks_is_not_silent() -> None:
    world = World()
    assert [world.after(59, heard=number) for number in range(1, 9)] == [0] * 8
    # It is looked at more often than once a span.
    assert [world.after(30, heard=8) for _ in range(2)] == [0, 60]


def test_one_whose_files_grow_is_not_silent() -> None:
    world = World()
    silences = []
    for _ in range(4):
        world.size += 1
        silences.append(world.after(60))
    assert (silences, world.after(60)) == ([0, 0, 0, 0], 60)
