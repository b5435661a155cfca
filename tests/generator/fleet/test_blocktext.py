"""Maps as we write them, read without a YAML parser, and never otherwise than YAML reads them."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from neo4j_scenarios.fleet.blocktext import parse_blocks
from neo4j_scenarios.yaml.text import toyaml

_words = st.text(max_size=8) | st.sampled_from(["yes", "null", "a: b", "# a", '"', "\\", "{}", "12", "\u2028", "\x85"])
_maps = st.recursive(_words, lambda inner: st.dictionaries(_words, inner, max_size=3), max_leaves=12)


@given(st.dictionaries(_words, _maps, min_size=1, max_size=3))
def test_it_reads_what_is_written_or_leaves_it_to_yaml(data: dict[str, object]) -> None:
    blocks = parse_blocks(toyaml(data, 0))
    assert blocks is None or blocks[0] == data


def test_the_lines_of_the_second_level_are_told() -> None:
    blocks = parse_blocks('# first\nformat: 1\nclusters:\n  eu-1:\n    a: "b"\n  "no": {}\n')
    assert blocks == ({"format": "1", "clusters": {"eu-1": {"a": "b"}, "no": {}}}, {"eu-1": 4, "no": 6})


@pytest.mark.parametrize(
    "text",
    ["a: b", "a: 'b'", 'a: "b" # c', "a: [1]", "a: &x 1", " a: 1", "a:\n    b: 1", "a: 1\na: 2", "a", "- a", "a: 0x1",
     "yes: 1", 'a: "\\x"', "a: |\n  b", "\"a: 1", "a:  1", "a : 1", "a:\n  b: 1\n c: 2", "a: -1",
     "a:", "a:\n# none\nb: 1", "a:\n  b:\n  c: 1"],
)  # fmt: skip
def test_what_is_written_otherwise_is_left_to_yaml(text: str) -> None:
    assert parse_blocks(text) is None


@given(st.text(st.sampled_from('ab:"\\{} \n#-1'), max_size=20))
def test_it_never_reads_otherwise_than_yaml(text: str) -> None:
    blocks = parse_blocks(text)
    if blocks and blocks[0]:
        said = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - texts alone
        assert said == yaml.load(toyaml(blocks[0], 0), Loader=yaml.BaseLoader)  # noqa: S506
