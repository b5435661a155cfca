"""Every object that the chart makes is one that Kubernetes takes."""

import pytest
from tests.chart.helm import CI_FILES, Helm, load, make_values
from tests.chart.kubernetes import VERSIONS, problems


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_knows_every_key_of_every_example(helm: Helm, version: str) -> None:
    # The chart leaves out what the oldest version does not have. Helm's own version is among the newest.
    oldest = version == VERSIONS[0]
    given = version if oldest else ""
    # A drill needs a sidecar among the init containers, which the oldest version does not have.
    files = [file for file in CI_FILES if not (oldest and file.stem.startswith("drill"))]
    unknown = {
        file.name: [each for item in helm.template(load(file), kubernetes=given) for each in problems(item, version)]
        for file in files
    }
    assert {name: said for name, said in unknown.items() if said} == {}


def test_a_key_that_kubernetes_does_not_know_is_found(helm: Helm) -> None:
    values = make_values(extraContainers=[{"name": "tools", "image": "tools:1", "comand": ["true"]}])
    (said,) = problems(helm.template(values).only("StatefulSet"), VERSIONS[-1])
    assert "StatefulSet at spec/template/spec/containers/1: Additional properties are not allowed ('comand'" in said
