"""The command `neo4j-restore` at the price of a fork: for tests of what a run does, not of how Python starts.

A process imports the command once and forks a child for each run: `forking` is its side. `Forked` is the side of the
tests.
"""

import io
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.forking import READY

# What Python, libc or coverage read before the first line of the command: a fork comes too late for it.
_READ_AT_START = ("PYTHON", "COVERAGE_", "LANG", "LC_", "TZ", "LD_", "GLIBC_", "MALLOC_")


def can_fork(environment: Mapping[str, str]) -> bool:
    """Tell whether a fork is to this environment what a process of its own is."""
    return not any(name.startswith(_READ_AT_START) for name in environment)


@dataclass(frozen=True)
class Forked:
    """The process that forks."""

    jobs: socket.socket

    def run(
        self, *argv: str, environment: Mapping[str, str], timeout_seconds: float
    ) -> subprocess.CompletedProcess[str]:
        """Run `neo4j-restore ARGV` on exactly this environment, as `subprocess.run` would.

        Raises TimeoutExpired after it has killed the command.
        """
        job = {"argv": argv, "environment": environment, "folder": str(Path.cwd())}
        readers, writers = zip(*(os.pipe() for _ in range(3)), strict=True)
        try:
            socket.send_fds(self.jobs, [json.dumps(job).encode()], writers)
        finally:
            for writer in writers:
                os.close(writer)
        out, err, ended = _read(readers, time.monotonic() + timeout_seconds)
        code = ended.split()[1:]
        if not code:
            _kill(ended)
            raise subprocess.TimeoutExpired(argv, timeout_seconds, out, err)
        return subprocess.CompletedProcess(["neo4j-restore", *argv], int(code[0]), _text(out), _text(err))


def _read(readers: Sequence[int], deadline: float) -> list[bytes]:
    """Return what comes through each pipe until all are closed, or until the deadline."""
    read = {reader: bytearray() for reader in readers}
    with selectors.DefaultSelector() as waiting:
        for reader in readers:
            waiting.register(reader, selectors.EVENT_READ)
        while waiting.get_map() and time.monotonic() < deadline:
            for key, _ in waiting.select(deadline - time.monotonic()):
                block = os.read(key.fd, 1 << 16)
                read[key.fd] += block
                if not block:
                    waiting.unregister(key.fd)
    for reader in readers:
        os.close(reader)
    return [bytes(block) for block in read.values()]


def _kill(ended: bytes) -> None:
    # The process that waits for the command writes its id at once, and the exit code when there is one.
    for pid in ended.split():
        os.kill(int(pid), signal.SIGKILL)


def _text(output: bytes) -> str:
    return io.TextIOWrapper(io.BytesIO(output), encoding="utf-8").read()


@contextmanager
def forked() -> Iterator[Forked]:
    """Start the process that forks. It ends with the block."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])}
    argv = [sys.executable, "-m", "tests.support.forking", str(theirs.fileno())]
    # Pipes, as the command has them: Python's streams are made at the start, and differ for a device.
    process = subprocess.Popen(
        argv,
        env=environment,
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with closing(ours), process:
        theirs.close()
        if ours.recv(len(READY)) != READY:
            pytest.fail(_text(process.communicate()[1]), pytrace=False)
        yield Forked(ours)
        # The end of all jobs, which the process waits for; Popen then waits for the process.
        ours.close()
