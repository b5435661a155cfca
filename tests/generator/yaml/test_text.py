"""YAML that every parser reads the same."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from neo4j_scenarios.yaml.text import parse_yaml, toyaml

_texts = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=12)
_scalars = (
    st.booleans() | st.integers() | _texts | st.sampled_from(["no", "y", "1e3", "0o17", "12:30", "~", "=", "", " a"])
)
_data = st.recursive(_scalars, lambda inner: st.lists(inner) | st.dictionaries(_texts, inner), max_leaves=12)


@settings(deadline=None)
@given(st.dictionaries(_texts, _data, min_size=1))
def test_what_is_written_is_read_back_in_python_and_in_c(data: dict[str, object]) -> None:
    text = toyaml(data, 2)
    assert yaml.safe_load(text) == data
    assert parse_yaml(text) == data


@settings(deadline=None)
@given(_scalars)
def test_a_scalar_stays_on_its_line(value: object) -> None:
    assert "\n" not in toyaml(value)
    assert parse_yaml(f"key: {toyaml(value)}  # why") == {"key": value}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "a: &a {b: 1}\nc: *a\n",
        "a: {x: 1}\nb:\n  <<: {y: 2}\n  z: 3\n",
        "a: !!str 5\nb: !!int '5'\n",
        "a: 2026-01-31\nb: 2026-01-31T02:00:00Z\nc: 1:30\nd: 0o17\ne: 0x1f\nf: 1_000\ng: .inf\n",
        "a: yes\nb: No\nc: ~\nd:\ne: 'yes'\nf: \"5\"\n",
        "a: 1\na: 2\n",
        "1: a\ntrue: b\nnull: c\n",
        "- [a, {b: c}]\n- |\n  x\n  y\n- >\n  x\n  y\n- a\n  b\n",
        "? a\n: b\n",
        "= : a\nb: =\n",
    ],
)
def test_a_text_is_read_as_pyyaml_reads_it(text: str) -> None:
    try:
        expected = yaml.safe_load(text)
    except yaml.YAMLError:
        with pytest.raises(yaml.YAMLError):
            parse_yaml(text)
    else:
        assert parse_yaml(text) == expected


@pytest.mark.parametrize(
    "text", ["a: [", "a: *b", "a: 1\n---\nb: 2\n", "a: !!python/name:os.system x", "? [a]\n: b\n", "\0"]
)
def test_a_text_that_pyyaml_refuses_is_refused(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        parse_yaml(text)
