"""Clusters from a file beside the fleet file."""

from pathlib import Path

import pytest
from tests.generator.fleet.loading import clusters, problem_text
from tests.generator.fleets import DEFAULTS

FLEET = DEFAULTS + "inventory: clusters.csv\n"


def test_each_row_of_a_csv_file_is_a_cluster_and_an_empty_cell_says_nothing(tmp_path: Path) -> None:
    rows = (
        'name,region,storage-size,database,labels.env,variables.x\neu-1,eu,,"neo4j,system",prod,\n\nus-1,us,5Gi,,,y\n'
    )
    by_name = clusters(tmp_path, FLEET, clusters_csv=rows)
    assert by_name["eu-1"].inputs["database"] == "neo4j,system"
    assert "storage-size" not in by_name["eu-1"].inputs
    assert (by_name["eu-1"].labels, by_name["us-1"].variables) == ({"env": "prod"}, {"x": "y"})
    assert str(by_name["us-1"].origin("storage-size")) == f"{tmp_path}/clusters.csv:4:9"


@pytest.mark.parametrize(
    "text", ['[{"name": "eu-1", "group": "a"}]', '{\n\t"eu-1": {"group": "a"}\n}'], ids=["list", "map"]
)
def test_an_inventory_may_be_json(tmp_path: Path, text: str) -> None:
    fleet = DEFAULTS + "inventory: clusters.json\n"
    assert clusters(tmp_path, fleet, clusters_json=text)["eu-1"].group == "a"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("name,heap-size\neu-1,1g\neu-2\n", "clusters.csv:3:1: has 1 cells, but the header has 2"),
        ("name,name\neu-1,eu-2\n", "clusters.csv:1:6: has the column 'name' twice"),
        ("name,databse\neu-1,neo4j\n", "clusters.csv:2:6: databse: 'databse' is not known: did you mean 'database'?"),
        ("region\neu\nus\n", "clusters.csv:1:1: has no column 'name', only 'region'"),
        ("name,region\n,eu\n", "clusters.csv:2:1: is a cluster without a name"),
        ("name,bucket\neu-1," + "x" * 100_000 + "\n", "clusters.csv:2:6: has a text of 100,000 characters"),
        ('name,region\n"eu"x,a\n', "clusters.csv:2:1: is not CSV"),
        ('name,region\n"eu,a\n', "clusters.csv:2:1: is not CSV"),
        ("name\neu-1\neu-1\n", "clusters.csv:3:1: 'eu-1' is named twice"),
        ('name,labels.x,heap-size\neu-1,"a,""b",lots\n', "clusters.csv:2:14: heap-size: 'lots' is not a heap size"),
        ("name,secret\neu-1,AKIAIOSFODNN7EXAMPLE\n", "clusters.csv:2:6: secret: is a text that looks like a key"),
    ],
)
def test_a_broken_row_is_told_with_its_place(tmp_path: Path, rows: str, expected: str) -> None:
    assert expected in problem_text(tmp_path, FLEET, clusters_csv=rows)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("ending", ["csv", "tsv", "txt"])
def test_a_table_is_read_as_spreadsheets_write_it(tmp_path: Path, ending: str, delimiter: str, end: str) -> None:
    rows = [["\ufeffname", "labels.team", "storage-size"], ["eu-1", '"a, b; c"', "5Gi"], ["eu-2", "", "lots"]]
    text = "".join(delimiter.join(row) + end for row in rows)
    (tmp_path / f"clusters.{ending}").write_bytes(text.encode())
    problems = problem_text(tmp_path, DEFAULTS + f"inventory: clusters.{ending}\n")
    assert f"clusters.{ending}:3:7: storage-size: 'lots'" in problems
    assert f"clusters.{ending}:2:6: labels.team: 'a, b; c'" in problems


@pytest.mark.parametrize("space", ["\f", "\v", "\x1c", "\x85", "\u2028"], ids=ascii)
def test_what_only_looks_like_a_line_end_stays_in_its_cell(tmp_path: Path, space: str) -> None:
    rows = f'name,ldap-user\neu-1,"a{space}b"\neu-2,c\n'
    assert f"clusters.csv:2:6: ldap-user: {'a' + space + 'b'!r}" in problem_text(tmp_path, FLEET, clusters_csv=rows)


def test_another_kind_of_file_is_refused_by_its_ending(tmp_path: Path) -> None:
    (tmp_path / "clusters.xlsx").write_bytes(b"PK")
    assert "clusters.xlsx: has the suffix '.xlsx', expected one of .csv" in problem_text(
        tmp_path, DEFAULTS + "inventory: clusters.xlsx\n"
    )


def test_an_inventory_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "clusters.csv").write_bytes(b"name\n\xff\n")
    assert "clusters.csv: is not UTF-8 text" in problem_text(tmp_path, FLEET)


def test_clusters_of_both_kinds_are_one_fleet(tmp_path: Path) -> None:
    assert list(clusters(tmp_path, FLEET + "clusters: {a: {}}\n", clusters_csv="name\nb\n")) == ["a", "b"]
    assert "is named twice" in problem_text(tmp_path, FLEET + "clusters: {a: {}}\n", clusters_csv="name\na\n")
