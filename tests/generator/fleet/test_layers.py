"""One rule for all layers: the last wins, maps merge, null removes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_scenarios.errors import Problem
from neo4j_scenarios.fleet.layers import Layer, Setting, laid, read_layer, settled
from neo4j_scenarios.yaml.tree import Place, tree

HERE = Place("f", 1, 1)

layer_maps = st.dictionaries(
    st.sampled_from(["bucket", "database", "labels.env", "labels.tier", "variables.x"]),
    st.builds(Setting, st.none() | st.text(max_size=3), st.builds(Place, st.just("f"), st.integers(1, 9), st.just(1))),
)


def read(text: str) -> tuple[Layer, list[Problem]]:
    problems: list[Problem] = []
    return read_layer("defaults", tree(text, "f", ""), HERE, (), problems), problems


@given(layer_maps)
def test_an_empty_layer_changes_nothing(layer: dict[str, Setting]) -> None:
    assert laid([layer, {}]) == laid([{}, layer]) == layer


@given(layer_maps, layer_maps, layer_maps)
def test_it_does_not_matter_which_layers_are_laid_first(
    a: dict[str, Setting], b: dict[str, Setting], c: dict[str, Setting]
) -> None:
    assert laid([laid([a, b]), c]) == laid([a, laid([b, c])]) == laid([a, b, c])


@given(layer_maps, layer_maps)
def test_the_last_layer_that_says_something_wins(below: dict[str, Setting], above: dict[str, Setting]) -> None:
    both = laid([below, above])
    assert both.keys() == below.keys() | above.keys()
    assert all(both[key] == above.get(key, below.get(key)) for key in both)
    assert laid([below, above, above]) == both


@given(layer_maps, layer_maps)
def test_null_removes_what_is_below(below: dict[str, Setting], above: dict[str, Setting]) -> None:
    removed = {key for key, setting in above.items() if setting.text is None}
    assert not removed & settled(laid([below, above])).keys()


def test_maps_merge_and_lists_and_texts_replace() -> None:
    below, _ = read("{labels: {env: dev, tier: gold}, database: [neo4j, system], bucket: gs://bbb}")
    above, _ = read("{labels: {env: prod, tier: null}, database: [graph], bucket: null}")
    texts = {key: setting.text for key, setting in settled(laid([below.settings, above.settings])).items()}
    assert texts == {"labels.env": "prod", "database": "graph"}


def test_patterns_may_be_a_list_as_they_are_in_the_chart() -> None:
    layer, _ = read("{ignore-objects: [neo4j-test*, old/*]}")
    assert layer.text("ignore-objects") == "neo4j-test*,old/*"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("databse: x", "f:1:1: databse: 'databse' is not known: did you mean 'database'?"),
        ("labels.env: x", "'labels.env' is not known"),
        ("<<: {a: b}", "'<<' is not known"),
        ("bucket: [a]", "f:1:1: bucket: has a list or a map, but must be a single text"),
        ("database: [a, [b]]", "f:1:1: database: has a list or a map, but must be a single text or a list of texts"),
        ("database: [a, null]", "but must be a single text or a list of texts"),
        ("labels: [a]", "f:1:9: labels: is not a map"),
        ("labels: {'a b': c}", "has 'a b', which is not a valid name"),
        ("labels: {a: {b: c}}", "f:1:10: a: has a list or a map, but must be a single text"),
        ("variables: {a-b: c}", "has 'a-b', which is not a valid name"),
        ("variables: {region: c}", "'region' is a built-in name of expressions"),
        ("[a]", "f:1:1: defaults: is not a map"),
    ],
)
def test_what_a_layer_does_not_take_is_told_with_its_place(text: str, expected: str) -> None:
    _, problems = read(text)
    assert expected in "\n".join(f"{problem.where}: {problem.what}" for problem in problems)


@pytest.mark.parametrize(
    "text", ["secret: KEY", "labels: {a: KEY}", "variables: {a: KEY}", "database: [a, KEY]", "KEY: a"]
)
def test_a_key_is_refused_wherever_it_is_and_not_shown(text: str) -> None:
    _, problems = read(text.replace("KEY", "'-----BEGIN PRIVATE KEY----- hunter2'"))
    assert "looks like a key" in str(problems)
    assert "hunter2" not in str(problems)
