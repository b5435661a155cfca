"""A plugin for `make quick`: a test that leaves Python, for a process or the network, fails.

`make quick` runs the files of `tests/quick.txt`. So none of them can come to need more than Python unseen.
"""

import sys
from collections.abc import Generator
from typing import Any

import pytest

# By the names of Python's audit events.
_OUTSIDE = frozenset(
    {"subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system"}
    | {"socket.bind", "socket.connect", "socket.getaddrinfo"}
)

_left: list[str] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _OUTSIDE:
        _left.append(f"{event} {arguments[1:2] or ''}")


def pytest_configure() -> None:
    """Watch this process from now on."""
    sys.addaudithook(_watch)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test that has left Python fail, whatever it does with the error of a refused call."""
    report = yield
    if _left:
        report.outcome = "failed"
        report.longrepr = f"a quick test stays inside Python: {_left[0]}. Take its file off tests/quick.txt"
        _left.clear()
    return report
