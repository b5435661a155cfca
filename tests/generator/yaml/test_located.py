"""Values files are read with Helm's types, and every key has its place."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from tests.generator.inputs import all_inputs

from neo4j_scenarios.errors import InputFileError
from neo4j_scenarios.parse import parse
from neo4j_scenarios.render.values_file import render
from neo4j_scenarios.yaml.located import locate, read_located


@settings(deadline=None, max_examples=20)
@given(all_inputs())
def test_the_data_is_that_of_any_yaml_reader(given: dict[str, str]) -> None:
    text = render(parse(given))
    assert locate(text, "values.yaml").data == yaml.safe_load(text)


def test_each_key_and_item_has_its_place() -> None:
    values = locate("a: 1\nb:\n  - c: x\n  - {d: y}\n", "values.yaml")
    assert str(values.place(("a",))) == "values.yaml:1:1"
    assert str(values.place(("b", 0, "c"))) == "values.yaml:3:5"
    assert str(values.place(("b", 1, "d"))) == "values.yaml:4:6"
    assert str(values.place(("b", 1, "missing", "deep"))) == "values.yaml:4:5"


def test_types_are_helms() -> None:
    text = "time: 2026-01-31T02:00:00Z\nyes: no\nnumber: 5.26\ntext: '5'\nnothing:\n"
    text += "base: &base {a: 1, b: 2}\nover: {<<: *base, b: 3}"
    expected: dict[str, Any] = {
        "time": "2026-01-31T02:00:00Z",
        "yes": False,
        "number": 5.26,
        "text": "5",
        "nothing": None,
        "base": {"a": 1, "b": 2},
        "over": {"a": 1, "b": 3},
    }
    assert locate(text, "values.yaml").data == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=", "="),
        ("<<", "<<"),
        ("'<<'", "<<"),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("!!null ''", None),
        ("!!timestamp 2026-01-31", "2026-01-31"),
        ("!!map {b: !!seq [1]}", {"b": [1]}),
        ("x" * 100_000, "x" * 100_000),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_scalar_is_what_helm_takes_it_for(text: str, expected: object) -> None:
    assert locate(f"a: {text}\n", "values.yaml").data == {"a": expected}


def test_of_maps_that_are_merged_the_first_of_a_list_wins_and_the_own_keys_win_over_all() -> None:
    text = "a: &a {x: 1, y: 1, z: 1}\nb: &b {x: 2, y: 2}\nc:\n  <<: [*b, *a]\n  x: 3\nd:\n  '<<': text\n"
    values = locate(text, "values.yaml")
    assert [values.get("c"), values.get("d")] == [{"x": 3, "y": 2, "z": 1}, {"<<": "text"}]
    assert str(values.place(("c", "y"))) == "values.yaml:2:14"


def test_json_indented_by_tabs_is_read(tmp_path: Path) -> None:
    path = tmp_path / "values.json"
    path.write_text('{\n\t"a": {\n\t\t"b": 1}}\n')
    assert read_located(path).data == {"a": {"b": 1}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2", "values.yaml:2:1: has 'a' twice"),
        ("a: &x\n  b: *x", "is an alias inside its own anchor"),
        ("[a]: 1", "values.yaml:1:1: has a list, a map or null as a key"),
        ("a: 0b_", "values.yaml:1:4: looks like a number, but is not a valid one"),
        ("a: !!int ''", "values.yaml:1:4: looks like a number, but is not a valid one"),
        ("a: !secret x", "values.yaml:1:4: has a tag, which Helm does not know"),
        ("a:\n  <<: [{b: 1}, c]", "values.yaml:2:16: is merged with '<<', but is not a map"),
        ("- a", "does not hold keys with values"),
        ("a: 1\n---\nb: 2", "values.yaml:2:1: begins a second YAML document"),
        ("a: !!python/object/apply:os.system [ls]", "values.yaml:1:4: has a tag"),
        ("a: [" * 5000, "values.yaml"),
        (
            "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
            + "".join(
                f"{name}: &{name} [{','.join([f'*{below}'] * 10)}]\n"
                for below, name in zip("abcde", "bcdef", strict=True)
            ),
            "expands to more than 200000 values",
        ),
    ],
    ids=["doubled", "loop", "key", "number", "tagged", "tag", "merged", "list", "documents", "python", "deep", "bomb"],
)
def test_what_no_values_file_is_is_an_error_with_its_place(text: str, expected: str) -> None:
    with pytest.raises(InputFileError, match=r"values\.yaml") as raised:
        locate(text, "values.yaml")
    assert expected in str(raised.value)
