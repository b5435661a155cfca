"""The recipe of the real Neo4j homes: what it makes, and what it says where something is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.real.databases import home_of
from tests.real.unprivileged import ROOT

from neo4j_restore.admin.find import find_admin


def assemble(*versions: str, top: str = str(ROOT), **changed: str) -> subprocess.CompletedProcess[str]:
    argv = [f"{top}/tools/neo4j/assemble", *versions]
    return subprocess.run(argv, env={**os.environ, **changed}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("version", ["3.3.5", "4.4.48", "5.26.30", "2026.08.1"])
def test_neo4j_admin_tells_the_version_that_was_asked_for(version: str) -> None:
    argv = [str(home_of(version) / "bin" / "neo4j-admin"), "--version"]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert said.split()[-1] == version
    by_jars = find_admin({"NEO4J_HOME": str(home_of(version))}, "64m")
    assert (str(by_jars.version), by_jars.has_started) == (version, False)


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


def test_missing_packages_of_python_are_named_with_what_to_do(tmp_path: Path) -> None:
    copy = tmp_path / "tools" / "neo4j"
    shutil.copytree(ROOT / "tools" / "neo4j", copy)
    ended = assemble("5.26.30", top=str(tmp_path), NEO4J_RESTORE_CACHE=str(tmp_path), PYTHON="/no/python")
    assert ended.returncode == 1
    assert "error: /no/python is missing, or lacks the packages that download jars" in ended.stderr
    assert "try: make venv" in ended.stderr


def test_a_change_of_the_recipe_makes_another_home_beside_the_old_one(tmp_path: Path) -> None:
    copy = tmp_path / "tools" / "neo4j"
    shutil.copytree(ROOT / "tools" / "neo4j", copy)
    (copy / "5.26.30" / "jars.txt").write_text("")
    cache = tmp_path / "cache"
    homes = []
    for comment in ("# one\n", "# another\n"):
        (copy / "5.26.30" / "conf" / "neo4j.conf").write_text(comment)
        ended = assemble("5.26.30", top=str(tmp_path), NEO4J_RESTORE_CACHE=str(cache), PYTHON=sys.executable)
        homes.append(Path(ended.stdout.strip()))
    assert [(home / "conf" / "neo4j.conf").read_text() for home in homes] == ["# one\n", "# another\n"]
    assert [home.name for home in homes] == ["5.26.30", "5.26.30"]


def test_without_java_17_on_path_the_home_links_one(tmp_path: Path) -> None:
    copy = tmp_path / "tools" / "neo4j"
    shutil.copytree(ROOT / "tools" / "neo4j", copy)
    (copy / "5.26.30" / "jars.txt").write_text("")
    old = tmp_path / "old" / "bin"
    old.mkdir(parents=True)
    (old / "java").write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    (old / "java").chmod(0o755)
    changed = {"NEO4J_RESTORE_CACHE": str(tmp_path / "cache"), "PYTHON": sys.executable, "JAVA_HOME": str(old.parent)}
    home = Path(assemble("5.26.30", top=str(tmp_path), **changed).stdout.strip())
    said = subprocess.run([home / "java" / "bin" / "java", "-version"], capture_output=True, text=True, check=True)
    assert 'version "17.' in said.stderr
