"""What `make package` builds installs into a fresh environment, with both commands and all that they read."""

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from tests.docs.pages import ROOT
from tools.package import share

DATA = "neo4j_restore-{}.data/data/share"


def run(*argv: str | Path, cwd: Path = ROOT) -> str:
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(argv, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def version() -> str:
    project: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["version"]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sdist, and the wheel that is built from the sdist, as `build` does by default."""
    top = tmp_path_factory.mktemp("package")
    source = top / "source"
    names = run("git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in filter(lambda each: (ROOT / each).is_file(), names):
        copy = source / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    share.write(source / "build" / "share")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", top / "dist", source)
    return top / "dist"


@pytest.fixture(scope="module")
def installed(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a fresh environment with the wheel in it."""
    environment = tmp_path_factory.mktemp("environment") / "fresh"
    # With the pip that is here, and without the bytecode of what no test runs, it takes half as long.
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    (wheel,) = dist.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(environment)]
    run(*pip, "install", "--no-compile", "--quiet", "--disable-pip-version-check", wheel)
    return environment


def test_both_are_fit_to_be_published(dist: Path) -> None:
    files = sorted(dist.iterdir())
    assert [file.suffix for file in files] == [".whl", ".gz"] or [file.suffix for file in files] == [".gz", ".whl"]
    assert run(sys.executable, "-m", "twine", "check", "--strict", *files).count("PASSED") == 2


def test_both_have_man_pages_and_completion_of_both_commands(dist: Path) -> None:
    (wheel,), (sdist,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if "/share/" in name}
        assert names == {f"{DATA.format(version())}/{path}" for path in share.files()}
    with tarfile.open(sdist) as source:
        assert {f"neo4j_restore-{version()}/build/share/{path}" for path in share.files()} <= set(source.getnames())


def test_a_fresh_environment_has_both_commands_and_their_data(installed: Path, tmp_path: Path) -> None:
    scenarios, restore = installed / "bin" / "neo4j-scenarios", installed / "bin" / "neo4j-restore"
    assert run(scenarios, "--version", cwd=tmp_path) == f"neo4j-scenarios {version()}\n"
    assert "target holds data" in run(restore, "explain", "12", cwd=tmp_path)
    for target in ("neo4j-restore", "neo4j/neo4j", "neo4j-helm"):
        values = tmp_path / f"{target.rpartition('/')[2]}.yaml"
        inputs = ["--bucket", "gs://backups/nightly", "--database", "neo4j", "--target", target]
        run(scenarios, "new", "single-instance", *inputs, "-o", values, cwd=tmp_path)
        run(scenarios, "validate", values, cwd=tmp_path)


def test_the_completion_that_it_installs_is_a_script_of_bash(installed: Path) -> None:
    for name in ("neo4j-restore", "neo4j-scenarios"):
        completion = installed / "share" / "bash-completion" / "completions" / name
        run("bash", "-c", f"source {completion} && complete -p {name}")


def test_the_man_pages_name_every_command_and_exit_code(installed: Path) -> None:
    pages = installed / "share" / "man" / "man1"
    restore = (pages / "neo4j-restore.1").read_text(encoding="utf-8")
    assert all(f".SH NEO4J\\-RESTORE {command.upper()}" in restore for command in ("RUN", "PLAN", "ROLLBACK"))
    assert "  12  target holds data that may not be overwritten" in restore
    assert ".SH NEO4J\\-SCENARIOS NEW" in (pages / "neo4j-scenarios.1").read_text(encoding="utf-8")


def test_the_build_backend_is_the_one_that_the_environment_has() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["build-system"]["requires"]) <= set(project["dependency-groups"]["dev"])
