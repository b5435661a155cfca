"""`tools/stores/install` hands out the emulated stores, of the pinned versions, or says what is missing."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.support import programs
from tests.support.says import says
from tests.support.skips import AZURE_IS_LEFT_OUT, NO_AZURE

FOLDER = Path(__file__).parents[3] / "tools" / "stores"

# What the script itself needs; Go and Node are left out.
NEEDED = ["bash", "cat", "chmod", "cmp", "cp", "dirname", "ln", "mkdir", "mktemp", "mv", "nice", "rm"]


def install(name: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, **environment}
    return subprocess.run([FOLDER / "install", name], env=given, capture_output=True, text=True, check=False)


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """Return a folder that as PATH has neither Go nor Node."""
    return programs.folder_of(NEEDED, tmp_path / "bin")


def test_versitygw_says_the_version_that_is_pinned() -> None:
    program = install("versitygw").stdout.strip()
    said = subprocess.run(["go", "version", "-m", program], capture_output=True, text=True, check=True).stdout
    (pinned,) = (
        line.split()[1]
        for line in (FOLDER / "go.mod").read_text().splitlines()
        if "github.com/versity/versitygw v" in line
    )
    assert f"github.com/versity/versitygw\t{pinned}" in said


@pytest.mark.skipif(AZURE_IS_LEFT_OUT, reason=NO_AZURE)
def test_azurite_says_the_version_that_is_pinned() -> None:
    program = install("azurite").stdout.strip()
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    pinned = json.loads((FOLDER / "package.json").read_text())["dependencies"]["azurite"]
    assert said.strip() == pinned


@pytest.mark.parametrize(("name", "lacks"), [("versitygw", "Go"), ("azurite", "Node")])
def test_what_is_missing_is_named_with_how_to_get_it(name: str, lacks: str, bare_path: Path, tmp_path: Path) -> None:
    done = install(name, PATH=str(bare_path), NEO4J_RESTORE_CACHE=str(tmp_path / "cache"))
    says(done, 1)
    assert done.stdout == ""
    assert f"error: {lacks} is not on PATH" in done.stderr
    assert f"try: install {lacks}" in done.stderr


def test_another_name_is_refused() -> None:
    done = install("minio")
    says(done, 1, "try: tools/stores/install versitygw")


def test_the_packages_of_node_are_pinned_with_their_hashes_and_name_no_registry() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert [name for name, each in packages.items() if not each.get("integrity")] == []
    assert "://" not in json.dumps([each.get("resolved", "") for each in packages.values()])
