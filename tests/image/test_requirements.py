"""What the images install: the versions that the tests ran with, each with its hash, and from no named index."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
IMAGES = pytest.mark.parametrize("image", ["tools/restore", "tools/image/store"])


def pins(text: str) -> set[str]:
    """Return the `name==version` at the start of lines."""
    return set(re.findall(r"^[A-Za-z0-9._-]+==[^\s;\\]+", text, re.MULTILINE))


def of(image: str, name: str) -> str:
    return (ROOT / image / name).read_text()


def test_the_image_has_the_versions_that_the_project_is_tested_with() -> None:
    assert pins(of("tools/restore", "requirements.in")) <= pins("\n".join(PROJECT["project"]["dependencies"]))
    assert pins(of("tools/image/store", "requirements.in")) <= pins("\n".join(PROJECT["dependency-groups"]["dev"]))


def imported(package: Path) -> set[str]:
    """Return the modules outside the standard library that a package imports, by their first name."""
    nodes = [node for path in package.rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    # The standard library has `compression` from Python 3.14 on.
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {package.name, "compression"}


def test_the_image_installs_all_that_the_program_imports() -> None:
    locked = {pin.partition("==")[0] for pin in pins(of("tools/restore", "requirements.txt"))}
    owners = {
        name: [re.sub("[-_.]+", "-", each) for each in distributions]
        for name, distributions in packages_distributions().items()
    }
    lacks = {name for name in imported(ROOT / "tools/restore/neo4j_restore") if not locked & set(owners[name])}
    assert lacks == set()


@IMAGES
def test_the_lock_holds_what_was_asked_for_with_a_hash_for_each(image: str) -> None:
    lock = of(image, "requirements.txt")
    assert pins(of(image, "requirements.in")) <= pins(lock)
    blocks = re.split(r"^(?=[A-Za-z])", lock, flags=re.MULTILINE)[1:]
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


@IMAGES
def test_the_lock_names_no_index(image: str) -> None:
    assert (
        re.findall(
            r"^.*(?:://|--(?:extra-)?index-url|--find-links|--trusted-host).*$", of(image, "requirements.txt"), re.M
        )
        == []
    )


def test_the_image_leaves_grpc_out() -> None:
    assert "grpcio" not in of("tools/restore", "requirements.txt")


def test_the_image_says_the_projects_version() -> None:
    versions = re.findall(r"^ARG VERSION=(.+)$", of("tools/restore", "Dockerfile"), re.MULTILINE)
    assert set(versions) == {PROJECT["project"]["version"]}


def test_the_stand_in_for_the_python_image_is_of_the_same_line_as_the_image() -> None:
    (default,) = re.findall(r"^ARG PYTHON_IMAGE=(.+)$", of("tools/restore", "Dockerfile"), re.MULTILINE)
    build = of("tools/image", "build")
    (version,) = re.findall(r"^python_version=(.+)$", build, re.MULTILINE)
    (suite,) = re.findall(r"^python_base=\((\w+)", build, re.MULTILINE)
    assert default == f"python:{version}-slim-{suite}"
