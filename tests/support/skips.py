"""In CI a skipped test has failed, so that no proof goes missing unseen. The exceptions are here, with reasons."""

import os
from collections.abc import Generator
from typing import Final, TypeVar

import pytest

NEEDS_ROOT: Final = "only root can make another user's files, mounts and sets of capabilities"
NEEDS_IMMUTABLE_FILES: Final = "this file system has no immutable folders"
NEEDS_OUR_NODE: Final = "where Docker answers, or without root, clusters are kind's, which looks after its own"

# A runner can lack these, and no target of ours can bring them. Neo4j, Helm, the stores and a cluster are made by
# targets, so their tests have no exception.
EXCEPTIONS: Final = (NEEDS_ROOT, NEEDS_IMMUTABLE_FILES, NEEDS_OUR_NODE)

# By choice: `make test SKIP=azure`. It is not among the exceptions, so CI does not take it.
NO_AZURE: Final = "SKIP=azure: left out by choice"

AZURE_IS_LEFT_OUT: Final = "azure" in os.environ.get("SKIP", "")

root_only = pytest.mark.skipif(os.geteuid() != 0, reason=NEEDS_ROOT)

_Report = TypeVar("_Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test that was skipped fail in CI."""
    report = yield
    # A test that is expected to fail is no skip, though pytest counts it as one.
    return report if hasattr(report, "wasxfail") else _judged(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let a module that was skipped as a whole fail in CI."""
    report = yield
    return _judged(report)


def _judged(report: _Report) -> _Report:
    if report.skipped and os.environ.get("CI") == "true":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if reason.removeprefix("Skipped: ") not in EXCEPTIONS:
            report.outcome = "failed"
            report.longrepr = f"in CI nothing is skipped, but for the reasons in {__name__}: {reason}"
    return report
