"""What made each value, what an install does, and what it risks."""

import json
from pathlib import Path

import pytest
from tests.generator.conftest import Command
from tests.generator.fleets import GOOD, make_fleet
from tests.support.says import says

from neo4j_scenarios.fleet import lockfile
from neo4j_scenarios.fleet.lockfile import Entry
from neo4j_scenarios.inputs.fields import FIELDS


@pytest.fixture
def explain(neo4j_scenarios: Command, tmp_path: Path) -> Command:
    """Return the command for a fleet of three clusters."""
    fleet = make_fleet(tmp_path, GOOD.replace("eu-2: {}", "eu-2: {labels: {env: null}, force-overwrite: once}"))
    return lambda *arguments: neo4j_scenarios("explain", *arguments, "-f", fleet)


def test_a_value_names_the_layer_that_made_it_and_those_it_overrides(explain: Command, tmp_path: Path) -> None:
    done = explain("us-1", "storage-size")
    says(done, 0)
    assert done.err == ""
    assert done.out.replace(f"{tmp_path}/", "").splitlines() == [
        "storage-size: 50Gi",
        "    region us, fleet.yaml:12:8",
        "    over group prod, fleet.yaml:9:31: 100Gi",
    ]


def test_a_pin_of_the_lock_lies_over_all_layers(explain: Command, tmp_path: Path) -> None:
    entry = Entry({"bucket": "gs://backups-eu/eu-1", "database": "neo4j,system"}, "2026-08-22", {})
    lock = tmp_path / "fleet.lock.yaml"
    lock.write_text(lockfile.text({"eu-1": entry}, "fleet.yaml"))
    line = next(number for number, text in enumerate(lock.read_text().splitlines(), 1) if "eu-1:" in text)
    assert explain("eu-1", "timestamp").out == f"timestamp: 2026-08-22\n    lock, {lock}:{line}:3\n"


def test_an_expression_is_shown_with_what_it_gave(explain: Command, tmp_path: Path) -> None:
    assert explain("eu-1", "bucket").out.replace(f"{tmp_path}/", "").splitlines() == [
        "bucket: gs://backups-eu/eu-1",
        "    defaults, fleet.yaml:3:3: gs://backups-{{ region }}/{{ name }}",
    ]


def test_what_nobody_says_is_a_default(explain: Command) -> None:
    assert explain("eu-1", "heap-size").out == "heap-size: 512m\n    by default\n"
    assert explain("eu-1", "backup-set-dir").out == "backup-set-dir: none\n    by default\n"


@pytest.mark.parametrize("key", [field.key for field in FIELDS])
def test_every_input_can_be_explained(explain: Command, key: str) -> None:
    assert explain("eu-1", key).out.startswith(f"{key}: ")


def test_an_install_and_its_risks_are_told_in_words(explain: Command) -> None:
    text = " ".join(explain("eu-2").out.split())
    for sentence in [
        "What an install does (neo4j-restore)",
        "restores neo4j and system from gs://backups-eu/eu-2",
        "users and passwords become those of the backup",
        "Which data is at risk (neo4j-restore) - HAZARD: the first start with a new restore id replaces",
    ]:
        assert sentence in text


def test_a_rename_is_told_with_both_names(neo4j_scenarios: Command, tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path, GOOD.replace("eu-2: {}", "eu-2: {database: 'staging=neo4j, system'}"))
    text = " ".join(neo4j_scenarios("explain", "eu-2", "-f", fleet).out.split())
    assert "restores neo4j as staging and system from gs://backups-eu/eu-2" in text
    assert "The set of neo4j is restored as staging." in text
    assert "The restored system only knows these sets by their old names." in text
    assert neo4j_scenarios("explain", "eu-2", "database", "-f", fleet).out.startswith("database: staging=neo4j")


def test_a_program_gets_json(explain: Command) -> None:
    result = json.loads(explain("eu-1", "--json").out)
    assert (result["cluster"], result["group"], result["region"]) == ("eu-1", "prod", "eu")
    values = {value["key"]: value for value in result["values"]}
    assert values["labels.env"]["value"] == "prod"
    assert [said["layer"] for said in values["labels.env"]["said"]] == ["group prod", "defaults"]
    assert [target["target"] for target in result["targets"]] == ["neo4j-restore"]


def test_names_that_are_not_known_are_told_with_the_nearest(explain: Command) -> None:
    assert "CLUSTER: 'eu-11' is not known: did you mean 'eu-1'?" in explain("eu-11").err
    done = explain("eu-1", "storage-sise")
    says(done, 2, "KEY: 'storage-sise' is not known: did you mean 'storage-size'?")


def test_another_clusters_problems_do_not_matter(neo4j_scenarios: Command, tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path, GOOD.replace("eu-2: {}", "eu-2: {heap-size: lots}"))
    says(neo4j_scenarios("explain eu-1 -f", fleet), 0)
    says(neo4j_scenarios("explain eu-2 -f", fleet), 1)


def test_the_clusters_of_a_fleet_are_listed(neo4j_scenarios: Command, tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path)
    assert neo4j_scenarios("list", fleet).out.splitlines()[1].split() == [
        *("eu-1", "prod", "eu", "single-instance", "neo4j-restore", "env=prod")
    ]
    rows = json.loads(neo4j_scenarios("list --json -l env=dev", fleet).out)
    assert [row["cluster"] for row in rows] == ["eu-2"]
    assert "FLEET: is missing" in neo4j_scenarios("list -l env=dev").err


def test_of_many_clusters_few_are_named(neo4j_scenarios: Command, tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path, GOOD + "".join(f"  c-{number:04}: {{}}\n" for number in range(2000)))
    done = neo4j_scenarios("explain zzz --fleet", fleet)
    says(done, 2, "… 2003 in all")
    assert len(done.err) < 300
