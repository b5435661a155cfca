"""One rule for the memory of the restore container: in the image, the chart, the generator and the documents."""

import re

import pytest
from tests.chart.helm import ROOT, Helm, make_values
from tests.generator.inputs import make_scenario

from neo4j_restore import bounds, memory
from neo4j_scenarios.charts.container import container
from neo4j_scenarios.charts.resources import mebibytes, reckoned
from neo4j_scenarios.render.values_file import render

HEAPS = ["512m", "1g", "2G", "4096M", "1k", "300001k", "1023m", "31g", "1024g", "1073741824K"]


@pytest.mark.parametrize("heap", HEAPS)
def test_chart_and_generator_give_the_container_what_the_image_needs(chart: Helm, heap: str) -> None:
    amount = {"memory": f"{memory.limit_mib(heap)}Mi"}
    rendered = chart.template(make_values({"heapSize": heap})).restore["resources"]
    assert (rendered["limits"], rendered["requests"]["memory"]) == (amount, amount["memory"])
    written = container(make_scenario(target="neo4j/neo4j", heap_size=heap), {})["resources"]
    assert written == {"requests": amount, "limits": amount}


def test_without_a_heap_size_the_chart_lets_the_memory_limit_decide(chart: Helm) -> None:
    rendered = chart.template(make_values({})).restore
    assert rendered["resources"]["limits"] == {"memory": f"{memory.limit_mib(memory.DEFAULT_HEAP)}Mi"}
    limited = chart.template(make_values({"resources": {"limits": {"memory": "3Gi"}}})).restore
    assert limited["resources"]["limits"] == {"memory": "3Gi"}
    for restore in (rendered, limited):
        assert "HEAP_SIZE" not in {each["name"] for each in restore["env"]}
    assert memory.heap_size(memory.limit_mib(memory.DEFAULT_HEAP) * 1024**2) == memory.DEFAULT_HEAP


@pytest.mark.parametrize("asked", ["auto", "none", "3Gi"])
def test_our_charts_file_gives_the_container_what_the_scenario_asks_for(chart: Helm, asked: str) -> None:
    text = render(make_scenario(restore_memory=asked))
    resources = chart.template(text).restore["resources"]
    expected = {"auto": reckoned("512m"), "none": None}.get(asked, asked)
    assert resources.get("limits", {}).get("memory") == expected
    assert resources["requests"].get("memory") == expected


def test_the_limit_holds_the_bound_of_the_program_and_the_whole_heap() -> None:
    for heap in HEAPS:
        room = memory.limit_mib(heap) - memory.heap_mib(heap) - memory.LEAST_OVERHEAD_MIB - memory.LAUNCHER_MIB
        assert room * 1024**2 >= bounds.RESIDENT_BYTES


@pytest.mark.parametrize("page", ["charts/neo4j-restore/README.md", "tools/restore/README.md"])
def test_the_documents_have_the_limits_of_the_rule(page: str) -> None:
    table = re.findall(r"^\| `(\w+)` \| `(\d+Mi)` \|$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(table) >= 5
    assert dict(table) == {heap: reckoned(heap) for heap, _ in table}


def test_the_chart_documents_the_heaps_of_the_rule() -> None:
    text = (ROOT / "charts/neo4j-restore/README.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `(\w+)` \| (\d+) MiB \|$", text, re.MULTILINE)
    assert len(table) >= 5
    for limit, heap in table:
        amount = mebibytes(limit)
        assert amount
        assert memory.heap_size(int(amount) * 1024**2) == f"{heap}m"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1280Mi", 1280), ("2Gi", 2048), ("1.5Gi", 1536), ("1048576Ki", 1024), ("1G", 1e9 / 2**20), ("1048576", 1)],
)
def test_a_quantity_is_read_as_kubernetes_reads_it(text: str, expected: float) -> None:
    assert mebibytes(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "auto", "1e3", "Gi", "-1Gi", "1 Gi", "1GiB"])
def test_a_text_that_is_not_a_quantity_is_not_guessed(text: str) -> None:
    assert mebibytes(text) is None
