"""`tools/needs` says what a target needs, and everything that is missing at once."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.docs.pages import ROOT
from tests.support.says import says

NEEDS = ROOT / "tools" / "needs"


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """Return a folder that as PATH has only what the script itself needs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "grep", "sed"):
        program = shutil.which(name)
        assert program is not None
        (folder / name).symlink_to(program)
    return folder


def needs(*targets: str, **changed: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "SKIP")}
    return subprocess.run([NEEDS, *targets], env={**kept, **changed}, capture_output=True, text=True, check=False)


def test_on_this_machine_nothing_is_missing() -> None:
    says(needs(), 0, "make test needs Python, Go, Node, Chromium. It takes about 15 minutes", unsaid="error")


def test_all_that_is_missing_is_told_at_once_with_the_commands_that_install_it(bare_path: Path) -> None:
    done = needs("test", PATH=str(bare_path), PYTHON="/no/python")
    says(
        done, 1, "error: missing: Python 3.11 or later, with venv; git; Go 1.21 or later; Node 20 or later, with npm; "
    )
    says(
        done,
        1,
        "apt-get install python3 python3-venv git golang-go nodejs npm chromium chromium-driver zstd gnupg util-linux",
    )
    says(
        done,
        1,
        "dnf install python3 git golang nodejs npm chromium chromedriver zstd gnupg2 util-linux",
        "or SKIP=azure",
    )


def test_without_azure_node_is_not_needed_and_that_is_said(bare_path: Path) -> None:
    done = needs("test", PATH=str(bare_path), SKIP="azure")
    says(done, 1, "SKIP=azure: the tests of azb:// are left out", unsaid=("Node 20", "nodejs"))


def test_the_demo_and_the_quick_tests_need_python_alone(bare_path: Path) -> None:
    (bare_path / "git").symlink_to("/bin/true")
    (bare_path / "python3").symlink_to("/bin/true")
    says(needs("quick", PATH=str(bare_path)), 0, "make quick needs Python. It takes about half a minute.")
    says(needs("demo", PATH=str(bare_path), HOSTTYPE="x86_64"), 0, "make demo needs Python ")


def test_on_other_machines_than_x86_the_demo_needs_java_and_helm(bare_path: Path) -> None:
    done = needs("demo", PATH=str(bare_path), HOSTTYPE="aarch64")
    says(done, 1, "Helm 3.14 or later, or Go to build it", "golang-go")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"OSTYPE": "darwin23"}, "error: neo4j-restore is built and tested on Linux, and this is darwin23"),
        ({"SKIP": "neo4j"}, "error: SKIP=neo4j is not known"),
        ({"SKIP": "azure", "CI": "true"}, "error: SKIP is set, but CI skips nothing"),
    ],
    ids=["macOS", "another word", "CI"],
)
def test_what_cannot_be_is_refused(given: dict[str, str], error: str) -> None:
    says(needs(**given), 1, error, "try: ")


def test_each_target_that_asks_is_known_to_the_script() -> None:
    rules = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    asking = {line.partition(":")[0] for line in rules if ": needs " in line}
    assert {"quick", "unit", "test", "demo", "e2e"} <= asking
    for target in asking:
        assert f"make {target} needs" in needs(target).stderr
