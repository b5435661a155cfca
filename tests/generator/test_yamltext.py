"""YAML that every parser reads the same."""

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from neo4j_scenarios.yamltext import parse_yaml, toyaml

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
