"""Clusters from axes."""

from pathlib import Path

import pytest
from tests.generator.fleet.loading import clusters, problem_text
from tests.generator.fleets import DEFAULTS

MATRIX = DEFAULTS + "matrix:\n  name: '{{ region }}-{{ env }}'\n  axes: {region: [eu, us], env: [prod, dev]}\n"


def test_each_combination_is_a_cluster(tmp_path: Path) -> None:
    by_name = clusters(tmp_path, MATRIX)
    assert list(by_name) == ["eu-prod", "eu-dev", "us-prod", "us-dev"]
    assert by_name["us-prod"].region == "us"
    assert by_name["us-prod"].labels == {"env": "prod"}
    assert by_name["us-prod"].variables == {"env": "prod"}


def test_an_axis_that_is_an_input_sets_it(tmp_path: Path) -> None:
    text = DEFAULTS + "matrix: {name: 'c-{{ size }}', axes: {heap-size: [1g]}, include: [{size: '1'}]}"
    assert "names no axis" not in problem_text(tmp_path, text)
    by_name = clusters(tmp_path, DEFAULTS + "matrix: {name: c, axes: {heap-size: [1g]}}")
    assert by_name["c"].inputs["heap-size"] == "1g"


def test_an_exclusion_takes_away_all_that_agrees(tmp_path: Path) -> None:
    assert list(clusters(tmp_path, MATRIX + "  exclude: [{region: us}, {region: eu, env: dev}]\n")) == ["eu-prod"]


def test_an_inclusion_adds_to_what_agrees_or_is_a_cluster_of_its_own(tmp_path: Path) -> None:
    more = "  include: [{env: prod, heap-size: 4g, labels: {tier: gold}}, {region: ap, env: prod}]\n"
    by_name = clusters(tmp_path, MATRIX + more)
    assert list(by_name)[4:] == ["ap-prod"]
    assert [name for name in by_name if "heap-size" in by_name[name].inputs] == ["eu-prod", "us-prod"]
    assert by_name["eu-prod"].labels == {"env": "prod", "tier": "gold"}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("{axes: {a: [x]}}", "fleet.yaml:7:9: matrix: has no name"),
        ("{name: x}", "fleet.yaml:7:9: matrix: has no axes"),
        ("{name: x, axes: {a: b}}", "a: is not a list of texts"),
        ("{name: x, axes: {a: []}}", "a: is not a list of texts"),
        ("{name: x, axes: {a: [b, [c]]}}", "a: is not a list of texts"),
        ("{name: x, axes: {a: [b]}, exclude: [{c: d}]}", "c: 'c' is not known"),
        ("{name: x, axes: {a: [b]}, exclude: [{}]}", "exclude: names no axis"),
        ("{name: x, axes: {a: [b]}, include: x}", "include: is not a list"),
        ("{name: x, axes: {a: [b, c]}}", "'x' is named twice"),
        ("{name: '{{ b }}', axes: {a: [b]}}", "name: 'b' is not known"),
        ("{name: x, axis: {a: [b]}}", "'axis' is not known: did you mean 'axes'?"),
        ("[a]", "matrix: is not a map"),
        ("{name: x, axes: {" + ", ".join(f"a{n}: [{', '.join('bcdefghi')}]" for n in range(6)) + "}}", "262144 comb"),
    ],
)
def test_a_broken_matrix_is_told_with_its_place(tmp_path: Path, part: str, expected: str) -> None:
    assert expected in problem_text(tmp_path, DEFAULTS + f"matrix: {part}\n")
