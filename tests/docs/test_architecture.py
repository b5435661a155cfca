"""The page about the architecture has the layers that `make lint` checks, and names no file that is not there."""

import re
import tomllib

from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "architecture.md"


def test_the_layers_are_those_of_the_contract() -> None:
    """The contract is exhaustive, so both name every module of the image."""
    table = PAGE.read_text(encoding="utf-8").partition("## The layers of the image")[2].partition("\n## ")[0]
    cells = [row.split("|")[2] for row in table.splitlines() if row.startswith("| ")]
    told = [re.findall(r"`(\w+)/?`", cell) for cell in cells if "`" in cell and "/neo4j_restore/" not in cell]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    assert told == [layer.split(" : ") for layer in layers]


def test_every_file_that_the_page_names_is_there() -> None:
    text = PAGE.read_text(encoding="utf-8")
    paths = set(re.findall(r"`((?:tools|generator|charts|scenarios|tests)/[\w./-]+)`", text))
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_part_of_the_generator_that_the_page_names_is_there() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## The generator")[2]
    names = re.findall(r"`([\w]+(?:\.py|/))`", table)
    assert names
    assert [name for name in names if not (ROOT / "generator" / "neo4j_scenarios" / name).exists()] == []
