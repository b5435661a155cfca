"""Differences by values, told once for all clusters that share them."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generator.conftest import Command
from tests.generator.fleets import GOOD, make_fleet
from tests.generator.inputs import all_inputs
from tests.support.says import says

from neo4j_scenarios.output.diff import Change, difference, grouped
from neo4j_scenarios.parse import parse
from neo4j_scenarios.render.values_file import render

MANY = GOOD + "".join(f"  c-{number}: {{}}\n" for number in range(300))


def lines(command: Command, *arguments: object) -> tuple[int, list[str]]:
    done = command("diff", *arguments)
    return done.code, done.out.splitlines()


def test_what_is_built_does_not_differ(neo4j_scenarios: Command, tmp_path: Path) -> None:
    neo4j_scenarios("build", make_fleet(tmp_path))
    assert lines(neo4j_scenarios, tmp_path / "fleet.yaml") == (0, [])


def test_a_change_of_many_clusters_is_told_once_and_that_of_one_by_its_name(
    neo4j_scenarios: Command, tmp_path: Path
) -> None:
    neo4j_scenarios("build", make_fleet(tmp_path, MANY))
    changed = MANY.replace("region: eu\n", "region: eu\n  neo4j-tag: 5.26.31\n").replace("50Gi", "60Gi")
    code, output = lines(neo4j_scenarios, make_fleet(tmp_path, changed))
    assert code == 3
    assert output == [
        '303 clusters: image.tag "5.26.30" -> "5.26.31" (eu-1, eu-2, us-1, …)',
        '1 cluster: data.size "50Gi" -> "60Gi" (us-1)',
    ]


def test_a_value_with_the_clusters_name_in_it_is_the_same_change(neo4j_scenarios: Command, tmp_path: Path) -> None:
    neo4j_scenarios("build", make_fleet(tmp_path, MANY.replace("-{{ region }}", "")))
    _, output = lines(neo4j_scenarios, make_fleet(tmp_path, MANY.replace("-{{ region }}", "-new")))
    assert output == [
        '303 clusters: restore.bucket "gs://backups/{name}" -> "gs://backups-new/{name}" (eu-1, eu-2, us-1, …)'
    ]


def test_values_of_each_clusters_own_are_told_once_with_an_example(neo4j_scenarios: Command, tmp_path: Path) -> None:
    text = GOOD + "".join(f"  c-{number}: {{heap-size: {number + 1}g}}\n" for number in range(20))
    neo4j_scenarios("build", make_fleet(tmp_path, text))
    _, output = lines(neo4j_scenarios, make_fleet(tmp_path, text.replace("g}", "m}")))
    assert output == ['20 clusters: restore.heapSize, different in each, for example "1g" -> "1m" (c-0, c-1, c-2, …)']


def test_new_gone_and_commented_files_are_told(neo4j_scenarios: Command, tmp_path: Path) -> None:
    neo4j_scenarios("build", make_fleet(tmp_path))
    with (tmp_path / "out" / "us-1" / "values.neo4j-restore.yaml").open("a") as file:
        file.write("# more\n")
    code, output = lines(neo4j_scenarios, make_fleet(tmp_path, GOOD.replace("eu-2:", "eu-9:")))
    assert code == 3
    assert output == [
        "1 file: new (eu-9/values.neo4j-restore.yaml)",
        "1 file: gone (eu-2/values.neo4j-restore.yaml)",
        "1 file: only comments differ (us-1/values.neo4j-restore.yaml)",
    ]


def test_a_container_is_compared_by_names_and_not_by_numbers(neo4j_scenarios: Command, tmp_path: Path) -> None:
    text = GOOD.replace("region: eu\n", "region: eu\n  target: neo4j/neo4j\n  force-overwrite: once\n")
    neo4j_scenarios("build", make_fleet(tmp_path, text))
    changed = text.replace("once\n", "once\n  restore-id: again\n")
    _, output = lines(neo4j_scenarios, make_fleet(tmp_path, changed))
    names = "podSpec.initContainers[restore].env[RESTORE_ID]"
    assert f'3 clusters: {names}.value new: "again" (eu-1, eu-2, us-1)' in output
    assert len(output) == 3


def test_two_folders_are_compared(neo4j_scenarios: Command, tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path)
    neo4j_scenarios("build", fleet, "-o", tmp_path / "old")
    neo4j_scenarios("build", make_fleet(tmp_path, GOOD.replace("100Gi", "200Gi")), "-o", tmp_path / "new")
    assert lines(neo4j_scenarios, tmp_path / "old", tmp_path / "new") == (
        3,
        ['1 cluster: data.size "100Gi" -> "200Gi" (eu-1)'],
    )
    assert lines(neo4j_scenarios, tmp_path / "old", tmp_path / "old") == (0, [])


def test_a_selection_compares_its_clusters_alone(neo4j_scenarios: Command, tmp_path: Path) -> None:
    neo4j_scenarios("build", make_fleet(tmp_path))
    fleet = make_fleet(tmp_path, GOOD.replace("Gi", "Ti"))
    assert lines(neo4j_scenarios, fleet, "-l", "region=us")[1] == ['1 cluster: data.size "50Gi" -> "50Ti" (us-1)']


def test_a_program_gets_json(neo4j_scenarios: Command, tmp_path: Path) -> None:
    neo4j_scenarios("build", make_fleet(tmp_path))
    result = json.loads(neo4j_scenarios("diff --json", make_fleet(tmp_path, GOOD.replace("100Gi", "200Gi"))).out)
    assert result["new"] == result["gone"] == result["comments"] == []
    (change,) = result["changes"]
    assert change == {
        "key": "data.size",
        "old": '"100Gi"',
        "new": '"200Gi"',
        "eachItsOwn": False,
        "clusters": ["eu-1"],
    }


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["absent"], 1, "absent: can't be read"),
        (["absent", "absent"], 1, "absent: is not a folder"),
        (["a", "b", "c"], 2, "are more than two"),
        (["a", "b", "--only", "x"], 2, "is a folder"),
    ],
)
def test_wrong_arguments_are_told(neo4j_scenarios: Command, arguments: list[str], code: int, expected: str) -> None:
    done = neo4j_scenarios("diff", *arguments)
    says(done, code, expected)


def test_a_file_that_was_broken_by_hand_is_told(neo4j_scenarios: Command, tmp_path: Path) -> None:
    neo4j_scenarios("build", make_fleet(tmp_path))
    with (tmp_path / "out" / "us-1" / "values.neo4j-restore.yaml").open("a") as file:
        file.write("a: [AKIAIOSFODNN7EXAMPLE\n")
    done = neo4j_scenarios("diff", tmp_path / "fleet.yaml")
    says(done, 1, "us-1/values.neo4j-restore.yaml: is not YAML", unsaid="AKIA")


@settings(deadline=None, max_examples=50)
@given(all_inputs(), all_inputs())
def test_a_difference_is_none_with_itself_and_turned_round_its_opposite(
    one: dict[str, str], two: dict[str, str]
) -> None:
    old, new = {"a/values": render(parse(one))}, {"a/values": render(parse(two))}
    assert not difference(old, old).any
    there, back = difference(old, new).changes, difference(new, old).changes
    turned = {(shared.change.key, shared.change.new, shared.change.old) for shared in back}
    assert {(shared.change.key, shared.change.old, shared.change.new) for shared in there} == turned


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.builds(Change, st.sampled_from("kl"), st.just("1"), st.just("2"))))
)
def test_no_cluster_and_no_change_is_lost_by_grouping(changes: list[tuple[str, Change]]) -> None:
    ungrouped = {(cluster, shared.change) for shared in grouped(changes) for cluster in shared.clusters}
    assert ungrouped == set(changes)
