"""Overrides of a fleet file: inputs of some clusters for a time."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from tests.generator.conftest import Command
from tests.generator.fleets import GOOD, make_fleet
from tests.support.says import says

from neo4j_scenarios.errors import InputFileError
from neo4j_scenarios.fleet.fleet import Fleet, load

LONG = "until: 2999-01-01T00:00:00Z"
INCIDENT = f"""\
overrides:
  - name: incident-42
    select: env=prod
    set: {{force-overwrite: once, timestamp: "2026-01-31T02:00:00Z"}}
    {LONG}
    waves: [1, rest]
"""


def loaded(folder: Path, overrides: str, now: datetime | None = None) -> Fleet:
    return load(make_fleet(folder, GOOD + overrides), now=now)


def inputs(fleet: Fleet, key: str) -> dict[str, str]:
    return {cluster.name: cluster.inputs[key] for cluster in fleet.clusters if key in cluster.inputs}


def test_an_override_lies_over_the_clusters_that_it_selects(tmp_path: Path) -> None:
    fleet = loaded(tmp_path, INCIDENT)
    assert inputs(fleet, "force-overwrite") == {"eu-1": "once", "us-1": "once"}
    assert {cluster.name: cluster.overrides for cluster in fleet.clusters} == {
        "eu-1": ("incident-42",),
        "eu-2": (),
        "us-1": ("incident-42",),
    }


def test_what_it_restores_bears_its_name_and_ends_with_it(tmp_path: Path) -> None:
    fleet = loaded(tmp_path, INCIDENT)
    assert inputs(fleet, "restore-id") == {"eu-1": "incident-42", "us-1": "incident-42"}
    assert inputs(fleet, "not-after") == {"eu-1": "2999-01-01T00:00:00Z", "us-1": "2999-01-01T00:00:00Z"}
    own = INCIDENT.replace("force-overwrite: once", "force-overwrite: once, restore-id: a, not-after: null")
    fleet = loaded(tmp_path, own)
    assert (inputs(fleet, "restore-id"), inputs(fleet, "not-after")) == ({"eu-1": "a", "us-1": "a"}, {})


def test_after_its_end_it_has_no_effect_and_is_dead_wood(tmp_path: Path) -> None:
    text = INCIDENT.replace("2999", "2027")
    before = loaded(tmp_path, text, datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
    after = loaded(tmp_path, text, datetime(2027, 1, 1, tzinfo=UTC))
    assert len(inputs(before, "restore-id")) == 2
    assert inputs(after, "restore-id") == {}
    (remark,) = after.remarks
    assert "override incident-42 ended at 2027-01-01T00:00:00Z: you can remove it" in remark


def test_one_that_selects_nothing_deserves_a_word(tmp_path: Path) -> None:
    assert "selects no cluster" in loaded(tmp_path, INCIDENT.replace("env=prod", "env=prd")).remarks[0]


def test_waves_take_their_number_and_then_the_rest(tmp_path: Path) -> None:
    (override,) = loaded(tmp_path, INCIDENT.replace("[1, rest]", "[1, 2, rest]")).overrides
    assert override.split(list("abcdef")) == [["a"], ["b", "c"], ["d", "e", "f"]]
    assert override.split(["a"]) == [["a"]]
    (bare,) = loaded(tmp_path, INCIDENT.replace("    waves: [1, rest]\n", "")).overrides
    assert bare.split(["a", "b"]) == [["a", "b"]]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (f"    {LONG}\n", "", "an override has no 'until'"),
        ("    select: env=prod\n", "", "an override has neither 'select' nor 'only'"),
        ("select: env=prod", "select: 'a b'", "select: 'a b' is not a label selector"),
        ("select: env=prod", "slect: env=prod", "did you mean 'select'?"),
        ("force-overwrite: once", "force-overwrit: once", "did you mean 'force-overwrite'?"),
        ("force-overwrite: once", "labels: {env: dev}", "labels.env: can't be overridden"),
        ("force-overwrite: once", "scenario: cluster", "scenario: can't be overridden"),
        ("2999-01-01T00:00:00Z", "tomorrow", "until: 'tomorrow'"),
        ("[1, rest]", "[0]", "waves: must be a list of whole numbers"),
        ("[1, rest]", "[rest, 1]", "waves: must be a list of whole numbers"),
        ("name: incident-42", "name: a b", "name: 'a b'"),
        ("force-overwrite: once", "force-overwrite: twice", "force-overwrite: 'twice'"),
    ],
)
def test_a_broken_override_is_told_with_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    with pytest.raises(InputFileError) as caught:
        loaded(tmp_path, INCIDENT.replace(old, new))
    messages = "; ".join(f"{problem.where}: {problem.what}" for problem in caught.value.problems)
    assert expected in messages
    assert re.search(r"fleet\.yaml:(1[7-9]|2\d):\d+", messages)


def test_two_of_one_name_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="'incident-42' is set twice"):
        loaded(tmp_path, INCIDENT + INCIDENT.partition("\n")[2])


def test_explain_names_the_override(neo4j_scenarios: Command, tmp_path: Path) -> None:
    text = neo4j_scenarios("explain eu-1 force-overwrite -f", make_fleet(tmp_path, GOOD + INCIDENT)).out
    assert "override incident-42, " in text


def test_diff_and_build_say_first_which_clusters_replace_data(neo4j_scenarios: Command, tmp_path: Path) -> None:
    path = make_fleet(tmp_path)
    neo4j_scenarios("build", path)
    path.write_text(GOOD + INCIDENT)
    first = "2 clusters will replace existing data, by override incident-42: eu-1, us-1"
    assert neo4j_scenarios("diff", path).out.splitlines()[0] == first
    assert json.loads(neo4j_scenarios("diff --json", path).out)["replaces"] == first
    assert neo4j_scenarios("build --check", path).err.splitlines()[0] == first
    refused = neo4j_scenarios("build --max-restores 1", path)
    says(refused, 1)
    assert refused.err.splitlines()[:2] == [
        first,
        "error: --max-restores: 2 clusters would replace existing data, but only 1 may",
    ]
    assert "once" not in (tmp_path / "out/eu-1/values.neo4j-restore.yaml").read_text().split("forceOverwrite")[1][:20]
    says(neo4j_scenarios("build", path), 0)
    # The request is rendered, so another change does not ask for it a second time.
    path.write_text(GOOD.replace("100Gi", "200Gi") + INCIDENT)
    assert "replace data" not in neo4j_scenarios("build", path).err


def test_a_new_cluster_and_one_that_overwrites_nothing_are_not_counted(
    neo4j_scenarios: Command, tmp_path: Path
) -> None:
    path = make_fleet(tmp_path, GOOD + INCIDENT)
    assert "replace data" not in neo4j_scenarios("build", path).err
    path.write_text(GOOD + INCIDENT.replace("env=prod", "env=none"))
    assert "replace data" not in neo4j_scenarios("build", path).err


def test_a_script_rolls_an_override_out_by_its_waves_alone(neo4j_scenarios: Command, tmp_path: Path) -> None:
    path = make_fleet(tmp_path, GOOD + INCIDENT)
    says(neo4j_scenarios(f"emit script {path} --override incident-42"), 0)
    lines = (tmp_path / "script-incident-42/install.sh").read_text().splitlines()
    words = [line.split()[:3] for line in lines if line.startswith(("install neo4j", "wave 1", "wave 2"))]
    assert words == [
        ["install", "neo4j", "eu-1"],
        ["wave", "1"],
        ["install", "neo4j", "us-1"],
        ["wave", "2"],
    ]
    assert any("emit script fleet.yaml --override incident-42" in line for line in lines)


def test_flux_gets_an_override_wave_after_wave(neo4j_scenarios: Command, tmp_path: Path) -> None:
    chart = "--chart neo4j-restore=oci://registry.example/charts/neo4j-restore:0.1.0"
    path = make_fleet(tmp_path)
    neo4j_scenarios(f"emit flux {path} {chart}")

    def overridden() -> list[str]:
        resources = {each.stem: yaml.safe_load(each.read_text()) for each in (tmp_path / "flux/wave-0").glob("*.yaml")}
        restores = {name: each["spec"]["values"]["restore"] for name, each in resources.items()}
        return sorted(name for name, restore in restores.items() if restore.get("restoreId") == "incident-42")

    path.write_text(GOOD + INCIDENT)
    done = neo4j_scenarios(f"emit flux {path} {chart} --override incident-42")
    says(done, 0)
    assert overridden() == ["eu-1"]
    assert (
        done.err.splitlines()[-1]
        == "wave 1 of 2 is written: commit it. When eu-1 are ready, run it again with --wave 2"
    )
    done = neo4j_scenarios(f"emit flux {path} {chart} --override incident-42 --wave 2")
    says(done, 0)
    assert overridden() == ["eu-1", "us-1"]
    says(neo4j_scenarios(f"emit flux {path} {chart} --check"), 0)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("--override incident-43", "did you mean 'incident-42'?"),
        ("--override incident-42 --only eu-1", "selects its own clusters"),
        ("--override incident-42 --wave 1", "script installs all waves in order by itself"),
        ("--wave 1", "needs --override"),
    ],
)
def test_what_a_rollout_does_not_take_is_refused(
    neo4j_scenarios: Command, tmp_path: Path, flags: str, expected: str
) -> None:
    done = neo4j_scenarios(f"emit script {make_fleet(tmp_path, GOOD + INCIDENT)} {flags}")
    says(done, 2, expected)
