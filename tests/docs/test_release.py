"""RELEASE.md names every file that the version is written in, and each of them has the project's version."""

import re
import subprocess
import tomllib
from pathlib import Path

from tests.docs.pages import ROOT

VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

# Made by `make docs` and `make scenarios`, which RELEASE.md has run.
_GENERATED = re.compile(r"generator/schema/|scenarios/|charts/neo4j-restore/README\.md")

# What has numbers of its own, or tests what others do with a version.
_NOT_OURS = re.compile(
    r"tests/|CHANGELOG\.md|RELEASE\.md|.*(go\.(mod|sum)|package-lock\.json|requirements\.txt)$|bench/"
)


def named() -> set[str]:
    """Return the files in the table of RELEASE.md."""
    text = (ROOT / "RELEASE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+?) \|", text, re.MULTILINE)
    return {file for row in rows for file in re.findall(r"`([^`]+)`", row)}


def with_the_version() -> set[str]:
    """Return the files of the project that have the version as a word."""
    word = re.compile(rf"(?<![\d.]){re.escape(VERSION)}(?![\d.])")
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    written = [file for file in files if not _GENERATED.match(file) and not _NOT_OURS.match(file)]
    return {file for file in written if word.search(_text(ROOT / file))}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def test_the_table_names_the_files_that_have_the_version_and_no_others() -> None:
    assert named() == with_the_version()


def test_the_chart_has_the_version_of_its_image() -> None:
    chart = (ROOT / "charts" / "neo4j-restore" / "Chart.yaml").read_text(encoding="utf-8")
    assert re.findall(r'^(?:appV|v)ersion: "?([^"\n]+)', chart, re.MULTILINE) == [VERSION, VERSION]


def test_generated_files_have_the_version_as_their_default_tag() -> None:
    fields = (ROOT / "generator/neo4j_scenarios/inputs/fields/deployment.py").read_text(encoding="utf-8")
    (default,) = re.findall(r'^RESTORE_TAG = Field\(.*"([^"]+)"\)$', fields, re.MULTILINE)
    assert default == VERSION
