"""Folders with a scenario.yaml."""

from pathlib import Path

import pytest
import yaml
from tests.generator.conftest import Command
from tests.support.says import says

GOOD = "scenario: single-instance\nbucket: gs://graph-backups/production\ndatabase: neo4j\n"


def make_folder(path: Path, text: str = GOOD) -> Path:
    path.mkdir()
    (path / "scenario.yaml").write_text(text)
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("values.*"))


def test_one_file_is_written_for_each_chart_that_can(neo4j_scenarios: Command, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "graph")
    says(neo4j_scenarios("build", folder), 0)
    assert names(folder) == ["values.neo4j-helm.yaml", "values.neo4j-restore.yaml", "values.neo4j.yaml"]


def test_one_file_is_written_for_the_chart_that_is_named(neo4j_scenarios: Command, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "graph", GOOD + "target: neo4j/neo4j\n")
    says(neo4j_scenarios("build", folder), 0)
    assert names(folder) == ["values.neo4j.yaml"]


def test_charts_are_named_with_commas_between_them(neo4j_scenarios: Command, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "graph", GOOD + "target: neo4j-restore, neo4j/neo4j\n")
    says(neo4j_scenarios("build", folder), 0)
    assert names(folder) == ["values.neo4j-restore.yaml", "values.neo4j.yaml"]


def test_a_second_build_changes_nothing_and_a_check_says_so(neo4j_scenarios: Command, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "graph")
    neo4j_scenarios("build", folder)
    assert neo4j_scenarios("build", folder).err.split()[::2] == ["unchanged"] * 3
    says(neo4j_scenarios("build --check", folder), 0)


def test_a_check_names_what_is_stale_and_missing_and_writes_nothing(neo4j_scenarios: Command, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "graph")
    neo4j_scenarios("build", folder)
    (folder / "values.neo4j.yaml").unlink()
    with (folder / "values.neo4j-helm.yaml").open("a") as file:
        file.write("mine: true\n")
    done = neo4j_scenarios("build --check", folder)
    says(done, 3)
    assert done.out == f"missing {folder}/values.neo4j.yaml\nstale {folder}/values.neo4j-helm.yaml\n"
    assert names(folder) == ["values.neo4j-helm.yaml", "values.neo4j-restore.yaml"]


def test_yaml_makes_nothing_else_of_a_text(neo4j_scenarios: Command, tmp_path: Path) -> None:
    text = GOOD + "target: neo4j-restore\nforce-overwrite: once\nrestore-id: 2026-01-31\npurge-on-complete: false\n"
    folder = make_folder(tmp_path / "graph", text)
    says(neo4j_scenarios("build", folder), 0)
    written = (folder / "values.neo4j-restore.yaml").read_text()
    assert 'restoreId: "2026-01-31"' in written
    assert "purgeOnComplete: false" in written


def test_the_problems_of_all_folders_are_told_with_their_places_and_nothing_is_written(
    neo4j_scenarios: Command, tmp_path: Path
) -> None:
    good = make_folder(tmp_path / "good")
    first = make_folder(tmp_path / "first", GOOD.replace("gs://", "") + "databse: x\n")
    second = make_folder(tmp_path / "second", "scenario: single-instance\n  bucket: [\n")
    done = neo4j_scenarios("build", good, first, second, tmp_path / "absent")
    says(done, 1)
    assert done.err.count("error: ") == 4
    assert f"{first}/scenario.yaml:2:1: bucket: 'graph-backups/production' has no scheme" in done.err
    assert f"{first}/scenario.yaml:4:1: databse: 'databse' is not known: did you mean 'database'?" in done.err
    assert f"{second}/scenario.yaml:2:9: is not YAML" in done.err
    assert f"{tmp_path}/absent/scenario.yaml: can't be read: No such file or directory" in done.err
    assert names(good) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "does not hold keys with values"),
        ("- a\n", "does not hold keys with values"),
        (GOOD + "bucket: gs://other\n", "4:1: has 'bucket' twice"),
        ("a: {b: c}\n", "1:1: a: has a list or a map, but must be a single text"),
        (GOOD.replace("neo4j\n", "[neo4j, system]\n"), "3:1: database: has a list or a map, but must be a single text"),
        ("a: &a {a: *a}\n", "1:11: is an alias inside its own anchor"),
        ("a: *b\n", "is an alias without an anchor"),
        ("[" * 5000, "is nested too deeply"),
        (GOOD + "---\n" + GOOD, "begins a second YAML document"),
        ("bucket: gs://graph-backups\ndatabase: neo4j\n", "scenario.yaml: scenario: is missing"),
        (GOOD.replace("instance", "instances"), "1:1: scenario: 'single-instances' is not known: did you mean"),
        (
            GOOD + "secret: |\n  -----BEGIN PRIVATE KEY-----\n  hunter2\n",
            "4:1: secret: is a text that looks like a key",
        ),
        (GOOD + "-----BEGIN PRIVATE KEY----- hunter2: x\n", "a text that looks like a key, not shown here"),
        (GOOD + 'secret: \'{"private_key": "hunter2\n', "is not YAML"),
        ("\0", "is not YAML"),
    ],
)
def test_a_broken_file_is_told_in_one_line(neo4j_scenarios: Command, tmp_path: Path, text: str, expected: str) -> None:
    folder = make_folder(tmp_path / "graph", text)
    done = neo4j_scenarios("build", folder)
    says(done, 1)
    assert done.out == ""
    assert expected in done.err
    assert "hunter2" not in done.err
    assert names(folder) == []


def test_a_file_that_is_not_text_is_told(neo4j_scenarios: Command, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "graph")
    (folder / "scenario.yaml").write_bytes(b"\xff\xfe")
    assert "is not UTF-8 text" in neo4j_scenarios("build", folder).err


LISTS = "target: neo4j-restore\nextra-containers:\n  - {name: tools, image: tools:1, args: [%s]}\n"


def test_a_scalar_in_a_list_is_what_helm_takes_it_for(neo4j_scenarios: Command, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "graph", GOOD + LISTS % "=, 2026-01-31, no")
    says(neo4j_scenarios("build", folder), 0)
    (container,) = yaml.safe_load((folder / "values.neo4j-restore.yaml").read_text())["extraContainers"]
    assert container["args"] == ["=", "2026-01-31", False]


def test_a_number_that_is_none_has_its_place(neo4j_scenarios: Command, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "graph", GOOD + LISTS % "0b_")
    what = f"{folder}/scenario.yaml:6:42: looks like a number, but is not a valid one"
    says(neo4j_scenarios("build", folder), 1, what)


def test_a_number_that_is_none_in_a_fleet_has_its_place_beside_other_problems(
    neo4j_scenarios: Command, tmp_path: Path
) -> None:
    fleet = tmp_path / "fleet.yaml"
    defaults = "  bukket: x\n  extra-containers: [{name: tools, image: tools:1, args: [0b_]}]\n"
    fleet.write_text(f"name: graphs\ndefaults:\n{defaults}clusters:\n  - name: eu\n")
    done = neo4j_scenarios("build", fleet, "-o", tmp_path / "out")
    says(done, 1, "fleet.yaml:3:3: bukket: 'bukket' is not known", "fleet.yaml:4:59: looks like a number")
