"""Notes are kept by what they read: one that was made for another scenario says what this one's own would say."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from tests.generator.inputs import all_inputs, make_scenario

from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.parse import parse
from neo4j_scenarios.render import values_file
from neo4j_scenarios.render.notes import Notebook

TEMPLATE = Path(values_file.__file__).parent.parent / "templates" / "_notes.j2"
NAMES = re.findall(r"macro (\w+)\(", TEMPLATE.read_text())


def notes_of(book: Notebook, scenario: Scenario) -> dict[str, str]:
    """Return the notes of a scenario that it can have. Some speak of what was not asked for."""
    optional = {"CA_BUNDLE": "ca_bundle", "ENCRYPTION_KEY_FILE": "encryption_key", "AGE_IDENTITY_FILE": "age_identity"}
    asked = [name for name in NAMES if name not in optional or getattr(scenario, optional[name])]
    return {name: getattr(book.of(scenario), name) for name in asked}


@settings(deadline=None)
@given(all_inputs())
def test_a_note_is_the_same_whatever_was_noted_before(given: dict[str, str]) -> None:
    scenario = parse(given)
    assert notes_of(values_file.notebook(), scenario) == notes_of(values_file.notebook.__wrapped__(), scenario)


def test_a_note_that_read_less_before_is_made_anew() -> None:
    class Macros:
        @staticmethod
        def note(s: Scenario) -> str:
            return f"kept, {s.log_format}" if s.keep_previous else "gone"

    book = Notebook(Macros)
    said = [
        book.text("note", make_scenario(**changes))
        for changes in ({}, {"keep_previous": "true"}, {"keep_previous": "true", "log_format": "json"}, {})
    ]
    assert said == ["gone", "kept, text", "kept, json", "gone"]


def test_there_is_no_note_of_another_name() -> None:
    with pytest.raises(AttributeError):
        values_file.notebook().text("NOTHING", make_scenario())
