"""Fleet file -> clusters, or all that is wrong with all of them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from tests.generator.fleet.loading import clusters, problem_text, problems
from tests.generator.fleets import DEFAULTS, GOOD, as_yaml, fleets, make_fleet
from tests.support.mistakes import compare, mistakes
from tests.support.patience import SHARED_FIXTURES

from neo4j_scenarios.errors import GeneratorError, InputFileError, UsageError
from neo4j_scenarios.fleet.fleet import load
from neo4j_scenarios.fleet.selectors import parse_selection
from neo4j_scenarios.parse import parse


def test_layers_are_laid_from_defaults_to_group_to_region_to_cluster(tmp_path: Path) -> None:
    by_name = clusters(tmp_path, GOOD)
    assert list(by_name) == ["eu-1", "eu-2", "us-1"]
    assert by_name["eu-1"].inputs == {
        "scenario": "single-instance",
        "bucket": "gs://backups-eu/eu-1",
        "database": "neo4j,system",
        "storage-size": "100Gi",
        "storage-class": "premium-rwo",
    }
    assert by_name["us-1"].inputs["storage-size"] == "50Gi"
    assert (by_name["us-1"].group, by_name["us-1"].region) == ("prod", "us")
    assert (dict(by_name["us-1"].labels), dict(by_name["eu-2"].labels)) == (
        {"env": "prod", "tier": "gold"},
        {"env": "dev"},
    )


def test_every_cluster_has_the_scenario_that_its_inputs_ask_for(tmp_path: Path) -> None:
    for cluster in clusters(tmp_path, GOOD).values():
        assert cluster.scenarios == (parse(cluster.inputs),)


def test_a_cluster_with_several_targets_has_a_scenario_for_each(tmp_path: Path) -> None:
    (cluster,) = clusters(tmp_path, DEFAULTS + "clusters: {eu-1: {target: [neo4j-restore, neo4j/neo4j]}}").values()
    assert [scenario.target.name for scenario in cluster.scenarios] == ["neo4j-restore", "neo4j/neo4j"]


def test_the_history_of_a_key_names_every_layer_and_its_place(tmp_path: Path) -> None:
    cluster = clusters(tmp_path, GOOD)["us-1"]
    said = [(layer.title, setting.text, setting.place.line) for layer, setting in cluster.history("storage-size")]
    assert said == [("group prod", "100Gi", 9), ("region us", "50Gi", 12)]
    assert cluster.origin("heap-size") is None


def test_variables_know_labels_and_inputs_know_variables(tmp_path: Path) -> None:
    text = """\
defaults:
  scenario: single-instance
  labels: {site: "{{ region }}-{{ name }}"}
  variables: {root: "gs://{{ labels.site }}"}
  bucket: "{{ root }}/{{ group }}"
  database: neo4j
clusters:
- {name: one, group: prod, region: eu}
- {name: two, group: test, region: us, variables: {root: gs://other}}
"""
    by_name = clusters(tmp_path, text)
    assert [by_name[name].inputs["bucket"] for name in by_name] == ["gs://eu-one/prod", "gs://other/test"]


def test_null_removes_what_a_layer_below_says(tmp_path: Path) -> None:
    by_name = clusters(tmp_path, GOOD.replace("eu-2: {}", "eu-2: {storage-class: null, labels: {env: ~}}"))
    assert "storage-class" not in by_name["eu-2"].inputs
    assert by_name["eu-2"].labels == {}


def test_a_selection_leaves_others_out_and_knows_their_names(tmp_path: Path) -> None:
    fleet = load(make_fleet(tmp_path), parse_selection(["env=prod"], ["eu-*"]))
    assert [cluster.name for cluster in fleet.clusters] == ["eu-1"]
    assert fleet.names == ["eu-1", "eu-2", "us-1"]


def test_name_group_and_region_select_like_labels(tmp_path: Path) -> None:
    path = make_fleet(tmp_path)
    for selector, expected in [
        ("region=us", ["us-1"]),
        ("!group", ["eu-2"]),
        ("name in (eu-2,us-1)", ["eu-2", "us-1"]),
    ]:
        assert [cluster.name for cluster in load(path, parse_selection([selector], [])).clusters] == expected


def test_a_selection_of_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="matches none of the 3 clusters"):
        load(make_fleet(tmp_path), parse_selection(["env=stage"], []))


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("eu-1,eu-9", "--only 'eu-9': 'eu-9' is not known: did you mean 'eu-"),
        ("eu-1,ap-*", "--only 'ap-*': matches no cluster"),
    ],
)
def test_a_name_that_fits_no_cluster_is_an_error(tmp_path: Path, only: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(make_fleet(tmp_path), parse_selection([], [only]))
    assert expected in str(caught.value)


def test_a_label_that_no_cluster_has_deserves_a_word(tmp_path: Path) -> None:
    fleet = load(make_fleet(tmp_path), parse_selection(["teir!=gold"], []))
    assert (len(fleet.clusters), list(fleet.remarks)) == (
        3,
        ["-l: no cluster has the label 'teir': did you mean 'tier'?"],
    )
    assert not load(make_fleet(tmp_path), parse_selection(["tier!=gold,region=eu"], [])).remarks


def test_broken_clusters_are_set_aside_where_that_is_asked_for(tmp_path: Path) -> None:
    path = make_fleet(tmp_path, GOOD.replace("eu-2: {}", "eu-2: {heap-size: lots}"))
    fleet = load(path, keep_going=True)
    assert [cluster.name for cluster in fleet.clusters] == ["eu-1", "us-1"]
    (problem,) = fleet.broken["eu-2"].problems
    assert ("heap-size" in problem.where, fleet.broken["eu-2"].cluster.region) == (True, "eu")
    with pytest.raises(InputFileError, match="lots"):
        load(path)


@pytest.mark.parametrize(
    ("line", "name"), [("", "fleet"), ("name: graphs-prod\n", "graphs-prod")], ids=["by its file", "given"]
)
def test_a_fleet_has_a_name(tmp_path: Path, line: str, name: str) -> None:
    assert load(make_fleet(tmp_path, line + GOOD)).name == name


def test_what_is_wrong_with_a_cluster_that_is_not_selected_does_not_matter(tmp_path: Path) -> None:
    path = make_fleet(tmp_path, GOOD.replace("eu-2: {}", "eu-2: {heap-size: lots}"))
    assert len(load(path, parse_selection(["env=prod"], [])).clusters) == 2


def test_a_problem_that_300_clusters_share_is_told_once_at_the_layer_that_made_it(tmp_path: Path) -> None:
    names = [f"eu-{number}" for number in range(300)]
    text = GOOD.replace("50Gi", "lots").replace("scenario:", "heap-size: much\n  scenario:")
    (heap, size) = problems(
        tmp_path, text.replace("eu-2: {}", "\n  ".join(f"{name}: {{region: us}}" for name in names[2:]))
    )
    assert heap.where == "fleet.yaml:2:3: heap-size"
    assert "(300 clusters: eu-1, eu-2, eu-3, …)" in heap.what
    assert len(heap.clusters) == 300
    assert size.where == "fleet.yaml:13:8: storage-size"


def test_a_problem_whose_text_differs_is_told_once_too(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, GOOD.replace("gs://backups", "http://backups"))
    assert problem.where == "fleet.yaml:3:3: bucket"
    assert "'http://backups-eu/eu-1'" in problem.what
    assert problem.what.endswith("(cluster eu-1, and a similar problem in 2 more clusters: eu-2, us-1)")


def test_what_is_missing_is_told_at_the_cluster_or_for_all_at_the_file(tmp_path: Path) -> None:
    text = DEFAULTS.replace("  bucket: gs://backups-{{ region }}/{{ name }}\n", "")
    assert (
        problem_text(tmp_path, text + "clusters: {a: {}, b: {}}") == "fleet.yaml: bucket: is missing (2 clusters: a, b)"
    )
    one = text + "clusters: {a: {}, b: {bucket: gs://bbb}}"
    assert problem_text(tmp_path, one) == "fleet.yaml:6:12: bucket: is missing (cluster a)"


def test_hazards_are_told_at_the_layer_that_made_them(tmp_path: Path) -> None:
    text = GOOD.replace("storage-size: 100Gi", "force-overwrite: 'true'")
    assert "fleet.yaml:9:31: force-overwrite: with 'true', each start of a single server's pod" in problem_text(
        tmp_path, text
    )


@pytest.mark.parametrize("path", mistakes(Path(__file__).parent / "mistakes"), ids=lambda path: path.stem)
def test_all_mistakes_of_a_file_are_told_at_once_at_their_lines(path: Path) -> None:
    with pytest.raises(GeneratorError) as caught:
        load(path)
    assert "\n".join(compare(path, "\n".join(f"{each.where}: {each.what}" for each in caught.value.problems))) == ""


def test_an_inventory_that_is_missing_is_told_by_its_name(tmp_path: Path) -> None:
    assert "absent.csv: can't be read: No such file" in problem_text(tmp_path, "inventory: absent.csv\n")


def test_a_file_that_is_a_list_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError) as raised:
        load(make_fleet(tmp_path, "- a\n"))
    assert [problem.what for problem in raised.value.problems] == ["is not a map of keys with values"]


def test_a_name_that_would_break_out_of_a_comment_is_refused(tmp_path: Path) -> None:
    path = make_fleet(tmp_path).rename(tmp_path / "fleet\nevil: true.yaml")
    with pytest.raises(GeneratorError, match="has a control character in its name"):
        load(path)


@pytest.mark.parametrize("place", ["bucket", "labels", "variables", "name", "group", "key"])
def test_a_key_is_shown_in_no_message(tmp_path: Path, place: str) -> None:
    key = "AKIAIOSFODNN7EXAMPLE"
    cluster = {
        "bucket": {"bucket": key},
        "labels": {"labels": {"a": key}},
        "variables": {"variables": {"a": key}},
        "group": {"group": key},
        "key": {key: "x"},
        "name": {},
    }[place]
    text = as_yaml({"groups": {"a": {}}, "clusters": {key if place == "name" else "a": cluster}})
    assert "looks like a key" in problem_text(tmp_path, text)
    assert key not in str(problems(tmp_path, text))


def test_a_key_put_together_by_an_expression_is_refused(tmp_path: Path) -> None:
    text = DEFAULTS + "clusters: {a: {secret: \"{{ 'AKIA' ~ 'IOSFODNN7EXAMPLE' }}\"}}"
    assert "looks like a key" in problem_text(tmp_path, text)


@settings(deadline=None, suppress_health_check=SHARED_FIXTURES)
@given(fleets())
def test_a_cluster_of_a_fleet_is_the_scenario_of_its_inputs(
    tmp_path: Path, fleet: dict[str, dict[str, dict[str, str]]]
) -> None:
    for cluster in load(make_fleet(tmp_path, as_yaml(fleet))).clusters:
        said = {key: text for key, text in fleet["clusters"][cluster.name].items() if key != "group"}
        assert cluster.scenarios == (parse(said),)
        expected = fleet["defaults"]["labels"] | fleet["groups"][cluster.group]["labels"]  # type: ignore[operator] # maps
        assert cluster.labels == {name: text for name, text in expected.items() if text is not None}


def test_a_variable_that_names_another_is_told_that_it_cannot(tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path, DEFAULTS + "clusters: {a: {variables: {x: a, y: '{{ x }}'}}}\n")
    with pytest.raises(InputFileError) as caught:
        load(fleet)
    assert "but no other variable" in caught.value.problems[0].hint
