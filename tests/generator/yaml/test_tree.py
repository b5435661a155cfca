"""Text -> tree with places. No types come between a text and its rule."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_scenarios.errors import InputFileError
from neo4j_scenarios.yaml.tree import Items, Map, Node, Text, read_tree, tree


def plain(node: Node) -> object:
    if isinstance(node, Text):
        return node.text
    if isinstance(node, Items):
        return [plain(item) for item in node.nodes]
    return {key: plain(value) for key, (_, value) in node.entries.items()}


def test_every_key_and_scalar_has_its_place() -> None:
    root = tree("a: 1\nb:\n  - größe: x\n", "f.yaml", "")
    assert isinstance(root, Map)
    place, node = root.entries["b"]
    assert str(place) == "f.yaml:2:1"
    assert isinstance(node, Items)
    assert isinstance(node.nodes[0], Map)
    assert [str(place), str(node.nodes[0].entries["größe"][1].place)] == ["f.yaml:2:1", "f.yaml:3:12"]


def test_texts_stay_as_they_stand_and_only_null_is_nothing() -> None:
    text = "[no, 5.20, 0x10, 2026-01-31, 'null', \"~\", '', null, ~, NULL, ]"
    assert plain(tree(text, "f", "")) == ["no", "5.20", "0x10", "2026-01-31", "null", "~", "", None, None, None]


def test_an_anchor_stands_for_its_node() -> None:
    assert plain(tree("a: &a {x: y}\nb: *a\n", "f", "")) == {"a": {"x": "y"}, "b": {"x": "y"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &a {a: *a}\n", "f:1:11: is an alias inside its own anchor"),
        ("- &a [*a]\n", "f:1:7: is an alias inside its own anchor"),
        ("a: *b\n", "f:1:4: is an alias without an anchor"),
        ("a: 1\nb: 2\na: 3\n", "f:3:1: has 'a' twice: the first is at f:1:1"),
        ("a: !!python/name:os.system x\n", "f:1:4: has a tag"),
        ("a: !!int 5\n", "f:1:4: has a tag"),
        ("? [a]\n: b\n", "f:1:3: has a list, a map or null as a key"),
        ("a: 1\n---\nb: 1\n", "f:2:1: begins a second YAML document"),
        ("a: [\n", "is not YAML: did not find expected node content"),
        ("a: b: c\n", "f:1:5: is not YAML: mapping values are not allowed"),
        ("[" * 5000, "f: is nested too deeply"),
        ("a: " * 3 + "\0", "is not YAML"),
        ("%YAML 9.9\n---\na: 1\n", "f:1:1: is not YAML: found incompatible YAML document"),
    ],
)
def test_what_is_broken_is_told_with_its_place(text: str, expected: str) -> None:
    with pytest.raises(InputFileError) as caught:
        tree(text, "f", "mend it")
    assert expected in str(caught.value)


def test_all_that_yaml_allows_and_we_do_not_is_told_at_once() -> None:
    with pytest.raises(InputFileError) as caught:
        tree("a: 1\na: 2\nb: !x 1\nc: *d\n", "f", "mend it")
    assert [problem.where for problem in caught.value.problems] == ["f:2:1", "f:3:4", "f:4:4"]


def test_aliases_of_aliases_take_no_room() -> None:
    lines = ["a0: &a0 x"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    assert isinstance(tree("\n".join(lines), "f", ""), Map)


def test_json_indented_by_tabs_is_read_with_its_places(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text('{\n\t"a": "b"\n}\n')
    root = read_tree(path, "")
    assert isinstance(root, Map)
    assert str(root.entries["a"][0]) == f"{path}:2:2"


_data = st.recursive(
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=12,
)


@given(_data)
def test_json_is_read_as_json(data: object) -> None:
    assert plain(tree(json.dumps(data, ensure_ascii=False, indent=1), "f", "")) == data
