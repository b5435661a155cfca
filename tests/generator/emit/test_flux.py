"""What Flux is told of a fleet, against its published schemas."""

import re
from pathlib import Path

import pytest
import yaml
from tests.generator.conftest import Command
from tests.generator.emit.engines import CHARTS, ROOT, objects, valid
from tests.support.says import says


def test_flux_applies_a_wave_after_the_one_before(emit: Command, tmp_path: Path) -> None:
    says(emit("flux", f"{CHARTS} --path fleets/prod"), 0)
    waves, charts = objects(tmp_path / "out/waves.yaml"), objects(tmp_path / "out/charts.yaml")
    resources = [each for path in sorted((tmp_path / "out").glob("wave-*/*.yaml")) for each in objects(path)]
    valid([*waves, *charts, *resources])
    assert [(each["spec"]["path"], each["spec"].get("dependsOn")) for each in waves] == [
        ("./fleets/prod/wave-0", None),
        ("./fleets/prod/wave-2", [{"name": "fleet-wave-0"}]),
        ("./fleets/prod/wave-10", [{"name": "fleet-wave-2"}]),
    ]
    repositories = {each["metadata"]["name"]: each["spec"] for each in charts}
    assert {spec["url"]: spec.get("type") for spec in repositories.values()} == {
        "oci://registry.example:5000/charts": "oci",
        "https://helm.example/charts": None,
    }
    assert all(each["spec"]["chart"]["spec"]["sourceRef"]["name"] in repositories for each in resources)


def test_a_helm_release_of_flux_holds_the_values_of_the_values_file(
    emit: Command, neo4j_scenarios: Command, tmp_path: Path
) -> None:
    emit("flux", CHARTS)
    neo4j_scenarios(f"build {tmp_path / 'fleet.yaml'}", "-o", tmp_path / "values")
    (live,) = objects(tmp_path / "out/wave-10/live.yaml")
    assert live["spec"]["values"] == yaml.safe_load((tmp_path / "values/live/values.neo4j-restore.yaml").read_text())
    assert live["spec"]["kubeConfig"] == {"secretRef": {"name": "us-prod"}}
    assert (live["spec"]["targetNamespace"], live["spec"]["storageNamespace"]) == ("graph", "graph")
    assert live["metadata"]["name"] == "fleet-live"


def test_no_path_of_flux_takes_all_waves_at_once(emit: Command, tmp_path: Path) -> None:
    emit("flux", CHARTS)
    (top,) = objects(tmp_path / "out/kustomization.yaml")
    assert top["resources"] == ["charts.yaml", "waves.yaml"]


def test_flux_forms_a_new_cluster_and_upgrades_one_server_after_the_other(emit: Command, tmp_path: Path) -> None:
    emit("flux", CHARTS)
    servers = [objects(tmp_path / f"out/wave-2/big-{number}.yaml")[0]["spec"] for number in (1, 2, 3)]
    assert [each.get("dependsOn") for each in servers] == [
        None,
        [{"name": "fleet-big-1"}],
        [{"name": "fleet-big-2"}],
    ]
    # None is ready before all are there: only the last one can be waited for.
    assert [each["install"].get("disableWait") for each in servers] == [True, True, None]
    assert all("disableWait" not in each["upgrade"] for each in servers)


def test_flux_tries_a_failed_restore_again_and_uninstalls_nothing(emit: Command, tmp_path: Path) -> None:
    emit("flux", CHARTS)
    (live,) = objects(tmp_path / "out/wave-10/live.yaml")
    for action in ("install", "upgrade"):
        assert live["spec"][action]["strategy"] == {"name": "RetryOnFailure", "retryInterval": "5m0s"}
        assert "remediation" not in live["spec"][action]


@pytest.mark.parametrize(
    ("flag", "expected"),
    [("", "15m0s"), ("--timeout 90s", "1m30s"), ("--timeout 1d2h", "26h0m0s"), ("--timeout 2h", "2h0m0s")],
)
def test_flux_waits_so_long_for_a_release_and_its_wave_and_then_takes_a_change_up(
    emit: Command, tmp_path: Path, flag: str, expected: str
) -> None:
    says(emit("flux", f"{CHARTS} {flag}"), 0)
    (live,), waves = objects(tmp_path / "out/wave-10/live.yaml"), objects(tmp_path / "out/waves.yaml")
    valid([live, *waves])
    assert {each["spec"]["timeout"] for each in (live, *waves)} == {expected}
    # Without it the next wave would wait for the interval of ten minutes after a release is ready.
    assert {each["spec"]["retryInterval"] for each in waves} == {"15s"}
    head = (tmp_path / "out/waves.yaml").read_text().partition("---")[0]
    assert (f" {flag}\n" in head) == bool(flag)


def test_the_schemas_are_those_of_the_controllers_that_run_on_a_cluster() -> None:
    pin = re.compile(r"github\.com/fluxcd/(\w+-controller) (v\S+)")
    built = [(ROOT / "tools" / "flux" / path).read_text() for path in ("go.mod", "kustomize/go.mod")]
    of_crds = set(pin.findall((ROOT / "tools" / "crds").read_text()))
    assert {name for name, _ in of_crds} == {"helm-controller", "kustomize-controller", "source-controller"}
    assert {version for text in built for version in pin.findall(text)} == of_crds
