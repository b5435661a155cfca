"""In CI a skip is a failure, whatever it needs: the rule of tests/support/skips.py, in a pytest of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support import skips

ROOT = Path(__file__).parents[2]

SKIPS = """
import pytest
from tests.support.skips import EXCEPTIONS

@pytest.mark.skipif(True, reason="no Neo4j here")
def test_by_a_mark():
    pass

def test_by_a_call():
    pytest.skip("no Helm here")

@pytest.fixture
def store():
    pytest.skip("no store here")

def test_by_its_fixture(store):
    pass

@pytest.mark.parametrize("reason", EXCEPTIONS)
def test_for_a_reason_that_counts(reason):
    pytest.skip(reason)

@pytest.mark.xfail(reason="not a skip", strict=True)
def test_that_fails_as_expected():
    assert False

def test_that_runs():
    pass
"""

WHOLE = 'import pytest\npytest.importorskip("no_such_module")\n'


@pytest.mark.parametrize(
    ("ci", "file", "code", "counts"),
    [
        ("true", SKIPS, 1, f"1 failed, 1 passed, {len(skips.EXCEPTIONS)} skipped, 1 xfailed, 2 errors"),
        ("", SKIPS, 0, f"1 passed, {3 + len(skips.EXCEPTIONS)} skipped, 1 xfailed"),
        ("true", WHOLE, 2, "1 error"),
        ("", WHOLE, 5, "1 skipped"),
    ],
    ids=["in CI", "elsewhere", "a module in CI", "a module elsewhere"],
)
def test_a_skip_is_a_failure_in_ci(ci: str, file: str, code: int, counts: str, tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(file)
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "tests.support.skips", "--rootdir", str(tmp_path)]
    done = subprocess.run(
        [*command, str(tmp_path)], cwd=ROOT, env={**os.environ, "CI": ci}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, counts in done.stdout) == (code, True), done.stdout + done.stderr


def test_the_rule_is_in_force_for_all_tests(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.is_registered(skips)
