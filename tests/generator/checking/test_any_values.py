"""Whatever a values file holds, `import` and `validate` answer: with what they found or an error, never a crash."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generator.inputs import all_inputs

from neo4j_scenarios.charts import values
from neo4j_scenarios.checking import Consent
from neo4j_scenarios.checking.restore import check_restore
from neo4j_scenarios.checking.secrets import check_secrets
from neo4j_scenarios.checking.shape import check_shape
from neo4j_scenarios.errors import GeneratorError
from neo4j_scenarios.importing.imported import import_located
from neo4j_scenarios.importing.report import scenario_yaml
from neo4j_scenarios.parse import parse
from neo4j_scenarios.targets import TARGETS
from neo4j_scenarios.yaml.located import Located, locate

SAMPLES = sorted((Path(__file__).parents[1] / "importing" / "samples").glob("*.yaml"))

_odd = st.sampled_from(
    [None, True, 0, -1, 5.26, "", " ", "x", "$(A)", "\x00", "ä", [], {}, [None], [1, "a"], {"a": None}, {"name": 1}]
)


def places(node: Any, steps: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all that is in a tree."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [steps, *(path for step, each in inner for path in places(each, (*steps, step)))]


def spoilt(draw: Any, data: dict[str, Any]) -> dict[str, Any]:
    """Return the tree with some of it replaced or removed."""
    made = copy.deepcopy(data)
    for _ in range(draw(st.integers(1, 3), label="count")):
        paths = [path for path in places(made) if path]
        if not paths:
            return made
        *above, last = draw(st.sampled_from(paths), label="path")
        parent: Any = made
        for step in above:
            parent = parent[step]
        if isinstance(parent, dict) and draw(st.booleans(), label="removed"):
            del parent[last]
        else:
            parent[last] = copy.deepcopy(draw(_odd, label="odd"))
    return made


def answers(given: Located) -> None:
    """Assert that both commands have an answer for each chart."""
    for target in TARGETS.values():
        findings = [*check_shape(given, target), *check_secrets(given, target)]
        findings += check_restore(given, target, Consent())
        assert all(each.what and each.hint for each in findings)
        try:
            imported = import_located(given, target, target)
        except GeneratorError:
            continue
        assert yaml.safe_load(scenario_yaml(imported)) is not None


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_spoilt_file_of_another_hand_has_an_answer(sample: Path) -> None:
    data = yaml.safe_load(sample.read_text(encoding="utf-8"))

    @settings(deadline=None, max_examples=25)
    @given(st.data())
    def spoil(draw: st.DataObject) -> None:
        text = yaml.safe_dump(spoilt(draw.draw, data), allow_unicode=True)
        answers(locate(text, "values.yaml"))

    spoil()


@settings(deadline=None, max_examples=25)
@given(st.data(), all_inputs())
def test_a_spoilt_file_of_ours_has_an_answer(draw: st.DataObject, inputs: dict[str, str]) -> None:
    text = yaml.safe_dump(spoilt(draw.draw, values(parse(inputs))), allow_unicode=True)
    answers(locate(text, "values.yaml"))
