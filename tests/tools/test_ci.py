""".ci/run: `make e2e` runs beside other steps and is told whole at the end. The failure of any step fails the run."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Says what it was asked for. `make e2e` waits until it may end. A step that FAILS fails.
MAKE = """\
#!/bin/bash
echo "make $*"
[ "$1" = e2e ] && trap 'echo "the cluster is down"; exit 143' TERM
# Only now, because `make test` waits for it, and then fails.
touch "$ASKED/$1"
if [ "$1" = e2e ]; then
  until [ -e "$ASKED/bench-quick" ]; do sleep 0.05; done
  echo "the end of e2e"
fi
[ "$1" = test ] && until [ -e "$ASKED/e2e" ]; do sleep 0.05; done
[ "$1" != "$FAILS" ]
"""

STEPS = ["make quick", "make lint type", "make parts", "make test AFTER=quick", "make bench-quick"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with the script, and beside it a `make` that says what it was asked for."""
    script = tmp_path / "clone" / ".ci" / "run"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", script)
    (tmp_path / "asked").mkdir()
    (tmp_path / "tmp").mkdir()
    make = tmp_path / "bin" / "make"
    make.parent.mkdir()
    make.write_text(MAKE)
    make.chmod(0o755)
    return script


def ran(script: Path, tmp_path: Path, fails: str) -> subprocess.CompletedProcess[str]:
    variables = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "ASKED": str(tmp_path / "asked"),
        "TMPDIR": str(tmp_path / "tmp"),
        "FAILS": fails,
    }
    return subprocess.run([script], env=variables, capture_output=True, text=True, check=False)


def test_the_test_on_a_cluster_runs_beside_the_others_and_is_told_whole_at_the_end(clone: Path, tmp_path: Path) -> None:
    ended = ran(clone, tmp_path, fails="")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == [*STEPS, "make e2e", "the end of e2e"]
    assert "make e2e ended with 0" in ended.stderr
    assert not list((tmp_path / "tmp").iterdir())


def test_a_failure_of_the_test_on_a_cluster_fails_the_run_after_all_others(clone: Path, tmp_path: Path) -> None:
    ended = ran(clone, tmp_path, fails="e2e")
    assert ended.returncode == 1
    assert ended.stdout.splitlines() == [*STEPS, "make e2e", "the end of e2e"]
    assert "make e2e ended with 1" in ended.stderr


@pytest.mark.parametrize("fails", ["quick", "lint", "parts"])
def test_after_an_early_failure_no_other_step_runs(fails: str, clone: Path, tmp_path: Path) -> None:
    ended = ran(clone, tmp_path, fails)
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-1].split()[1] == fails
    assert not (tmp_path / "asked" / "e2e").exists()


def test_a_failure_beside_the_cluster_takes_it_down_and_tells_what_it_said(clone: Path, tmp_path: Path) -> None:
    ended = ran(clone, tmp_path, fails="test")
    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    assert (lines[:5], lines[-1]) == ([*STEPS[:4], "make e2e"], "the cluster is down")
    assert "make e2e ended with 143, stopped with the other step" in ended.stderr
    assert not list((tmp_path / "tmp").iterdir())
