"""Values files laid over each other are what a real Helm makes of them. Each value keeps the place that it is from."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from neo4j_scenarios.yaml.located import locate
from neo4j_scenarios.yaml.overlay import completed, laid_over, overlaid

TOOL = Path(__file__).parents[3] / "tools" / "helm"

# Few names, so that files meet at the same keys; a key may have a map in one file and anything else in the next.
_names = st.sampled_from(["a", "b", "c"])
_scalars = st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["", "x", "null", "5.26"])
_values = st.recursive(
    _scalars | st.lists(_scalars | st.dictionaries(_names, _scalars, max_size=2), max_size=2),
    lambda inner: st.dictionaries(_names, inner, max_size=3),
    max_leaves=8,
)
_files = st.dictionaries(_names, _values, max_size=3)


@pytest.fixture(scope="module", params=["3", "4"])
def real_helm(request: pytest.FixtureRequest) -> str:
    """Return the path of a Helm of each major version."""
    done = subprocess.run([TOOL, request.param], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def seen_by_helm(helm: str, folder: Path, defaults: Any, files: list[Any]) -> Any:
    """Return the values that the templates of a chart with `defaults` see, given `files` by -f."""
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: shown\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text(json.dumps(defaults))
    (folder / "templates" / "shown.yaml").write_text("kind: Shown\nvalues: {{ toJson .Values }}\n")
    command = [helm, "template", "shown", str(folder)]
    for number, values in enumerate(files):
        (folder / f"{number}.yaml").write_text(json.dumps(values))
        command += ["-f", str(folder / f"{number}.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return yaml.safe_load(done.stdout)["values"]


def without_nulls(values: Any) -> Any:
    """Return values without the nulls of maps: Helm 3 keeps some that Helm 4 drops, and templates see no difference."""
    if not isinstance(values, dict):
        return values
    return {key: without_nulls(value) for key, value in values.items() if value is not None}


@settings(deadline=None, max_examples=40)
@given(_files, st.lists(_files, min_size=1, max_size=3))
def test_files_are_laid_over_each_other_and_over_the_chart_as_helm_does(
    tmp_path_factory: pytest.TempPathFactory, real_helm: str, defaults: Any, files: list[Any]
) -> None:
    ours: dict[str, Any] = {}
    for values in files:
        ours = overlaid(ours, values)
    folder = tmp_path_factory.getbasetemp() / "chart"
    assert without_nulls(completed(defaults, ours)) == without_nulls(seen_by_helm(real_helm, folder, defaults, files))


def test_each_value_has_the_place_of_the_file_that_it_is_from() -> None:
    first = locate("a: {b: 1, c: 2}\nlist: [1, {d: 2}]\nkept: x\n", "first.yaml")
    second = locate("a:\n  c: 3\nlist:\n  - {e: 4}\nkept: null\n", "second.yaml")
    values = laid_over(first, second)
    assert values.data == {"a": {"b": 1, "c": 3}, "list": [{"e": 4}], "kept": None}
    places = {steps: str(values.place(steps)) for steps in (("a", "b"), ("a", "c"), ("list", 0, "e"), ("kept",))}
    assert places == {
        ("a", "b"): "first.yaml:1:5",
        ("a", "c"): "second.yaml:2:3",
        ("list", 0, "e"): "second.yaml:4:6",
        ("kept",): "second.yaml:5:1",
    }
    assert str(values.place(("list", 1, "d"))) == "second.yaml:3:1", "what a later list replaces has no place any more"
    assert str(values.hidden[("list",)]) == "first.yaml:2:1"
