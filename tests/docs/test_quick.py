"""`make quick` runs files that are there, and none that leaves Python."""

import subprocess
import sys
from pathlib import Path

from tests.docs.pages import ROOT
from tests.support.says import says

LEAVES = """
import subprocess
import pytest

@pytest.mark.parametrize("command", ["true", "no-such-program"])
def test_a_process(command):
    with pytest.raises(FileNotFoundError) if "no" in command else open("/dev/null"):
        subprocess.run([command], check=True)

def test_python_alone():
    assert True
"""


def test_the_files_are_there_in_order_and_once() -> None:
    files = (ROOT / "tests" / "quick.txt").read_text(encoding="utf-8").splitlines()
    assert files == sorted(set(files))
    assert [file for file in files if not (ROOT / file).is_file()] == []


def test_a_test_that_starts_a_process_fails(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(LEAVES)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.quick", "--rootdir", str(tmp_path), str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    says(done, 1, printed=("2 failed, 1 passed", "Take its file off tests/quick.txt"))
