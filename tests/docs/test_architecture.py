"""The page about the architecture has the layers that `make lint` checks, and names no file that is not there."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "architecture.md"
ADDING = ROOT / "docs" / "adding.md"


@pytest.mark.parametrize(("heading", "package"), [("image", "neo4j_restore"), ("generator", "neo4j_scenarios")])
def test_the_layers_are_those_of_the_contract(heading: str, package: str) -> None:
    """The contract is exhaustive, so both name every module and folder of the package."""
    table = PAGE.read_text(encoding="utf-8").partition(f"## The layers of the {heading}\n")[2].partition("\n## ")[0]
    cells = [row.split("|")[2] for row in table.splitlines() if row.startswith("| ")]
    listed = [re.findall(r"`(\w+)/?`", cell) for cell in cells if "`" in cell and package not in cell]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = [each["layers"] for each in contracts if each.get("containers") == [package]]
    assert listed == [layer.split(" : ") for layer in layers]


@pytest.mark.parametrize("page", [PAGE, ADDING], ids=lambda page: page.stem)
def test_every_file_that_the_page_names_is_there(page: Path) -> None:
    """NAME stands for the name of something new."""
    text = page.read_text(encoding="utf-8")
    paths = set(re.findall(r"`((?:tools|generator|charts|scenarios|tests)/[\w./-]+)`", text))
    assert len(paths) > 10
    assert [path for path in paths if "NAME" not in path and not (ROOT / path).exists()] == []


def test_only_a_drill_can_write_to_a_bucket() -> None:
    """A restore holds a `Store`, which can't `create`. mypy refuses the call, and this test the ways around it."""
    users = set()
    for path in (ROOT / "tools" / "restore" / "neo4j_restore").rglob("*.py"):
        tree = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        called = {each.attr for each in tree if isinstance(each, ast.Attribute)}
        if "create" in called or "open_writable" in called | {each.id for each in tree if isinstance(each, ast.Name)}:
            users.add(path.relative_to(ROOT / "tools" / "restore" / "neo4j_restore").as_posix())
    assert users == {"stores/watched.py", "drill/result.py"}
