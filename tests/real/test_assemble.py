"""The recipe of the real Neo4j homes: what it makes, and what it says where something is missing."""

import os
import subprocess
from pathlib import Path

import pytest
from tests.real.conftest import home_of
from tests.real.unprivileged import ROOT


def assemble(*versions: str, **changed: str) -> subprocess.CompletedProcess[str]:
    argv = [str(ROOT / "tools" / "neo4j" / "assemble"), *versions]
    return subprocess.run(argv, env={**os.environ, **changed}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("version", ["3.3.5", "4.4.48", "5.26.30", "2026.08.1"])
def test_neo4j_admin_tells_the_version_that_was_asked_for(version: str) -> None:
    argv = [str(home_of(version) / "bin" / "neo4j-admin"), "--version"]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert said.split()[-1] == version


def test_a_home_is_made_once() -> None:
    home = home_of("5.26.30")
    made = home.stat().st_ctime_ns
    assert home_of("5.26.30") == home
    assert home.stat().st_ctime_ns == made


@pytest.mark.parametrize(
    ("versions", "env", "error", "hint"),
    [
        pytest.param(["5.26.30"], {"JAVA_HOME": "/no/java"}, "/no/java/bin/java is missing", "openjdk-17", id="java"),
        pytest.param(
            ["4.0.0"], {}, "no recipe for Neo4j '4.0.0'", "one of: 2026.08.1 3.3.5 4.4.48 5.26.30", id="version"
        ),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(
    versions: list[str], env: dict[str, str], error: str, hint: str, tmp_path: Path
) -> None:
    ended = assemble(*versions, NEO4J_RESTORE_CACHE=str(tmp_path), **env)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: ")
    assert error in ended.stderr
    assert hint in ended.stderr.partition("try: ")[2]
    assert not list(tmp_path.rglob("lib"))


def test_missing_maven_is_named_with_what_to_do(tmp_path: Path) -> None:
    only_java = tmp_path / "bin"
    only_java.mkdir()
    for name in ("bash", "cp", "diff", "dirname", "java", "ls", "mkdir", "rm", "sed"):
        (only_java / name).symlink_to(subprocess.check_output(["sh", "-c", f"command -v {name}"], text=True).strip())
    ended = assemble("5.26.30", NEO4J_RESTORE_CACHE=str(tmp_path), PATH=str(only_java))
    assert ended.returncode == 1
    assert "error: Maven (mvn) is not on PATH" in ended.stderr
    assert "try: apt-get install maven" in ended.stderr
