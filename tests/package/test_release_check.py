"""`make release-check` goes through RELEASE.md, and names what does not hold yet."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.pages import ROOT
from tests.support.says import says
from tools.package import release_check

VERSION = "0.2.0"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a small project that is ready to be released."""
    written = {
        "RELEASE.md": "| file | what |\n|---|---|\n| `pyproject.toml` | x |\n",
        "pyproject.toml": f'version = "{VERSION}"\n',
        "CHANGELOG.md": f"# Changelog\n\n## Unreleased\n\n## {VERSION} - 2026-12-01\n\n- One\n",
        "tools/restore/Dockerfile": f"ARG NEO4J_IMAGE=neo4j:5@sha256:{'a' * 64}\n",
        "Makefile": "package:\n\tmkdir -p dist\n\ttouch dist/neo4j_restore-0.2.0-py3-none-any.whl "
        "dist/neo4j_restore-0.2.0.tar.gz dist/neo4j-restore-0.2.0.tgz\n",
        ".gitignore": "/dist/\n",
    }
    for name, text in written.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for argv in ([*git, "init", "-q"], [*git, "add", "-A"], [*git, "commit", "-qm", "x"], [*git, "tag", f"v{VERSION}"]):
        subprocess.run(argv, cwd=tmp_path, check=True)
    return tmp_path


def wrong(tree: Path, version: str = VERSION) -> dict[str, str]:
    """Return the points that do not hold, with the reason."""
    findings = [each for check in release_check.CHECKS.values() for each in check(tree, version)]
    assert len(findings) >= 8
    return {each.point: each.wrong for each in findings if each.wrong}


def test_a_tree_that_is_ready_passes(tree: Path) -> None:
    assert wrong(tree) == {}


@pytest.mark.parametrize(
    ("file", "before", "after", "point"),
    [
        ("pyproject.toml", VERSION, "0.1.0", "pyproject.toml has 0.2.0"),
        ("CHANGELOG.md", " - 2026-12-01", "", "CHANGELOG.md has 0.2.0 with its date"),
        ("CHANGELOG.md", "## Unreleased\n", "## Unreleased\n\n- Two\n", "CHANGELOG.md has 0.2.0 with its date"),
        ("tools/restore/Dockerfile", "@sha256:", "", "the base image neo4j:5"),
        ("Makefile", "touch", "false", "make package builds everything"),
        ("Makefile", "0.2.0.tgz", "0.1.0.tgz", "dist/neo4j-restore-0.2.0.tgz is there"),
    ],
    ids=["version", "date", "entries", "digest", "build", "name"],
)
def test_each_point_that_does_not_hold_is_named(tree: Path, file: str, before: str, after: str, point: str) -> None:
    path = tree / file
    path.write_text(path.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    points = wrong(tree)
    assert "the work tree is clean" in points
    assert [each for each in points if each.startswith(point)]


def test_another_commit_than_the_tags_is_named(tree: Path) -> None:
    subprocess.run(["git", "tag", "-d", f"v{VERSION}"], cwd=tree, check=True, capture_output=True)
    assert list(wrong(tree)) == ["this commit is tagged v0.2.0"]


def test_every_step_of_the_page_is_gone_through_with_its_commands() -> None:
    text = (ROOT / "RELEASE.md").read_text(encoding="utf-8")
    steps = release_check.steps(text)
    assert [title.split(".")[0] for title, _ in steps] == ["1", "2", "3", "4"]
    assert "make faults" in release_check.commands(steps[0][1])
    (package,) = (each for each in release_check.commands(steps[2][1]) if each.startswith("make package"))
    assert "KEYRING=" in package
    assert all(release_check.commands(text) for _, text in steps)


def test_without_a_version_it_says_how_to_give_one() -> None:
    argv = [sys.executable, "-m", "tools.package.release_check"]
    kept = {name: value for name, value in os.environ.items() if name != "VERSION"}
    done = subprocess.run(argv, cwd=ROOT, env=kept, capture_output=True, text=True, check=False)
    says(done, 2, "error: VERSION= is not a version", "try: make release-check VERSION=0.2.0")
