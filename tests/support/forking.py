"""The process that imports the command `neo4j-restore` once, and forks a child for each run of it.

The child takes the environment and the pipes of the run, carries out the command, and then ends as every Python process
does. `forked` starts it, and gives it the runs.
"""

import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

_PRELOADED = (
    *("__main__", "restore", "planning.prepare", "staging.stage", "rollback", "status", "verify"),
    *("stores.local", "stores.google.store", "stores.aws.store", "stores.azure.store"),
)

# What the tests are told when the command is imported.
READY = b"ready"

# Of one message: a job with its environment is some kilobytes.
_LONGEST_JOB = 1 << 17


def _serve(jobs: socket.socket) -> Mapping[str, Any]:
    """Fork for each job. Return the job in the child that has to carry it out."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(jobs, _LONGEST_JOB, 3)
        if not message:
            sys.exit()
        _reap()
        if not os.fork():
            jobs.close()
            _become_the_command(*descriptors)
            job: Mapping[str, Any] = json.loads(message)
            return job
        for descriptor in descriptors:
            os.close(descriptor)


def _reap() -> None:
    """Forget the processes that have waited for a command."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become_the_command(out: int, err: int, ended: int) -> None:
    """Return in the process of the command. The one that waits for it ends here."""
    pid = os.fork()
    if pid:
        os.close(out)
        os.close(err)
        os.write(ended, f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        os.write(ended, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    for descriptor in (out, err, ended):
        os.close(descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _main() -> None:
    # Ctrl-C is for the tests, which end this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    before = set(os.environ)
    for name in _PRELOADED:
        import_module(f"neo4j_restore.{name}")
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a process with threads can't be forked"
    # Else each child, at its end, looks through all that was imported, and so has to copy it.
    gc.freeze()
    # A process of its own has these as well, from the same imports.
    imported = {name: value for name, value in os.environ.items() if name not in before}
    jobs = socket.socket(fileno=int(sys.argv[1]))
    jobs.send(READY)
    job = _serve(jobs)
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(imported | job["environment"])
    sys.argv = ["neo4j-restore", *job["argv"]]
    import_module("neo4j_restore.__main__").main()


if __name__ == "__main__":
    _main()
