"""The image's README tells of every variable and exit code, in the words of the vocabulary."""

from pathlib import Path

import pytest

from neo4j_restore import spec

README = Path(__file__).parents[2] / "tools" / "restore" / "README.md"


def variable_row(variable: spec.Variable) -> str:
    default = "required" if variable.required else f"`{variable.default}`" if variable.default else ""
    return f"| `{variable.name}` | {variable.meaning} | {default} |".replace("|  |", "| |")


@pytest.mark.parametrize("variable", spec.VARIABLES, ids=lambda variable: variable.name)
def test_every_variable_has_its_row(variable: spec.Variable) -> None:
    assert variable_row(variable) in README.read_text().splitlines()


@pytest.mark.parametrize(("code", "meaning"), spec.EXIT_CODES.items())
def test_every_exit_code_has_its_row(code: int, meaning: str) -> None:
    assert f"| {code} | {meaning} |" in README.read_text().splitlines()


def test_no_row_tells_of_what_is_gone() -> None:
    named = {
        line.split("`")[1]
        for line in README.read_text().partition("### Environment")[2].partition("### Exit codes")[0].splitlines()
        if line.startswith("| `")
    }
    assert named == {variable.name for variable in spec.VARIABLES}
