"""The templates stay small enough to read, and each helper says what it takes."""

import re
from statistics import median

import pytest
from tests.chart.helm import CHART

TEMPLATES = sorted(path for path in (CHART / "templates").rglob("*") if path.is_file())
HELPERS = [path for path in TEMPLATES if path.suffix == ".tpl"]


def length(text: str) -> int:
    """Return the number of lines."""
    return len(text.splitlines())


@pytest.mark.parametrize("path", HELPERS, ids=lambda path: path.name)
def test_a_file_of_helpers_has_at_most_120_lines_and_explains_each(path: object) -> None:
    text = (CHART / "templates" / str(path)).read_text(encoding="utf-8")
    assert length(text) <= 120
    assert len(re.findall(r"\*/\}\}\n\{\{- define ", text)) == text.count("{{- define ")


def test_half_of_the_templates_have_less_than_35_lines() -> None:
    lines = [length(path.read_text(encoding="utf-8")) for path in TEMPLATES if path.suffix == ".yaml"]
    assert median(lines) < 35


def test_no_line_of_templates_and_values_has_more_than_120_columns() -> None:
    long = [
        f"{path.name}:{number}"
        for path in [*TEMPLATES, CHART / "values.yaml"]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 120
    ]
    assert long == []
