"""Expressions in texts: worked out, in a sandbox, the same at every build."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore.spec import Invalid
from neo4j_scenarios.fleet.expand import expand

NAMES = {"name": "eu-1", "region": "eu", "labels": {"env": "prod"}, "domain": "example"}


@given(st.text().filter(lambda text: "{{" not in text))
def test_a_text_without_an_expression_is_itself(text: str) -> None:
    assert expand(text, NAMES) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gs://backups-{{ region }}/{{ name }}", "gs://backups-eu/eu-1"),
        ("{{ labels.env }}-{{ labels['env'] | upper }}", "prod-PROD"),
        ("{{ name.split('-') | first }}{{ 1 + 1 }}", "eu2"),
        ("{{ 'big' if labels.env == 'prod' else 'small' }}", "big"),
        ("{{ tier | default('none') }}\n", "none\n"),
    ],
)
def test_an_expression_is_worked_out(text: str, expected: str) -> None:
    assert expand(text, NAMES) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ reigon }}", "'reigon' is not known: did you mean 'region'?"),
        ("{{ group }}", "uses the group, but the cluster has none"),
        ("{{ labels.evn }}", "has no attribute 'evn'"),
        ("{{ name", "can't be evaluated"),
        ("{{ {% if 1 %} }}", "a Jinja statement or comment"),
        ("{{ name.__class__.__mro__ }}", "can't be evaluated"),
        ("{{ ''.join.__globals__ }}", "has no attribute '__globals__'"),
        ("{{ 'a' * 999999999 }}", "the operator '*' is not allowed"),
        ("{{ '%999999999d' % 1 }}", "the operator '%' is not allowed"),
        ("{{ 2 ** 999999999 }}", "the operator '**' is not allowed"),
        ("{{ name.upper }}", "a builtin_function_or_method is not a text"),
        ("{{ labels }}", "a dict is not a text"),
        ("{{ [1, 2] | random }}", "can't be evaluated"),
        ("{{ range(9) }}", "'range' is not known"),
        ("{{ 1 / 0 }}", "can't be evaluated"),
        ("{{ name + 1 }}", "can't be evaluated"),
        ("{{ " + "(" * 500 + "1" + ")" * 500 + " }}", "can't be evaluated"),
    ],
)
def test_an_expression_that_does_not_work_is_told(text: str, expected: str) -> None:
    with pytest.raises(Invalid) as caught:
        expand(text, NAMES)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


LONG = {**NAMES, "long": "a" * 4096}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("name.ljust(999999999)", "the method 'ljust' is not allowed"),
        ("name.rjust(999999999) | length", "the method 'rjust' is not allowed"),
        ("name.zfill(99999999)", "the method 'zfill' is not allowed"),
        ("name.center(99999999)", "the method 'center' is not allowed"),
        ("name['zfill'](99999999)", "the method 'zfill' is not allowed"),
        ("'{:>999999999}'.format(1)", "the method 'format' is not allowed"),
        ("'\t'.expandtabs(99999999)", "the method 'expandtabs' is not allowed"),
        ("[1] | slice(99999999, 'x') | list | length", "No filter named 'slice'"),
        ("[1] | batch(99999999, 'x') | list | length", "No filter named 'batch'"),
        ("1.5 | round(999999999)", "No filter named 'round'"),
        ("name | indent(99999999)", "No filter named 'indent'"),
        ("long.replace('a', long)", "it would make a text of 16777216 characters"),
        ("long | replace('a', long)", "it would make a text of 16777216 characters"),
        ("long.join(long)", "it would make a text of 16777216 characters"),
        ("long | join(long)", "it would make a text of 16777216 characters"),
        (" ~ ".join(["long"] * 400), "400 operands of up to 4096 characters"),
        ("name + '" + "x" * 20_000 + "'", "may have at most 16384"),
    ],
)
def test_no_expression_makes_a_large_text_of_small_ones(expression: str, expected: str) -> None:
    with pytest.raises(Invalid) as caught:
        expand(f"{{{{ {expression} }}}}", LONG)
    assert expected in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("name | replace('-', '_')", "eu_1"),
        ("name.replace('-', '', 1)", "eu1"),
        ("name.split('-') | join('.')", "eu.1"),
        ("'.'.join(name.split('-'))", "eu.1"),
        ("labels.get('tier', 'none')", "none"),
        ("name.removeprefix('eu-')", "1"),
        ("'yes' if name.startswith('eu') else 'no'", "yes"),
    ],
)
def test_what_people_do_with_names_is_allowed(expression: str, expected: str) -> None:
    assert expand(f"{{{{ {expression} }}}}", NAMES) == expected
