"""Templates are compiled once, and kept as Python keeps compiled modules."""

import sys
from pathlib import Path

import jinja2
import pytest

from neo4j_scenarios.render.environment import Compiled


def render(folder: Path, template: str = "{{ 1 + 1 }}") -> str:
    """Return what a template gives in a new environment that keeps compiled templates in `folder`."""
    loader = jinja2.DictLoader({"sum": template})
    return (
        jinja2.Environment(loader=loader, bytecode_cache=Compiled(folder), autoescape=True).get_template("sum").render()
    )


@pytest.fixture(autouse=True)
def _writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert render(tmp_path / "new") == "2"
    monkeypatch.delattr(jinja2.Environment, "compile")
    assert render(tmp_path / "new") == "2"


def test_a_changed_template_is_compiled_again(tmp_path: Path) -> None:
    render(tmp_path)
    assert render(tmp_path, "{{ 1 + 2 }}") == "3"


def test_a_folder_that_cant_be_written_does_no_harm() -> None:
    assert render(Path("/proc/neo4j-scenarios")) == "2"  # where not even root can write


def test_nothing_is_kept_where_python_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert render(tmp_path) == "2"
    assert list(tmp_path.iterdir()) == []
