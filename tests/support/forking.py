"""The process that imports the command `neo4j-restore` once, and forks a child for each run of it.

The child takes the environment and the pipes of the run, and carries out the command. `forked` starts the process, and
gives it the runs.
"""

import atexit
import gc
import json
import os
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import neo4j_restore

# What others import while a command runs, in most commands or at a high price.
_OTHERS = ("_strptime", "concurrent.futures.thread", "google_crc32c", "neo4j", "netrc")

# What the tests are told when the command is imported.
READY = b"ready"

# Of one message: a job with its environment is some kilobytes.
_LONGEST_JOB = 1 << 17


@dataclass(frozen=True)
class _Running:
    """The commands that run: the process of each, and the pipe for its exit code, by the descriptor of the process."""

    commands: dict[int, tuple[int, int]] = field(default_factory=dict)

    def add(self, pid: int, ended: int) -> int:
        """Tell the tests the process of a command, and return its descriptor."""
        os.write(ended, f"{pid}\n".encode())
        process = os.pidfd_open(pid)
        self.commands[process] = (pid, ended)
        return process

    def end(self, process: int) -> None:
        """Tell the tests the exit code of a command that has ended."""
        pid, ended = self.commands.pop(process)
        _, status = os.waitpid(pid, 0)
        # Nobody reads about a command that took too long and was killed.
        with suppress(BrokenPipeError):
            os.write(ended, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os.close(process)
        os.close(ended)

    def close(self) -> None:
        """Close in a child what belongs to its parent: a pipe ends when its last writer has closed it."""
        for process, (_, ended) in self.commands.items():
            os.close(process)
            os.close(ended)


def _serve(jobs: socket.socket) -> Mapping[str, Any]:
    """Fork for each job. Return the job in the child that has to carry it out."""
    running = _Running()
    with selectors.DefaultSelector() as waiting:
        waiting.register(jobs, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj is not jobs:
                    waiting.unregister(key.fd)
                    running.end(key.fd)
                    continue
                message, pipes, _, _ = socket.recv_fds(jobs, _LONGEST_JOB, 3)
                if not message:
                    sys.exit()
                pid = os.fork()
                if not pid:
                    running.close()
                    jobs.close()
                    return _become_the_command(message, *pipes)
                out, err, ended = pipes
                os.close(out)
                os.close(err)
                waiting.register(running.add(pid, ended), selectors.EVENT_READ)


def _become_the_command(message: bytes, out: int, err: int, ended: int) -> Mapping[str, Any]:
    """Take the pipes of a job in place of the parent's, and return the job."""
    os.dup2(out, 1)
    os.dup2(err, 2)
    for descriptor in (out, err, ended):
        os.close(descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    job: Mapping[str, Any] = json.loads(message)
    return job


def _exit(code: object) -> None:
    """End the command as Python does, but without taking all modules apart.

    That would copy each page of the parent's memory, which costs more than most commands.
    """
    if isinstance(code, int):
        # Python's own end begins with these two: it waits for threads, and then does what was asked for.
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        os._exit(code)


def import_command() -> None:
    """Import all of the command, for children that then need not."""
    for module in walk_packages(neo4j_restore.__path__, "neo4j_restore."):
        import_module(module.name)
    for name in _OTHERS:
        import_module(name)
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a process with threads can't be forked"
    # Else each child looks through all that was imported, and so has to copy it.
    gc.freeze()


def _main() -> None:
    # Ctrl-C is for the tests, which end this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    before = set(os.environ)
    import_command()
    # A process of its own has these as well, from the same imports.
    imported = {name: value for name, value in os.environ.items() if name not in before}
    jobs = socket.socket(fileno=int(sys.argv[1]))
    jobs.send(READY)
    job = _serve(jobs)
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(imported | job["environment"])
    sys.argv = ["neo4j-restore", *job["argv"]]
    try:
        import_module("neo4j_restore.__main__").main()
    except SystemExit as end:
        _exit(end.code)
        raise


if __name__ == "__main__":
    _main()
