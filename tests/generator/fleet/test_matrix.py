"""Clusters from axes."""

from pathlib import Path

import pytest
from tests.generator.fleet.loading import clusters, told
from tests.generator.fleets import DEFAULTS

MATRIX = DEFAULTS + "matrix:\n  name: '{{ region }}-{{ env }}'\n  axes: {region: [eu, us], env: [prod, dev]}\n"


def test_each_combination_is_a_cluster(tmp_path: Path) -> None:
    found = clusters(tmp_path, MATRIX)
    assert list(found) == ["eu-prod", "eu-dev", "us-prod", "us-dev"]
    assert found["us-prod"].region == "us"
    assert found["us-prod"].labels == {"env": "prod"}
    assert found["us-prod"].variables == {"env": "prod"}


def test_an_axis_that_is_an_input_sets_it(tmp_path: Path) -> None:
    text = DEFAULTS + "matrix: {name: 'c-{{ size }}', axes: {heap-size: [1g]}, include: [{size: '1'}]}"
    assert "names no axis" not in told(tmp_path, text)
    found = clusters(tmp_path, DEFAULTS + "matrix: {name: c, axes: {heap-size: [1g]}}")
    assert found["c"].inputs["heap-size"] == "1g"


def test_an_exclusion_takes_away_all_that_agrees(tmp_path: Path) -> None:
    assert list(clusters(tmp_path, MATRIX + "  exclude: [{region: us}, {region: eu, env: dev}]\n")) == ["eu-prod"]


def test_an_inclusion_adds_to_what_agrees_or_is_a_cluster_of_its_own(tmp_path: Path) -> None:
    more = "  include: [{env: prod, heap-size: 4g, labels: {tier: gold}}, {region: ap, env: prod}]\n"
    found = clusters(tmp_path, MATRIX + more)
    assert list(found)[4:] == ["ap-prod"]
    assert [name for name in found if "heap-size" in found[name].inputs] == ["eu-prod", "us-prod"]
    assert found["eu-prod"].labels == {"env": "prod", "tier": "gold"}


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
    assert expected in told(tmp_path, DEFAULTS + f"matrix: {part}\n")
