"""The page for an incident: each of its commands is run, in order, on a fleet whose buckets have sets."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from tests.docs.pages import ROOT, blocks, commands
from tests.support.here import neo4j_scenarios
from tests.support.says import says
from tests.support.stores import Bucket

PAGE = ROOT / "docs" / "worst-day.md"
FLEET = """\
defaults: {{scenario: single-instance, bucket: "{url}/{{{{ name }}}}", database: neo4j, emulator-host: "{host}"}}
clusters:
  prod-eu-1: {{region: eu, labels: {{env: prod}}}}
  prod-eu-2: {{region: eu, labels: {{env: prod}}}}
  prod-us-1: {{region: us, labels: {{env: prod}}}}
  test-eu-1: {{region: eu, labels: {{env: test}}}}
"""
DIFFERENT = {"diff"}


@pytest.fixture
def desk(tmp_path: Path, bucket: Bucket) -> Path:
    """Return a folder with a fleet that is locked and built. Each cluster has a set before the damage and one after."""
    (tmp_path / "fleet.yaml").write_text(FLEET.format(url=bucket.url, host=bucket.host))
    for name in ("prod-eu-1", "prod-eu-2", "prod-us-1", "test-eu-1"):
        bucket.put(f"{name}/neo4j-2026-01-30T02-00-00.dump", b"before the damage")
        bucket.put(f"{name}/neo4j-2026-02-01T02-00-00.dump", b"with the damage")
    chart = ["--chart", "neo4j-restore=oci://registry.example/charts/neo4j-restore:0.1.0"]
    for command in (["lock"], ["build"], ["emit", "flux", *chart]):
        says(run(tmp_path, [*command, "fleet.yaml"]), 0)
    return tmp_path


def run(desk: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    return neo4j_scenarios(desk, *words)


def restores(desk: Path, name: str) -> dict[str, str]:
    """Return the request in a cluster's values file."""
    values = yaml.safe_load((desk / "out" / name / "values.neo4j-restore.yaml").read_text())["restore"]
    return {key: values[key] for key in ("timestamp", "forceOverwrite") if key in values}


def test_every_command_works_in_its_order_and_reaches_the_selected_clusters_alone(desk: Path) -> None:
    before = {name: restores(desk, name) for name in ("prod-eu-1", "prod-us-1", "test-eu-1")}
    plain = (desk / "fleet.yaml").read_text()
    (override,), pods = blocks(PAGE, "yaml"), ["prod-eu-1", "prod-eu-2", "prod-us-1"]
    steps = [words[1:] for words in commands(PAGE, "neo4j-scenarios")]
    for words in steps:
        if words[0] == "lock":
            # The override is added before the first lock, and lifted before the last.
            (desk / "fleet.yaml").write_text(plain + override if "-l" in words else plain)
        done = run(desk, words)
        expected = 3 if words[0] in DIFFERENT else 0
        says(done, expected)
        if "--wave" in words:
            restored = [each for each in pods if "incident-42" in (desk / f"flux/wave-0/{each}.yaml").read_text()]
            assert restored == pods[: int(words[-1])]
        if words[0] == "diff":
            assert done.stdout.startswith("2 clusters will replace existing data")
    assert {name: restores(desk, name) for name in before} == before
    waves = re.findall(
        r"^(install \S+ \S+|wave \d)", (desk / "script-incident-42/install.sh").read_text(), re.MULTILINE
    )
    assert waves == ["install neo4j prod-eu-1", "wave 1", "install neo4j prod-eu-2", "wave 2"]
    pins = yaml.safe_load((desk / "fleet.lock.yaml").read_text())["clusters"]
    assert set(pins) == {"prod-eu-1", "prod-eu-2", "prod-us-1", "test-eu-1"}
    assert len(steps) >= 10


def test_the_override_takes_the_sets_before_the_damage(desk: Path) -> None:
    (override,) = blocks(PAGE, "yaml")
    with (desk / "fleet.yaml").open("a") as file:
        file.write(override)
    says(run(desk, ["lock", "fleet.yaml"]), 0)
    says(run(desk, ["build", "fleet.yaml"]), 0)
    assert restores(desk, "prod-eu-1") == {"timestamp": "2026-01-30T02-00-00", "forceOverwrite": "once"}
    assert restores(desk, "prod-us-1")["timestamp"] == "2026-02-01T02-00-00"
    pins = yaml.safe_load((desk / "fleet.lock.yaml").read_text())["clusters"]
    assert pins["prod-eu-1"]["timestamp"] == "2026-02-01T02-00-00"
    assert pins["prod-eu-1@incident-42"]["timestamp"] == "2026-01-30T02-00-00"
