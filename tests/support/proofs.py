"""A plugin: what passed tests prove about the versions of Neo4j, for docs/compatibility.md.

A mark of a test says which features it proves, or that it proves a refusal. Versions and editions are those that the
test used in the run. PROOFS=FILE writes them to a file, which `python -m tests.docs.compatibility` reads.
"""

import json
import os
from collections.abc import Generator, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, cast

import pytest
from tests.support import used

RUN, ARGV, REFUSED = "run here", "argv checked", "not possible"

_KEY: Final = "proofs"


@dataclass(frozen=True, order=True)
class Proof:
    """One test has shown one thing. how: RUN, ARGV or REFUSED. because: of a refusal, its reason."""

    test: str
    feature: str
    version: str
    edition: str
    how: str
    because: str = ""


def pytest_configure(config: pytest.Config) -> None:
    """Let pytest know the marks, and gather what passes in the process that sees all reports."""
    config.addinivalue_line("markers", "proves(*features): the page of compatibility shows what this test proves")
    config.addinivalue_line("markers", "refuses(feature, because): it proves that something is refused, and why")
    path = os.environ.get("PROOFS")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Gathered(Path(path)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Forget what the test before has used."""
    used.forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give the report of a passed test what it proves."""
    report = yield
    if report.when == "call" and report.passed:
        report.user_properties.extend((_KEY, asdict(proof)) for proof in _proofs(item))
    return report


def _proofs(item: pytest.Item) -> Iterable[Proof]:
    test = item.nodeid.partition("[")[0]
    for mark in item.iter_markers("proves"):
        for each in used.everything():
            how = RUN if each.real else ARGV
            for edition in each.editions:
                yield from (Proof(test, feature, each.version, edition, how) for feature in mark.args)
    for mark in item.iter_markers("refuses"):
        for each in used.everything():
            for edition in each.editions:
                yield Proof(test, mark.args[0], each.version, edition, REFUSED, mark.kwargs["because"])


class _Gathered:
    """Writes the proofs of a run, in order and each once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._proofs: set[Proof] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        values = [cast("dict[str, str]", value) for key, value in report.user_properties if key == _KEY]
        self._proofs |= {Proof(**each) for each in values}

    def pytest_sessionfinish(self) -> None:
        write(self._path, self._proofs)


def write(path: Path, proofs: Iterable[Proof]) -> None:
    """Write proofs to a file, one a line, so that a change of one is a change of one line."""
    lines = [json.dumps({key: value for key, value in asdict(each).items() if value}) for each in sorted(proofs)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read(path: Path) -> set[Proof]:
    """Return the proofs in a file."""
    return {Proof(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()}
