"""`neo4j-scenarios emit`: what engines are told of a fleet, against their published schemas or the engine itself."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from bench.programs import program
from tests.generator.conftest import Command, Result
from tests.generator.emit.published import schemas
from tests.generator.fleets import make_fleet
from tests.support.says import says

from neo4j_scenarios.emit import ENGINES

ROOT = Path(__file__).parents[3]
KINDS = {
    "ApplicationSet": "argoproj.io/v1alpha1",
    "AppProject": "argoproj.io/v1alpha1",
    "HelmRelease": "helm.toolkit.fluxcd.io/v2",
    "Kustomization": "kustomize.toolkit.fluxcd.io/v1",
    "HelmRepository": "source.toolkit.fluxcd.io/v1",
}

FLEET = """\
defaults:
  scenario: single-instance
  bucket: gs://backups/{{ name }}
  database: [neo4j, system]
  labels: {wave: "0"}
groups:
  prod: {labels: {wave: "10"}}
  graph:
    scenario: cluster
    target: neo4j/neo4j
    database: neo4j
    timestamp: "2026-01-31T02:00:00Z"
    edition: enterprise
    accept-license: "yes"
    accept-first-bootstrap: "true"
    labels: {wave: "2"}
clusters:
  live: {group: prod, variables: {kubernetes: us-prod, namespace: graph}}
  big: {group: graph}
  trial: {}
"""
CHARTS = (
    "--chart neo4j-restore=oci://registry.example:5000/charts/neo4j-restore:0.1.0"
    " --chart neo4j/neo4j=https://helm.example/charts/neo4j:5.26.0"
)
GIT = "--repository https://git.example/graphs.git --path fleets/prod/"

Object = dict[str, Any]


@pytest.fixture
def emit(neo4j_scenarios: Command, tmp_path: Path) -> Command:
    """Return `neo4j-scenarios emit` with a fleet: `emit("flux", CHARTS)`; its folder is `tmp_path / "out"`."""

    def run(engine: str, flags: str = "", fleet: str = FLEET) -> Result:
        path = make_fleet(tmp_path, fleet)
        return neo4j_scenarios(f"emit {engine} {path} -o {tmp_path / 'out'} {flags}")

    return run


def objects(path: Path) -> list[Object]:
    """Return the documents of a file."""
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def valid(found: list[Object]) -> None:
    """Assert that each object is what the schema of its kind takes."""
    for each in found:
        schema = schemas()[each["apiVersion"], each["kind"]]
        problems = [
            f"{each['kind']} {error.instance_path}: {error.message}"
            for error in jsonschema_rs.validator_for(schema).iter_errors(each)
        ]
        assert problems == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_published_schema_refuses_a_key_that_is_not_known(kind: str) -> None:
    schema = schemas()[KINDS[kind], kind]
    told = [error.message for error in jsonschema_rs.validator_for(schema).iter_errors({"sepc": {}})]
    assert any("sepc" in message for message in told)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_second_time_nothing_is_written_and_a_check_agrees(emit: Command, engine: str) -> None:
    flags = f"{CHARTS} {GIT}"
    says(emit(engine, flags), 0, unsaid="written")
    says(emit(engine, f"{flags} --check"), 0)
    says(emit(engine, f"{flags} --check --at-once 20"), 3)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_command_in_a_file_names_all_that_it_was_written_with(emit: Command, tmp_path: Path, engine: str) -> None:
    emit(engine, f"{CHARTS} {GIT} --at-once 5 --part early -l wave!=2")
    written = [path for path in (tmp_path / "out").rglob("*") if path.suffix in {".yaml", ".sh"}]
    heads = [line for path in written for line in path.read_text().splitlines()[:3]]
    assert any(
        f"emit {engine} fleet.yaml" in head
        and all(
            word in head
            for word in ["--chart neo4j/neo4j=", "--path fleets/prod", "-l 'wave!=2'", "--part early", "--at-once 5"]
        )
        for head in heads
    )


def test_argo_cd_syncs_wave_by_wave_from_git(emit: Command, tmp_path: Path) -> None:
    says(emit("argocd", f"{CHARTS} {GIT} --at-once 4 --revision main"), 0)
    (own,) = objects(tmp_path / "out/applicationset.neo4j-restore.yaml")
    (official,) = objects(tmp_path / "out/applicationset.neo4j.yaml")
    valid([own, official])
    steps = own["spec"]["strategy"]["rollingSync"]["steps"]
    assert [(step["matchExpressions"][0]["values"], step["maxUpdate"]) for step in steps] == [(["0"], 4), (["10"], 4)]
    trial, live = own["spec"]["generators"][0]["list"]["elements"]
    assert (trial["application"], trial["kubernetes"], trial["namespace"]) == ("fleet-trial", "in-cluster", "trial")
    assert (live["application"], live["kubernetes"], live["namespace"]) == ("fleet-live", "us-prod", "graph")
    chart, values = own["spec"]["template"]["spec"]["sources"]
    assert (chart["repoURL"], chart["chart"]) == ("registry.example:5000/charts", "neo4j-restore")
    assert chart["helm"]["valueFiles"] == ["$values/fleets/prod/{{.values}}"]
    assert values == {"repoURL": "https://git.example/graphs.git", "targetRevision": "main", "ref": "values"}
    assert all((tmp_path / "out" / each["values"]).is_file() for each in (trial, live))
    assert own["spec"]["syncPolicy"] == {"preserveResourcesOnDeletion": True}


def test_argo_cd_leaves_the_servers_of_a_cluster_to_a_hand(emit: Command, tmp_path: Path) -> None:
    emit("argocd", f"{CHARTS} {GIT}")
    path = tmp_path / "out/applicationset.neo4j.yaml"
    (official,) = objects(path)
    valid([official])
    # Without a strategy and without automation Argo CD syncs nothing by itself.
    assert "strategy" not in official["spec"]
    assert "automated" not in official["spec"]["template"]["spec"]["syncPolicy"]
    assert "argocd app sync --async --selector neo4j-scenarios/cluster=CLUSTER" in path.read_text()
    emit("argocd", f"{CHARTS} {GIT}", FLEET.replace("trial: {}", "trial: {target: neo4j/neo4j, password-secret: a}"))
    (mixed,) = objects(path)
    (step,) = mixed["spec"]["strategy"]["rollingSync"]["steps"]
    assert step["matchExpressions"][1] == {"key": "neo4j-scenarios/servers", "operator": "In", "values": ["1"]}
    servers = {each["application"]: each["servers"] for each in mixed["spec"]["generators"][0]["list"]["elements"]}
    assert servers == {"fleet-trial": "1", **{f"fleet-big-{number}": "3" for number in (1, 2, 3)}}


def test_argo_cd_renders_the_official_chart_without_a_look_into_the_cluster(emit: Command, tmp_path: Path) -> None:
    emit("argocd", f"{CHARTS} {GIT}")
    (official,) = objects(tmp_path / "out/applicationset.neo4j.yaml")
    assert official["spec"]["template"]["spec"]["sources"][0]["helm"]["valuesObject"] == {"disableLookups": True}
    elements = official["spec"]["generators"][0]["list"]["elements"]
    assert [(each["application"], each["release"], each["values"]) for each in elements] == [
        (f"fleet-big-{number}", f"neo4j-{number}", "big/values.neo4j.yaml") for number in (1, 2, 3)
    ]


def test_argo_cd_has_a_project_with_windows_where_that_is_asked_for(emit: Command, tmp_path: Path) -> None:
    emit("argocd", f"{CHARTS} {GIT} --project graphs --argocd-namespace gitops")
    assert not (tmp_path / "out/project.yaml").exists()
    path = make_fleet(tmp_path, FLEET)
    command = f"emit argocd {path} -o {tmp_path / 'out'} {CHARTS} {GIT} --project graphs --argocd-namespace gitops"
    window = "deny;0 8 * * 1-5;10h"
    done = run_emit(*command.split(), "--sync-window", window)
    says(done, 0)
    found = [each for file in (tmp_path / "out").glob("*.yaml") for each in objects(file)]
    valid(found)
    assert {each["metadata"]["namespace"] for each in found} == {"gitops"}
    (project,) = (each for each in found if each["kind"] == "AppProject")
    assert project["spec"]["syncWindows"] == [
        {"kind": "deny", "schedule": "0 8 * * 1-5", "duration": "10h", "applications": ["*"], "manualSync": True}
    ]
    assert project["spec"]["destinations"] == [
        {"name": "in-cluster", "namespace": "*"},
        {"name": "us-prod", "namespace": "*"},
    ]
    (own,) = (each for each in found if each["metadata"]["name"].endswith("-neo4j-restore"))
    assert own["spec"]["template"]["spec"]["project"] == "graphs"


def run_emit(*argv: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("neo4j-scenarios")
    return subprocess.run([program, *argv], capture_output=True, text=True, check=False)


def test_argo_cd_is_not_given_a_chart_that_makes_another_password_at_each_render(emit: Command) -> None:
    alone = "clusters:\n  one: {target: neo4j/neo4j}\n  two: {target: neo4j-helm, password-secret: first}\n"
    charts = f"{CHARTS} --chart neo4j-helm=https://helm.example/labs/neo4j:4.4.10"
    done = emit("argocd", f"{charts} {GIT}", FLEET.partition("groups:")[0] + alone)
    says(
        done,
        2,
        "error: password-secret: is missing for one: neo4j/neo4j makes a new password",
        "try: defaults: {password-secret: neo4j-password}",
    )
    says(emit("flux", charts, FLEET.partition("groups:")[0] + alone), 0)


def test_argo_cd_is_not_given_more_than_kubernetes_takes(emit: Command) -> None:
    clusters = "".join(f"  {'c' * 40}-{number}: {{}}\n" for number in range(5000))
    done = emit("argocd", f"{CHARTS} {GIT}", FLEET.partition("groups:")[0] + "clusters:\n" + clusters)
    says(done, 2, "error: the ApplicationSet: for neo4j-restore would have ")


def test_flux_applies_a_wave_after_the_one_before(emit: Command, tmp_path: Path) -> None:
    says(emit("flux", f"{CHARTS} --path fleets/prod"), 0)
    waves, charts = objects(tmp_path / "out/waves.yaml"), objects(tmp_path / "out/charts.yaml")
    found = [each for path in sorted((tmp_path / "out").glob("wave-*/*.yaml")) for each in objects(path)]
    valid([*waves, *charts, *found])
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
    assert all(each["spec"]["chart"]["spec"]["sourceRef"]["name"] in repositories for each in found)


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


def files(folder: Path) -> dict[str, bytes]:
    """Return what a folder holds, by paths relative to it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_selection_writes_files_of_its_own_clusters_and_drops_no_other(
    emit: Command, tmp_path: Path, engine: str
) -> None:
    flags = f"{CHARTS} {GIT}"
    emit(engine, flags)
    before = files(tmp_path / "out")
    changed = FLEET.replace("scenario: single-instance", "scenario: single-instance\n  heap-size: 1g")
    done = emit(engine, f"{flags} --only trial --prune", changed)
    says(done, 0, unsaid=("orphaned", "removed"))
    different = {path for path, held in files(tmp_path / "out").items() if held != before.get(path)}
    assert {path for path in different if "trial" not in path} == set()
    assert different


@pytest.mark.parametrize("engine", ENGINES)
def test_a_selection_into_an_empty_folder_asks_for_the_whole_fleet_or_a_part(
    emit: Command, tmp_path: Path, engine: str
) -> None:
    done = emit(engine, f"{CHARTS} {GIT} --only trial")
    says(done, 2, "the selection: leaves out 2 clusters without files", "--part NAME")
    assert not (tmp_path / "out").exists()


def test_parts_of_a_fleet_share_no_object(emit: Command, tmp_path: Path) -> None:
    names = []
    for part in ("early", "late"):
        selector = "wave=0" if part == "early" else "wave=10"
        path = make_fleet(tmp_path, f"name: graphs\n{FLEET}")
        says(emit("flux", f"{CHARTS} --part {part} -l {selector} -o {tmp_path / part}", path.read_text()), 0)
        names += [each["metadata"]["name"] for each in objects(tmp_path / part / "waves.yaml")]
    assert names == ["graphs-early-wave-0", "graphs-late-wave-10"]
    done = emit("flux", f"{CHARTS} --part late -l wave=10 -o {tmp_path / 'early'}", f"name: graphs\n{FLEET}")
    assert "is not the output folder of fleet.yaml, part late for flux" in done.err


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("clusters", "expected"),
    [
        (
            "  payments: {variables: {namespace: graph}}\n  ledger: {variables: {namespace: graph}}\n",
            "payments and ledger would be the same release 'neo4j' in namespace 'graph'",
        ),
        (
            "  a: {variables: {namespace: graph, kubernetes: eu}}\n"
            "  b: {variables: {namespace: graph, kubernetes: eu}}\n",
            "a and b would be the same release 'neo4j' in namespace 'graph' of 'eu'",
        ),
        ("  eu: {group: graph}\n  eu-1: {}\n", "eu and eu-1 would both have a release named 'eu-1'"),
        (f"  {'x' * 60}: {{}}\n", "engines allow at most 63"),
    ],
    ids=["one namespace", "one namespace elsewhere", "one file", "a long name"],
)
def test_two_clusters_that_are_one_release_are_refused(
    emit: Command, tmp_path: Path, engine: str, clusters: str, expected: str
) -> None:
    done = emit(engine, f"{CHARTS} {GIT}", FLEET.partition("clusters:")[0] + "clusters:\n" + clusters)
    says(done, 1, expected)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("engine", ENGINES)
def test_pods_that_are_never_ready_are_given_to_no_engine(emit: Command, tmp_path: Path, engine: str) -> None:
    offline = FLEET.replace(
        "trial: {}", "trial: {target: neo4j/neo4j, offline-maintenance: 'true', password-secret: a}"
    )
    done = emit(engine, f"{CHARTS} {GIT}", offline)
    says(done, 1, "offline-maintenance: keeps the pods from becoming ready")
    assert not (tmp_path / "out").exists()


def test_one_namespace_of_two_kubernetes_clusters_or_with_two_releases_is_no_clash(emit: Command) -> None:
    clusters = (
        "  a: {variables: {namespace: graph, kubernetes: eu}}\n  b: {variables: {namespace: graph}}\n"
        "  c: {release: other, variables: {namespace: graph}}\n"
    )
    says(emit("script", fleet=FLEET.partition("clusters:")[0] + "clusters:\n" + clusters), 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_broken_cluster_keeps_what_it_has_and_stops_no_other(emit: Command, tmp_path: Path, engine: str) -> None:
    flags = f"{CHARTS} {GIT}"
    emit(engine, flags)
    before = files(tmp_path / "out")
    broken = FLEET.replace("trial: {}", "trial: {labels: {wave: '0', 'tier': '-'}}")
    says(emit(engine, flags, broken), 1)
    done = emit(engine, f"{flags} --keep-going", broken)
    says(done, 1, "error: ", unsaid="orphaned")
    assert files(tmp_path / "out") == before
    hidden = FLEET.replace("trial: {}", "trial: {scenario: no-such}")
    done = emit(engine, f"{flags} --keep-going", hidden)
    assert "has problems that hide its release" in done.err
    assert files(tmp_path / "out") == before


@pytest.fixture
def helmfile(helm: str, tmp_path: Path) -> Path:
    """Return a folder with helmfile and a helm, for PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "helmfile").symlink_to(program("helmfile"))
    (folder / "helm").symlink_to(helm)
    return folder


def run(folder: Path, programs: Path, *argv: str) -> str:
    surroundings = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "HELMFILE_CACHE_HOME": str(folder)}
    done = subprocess.run(argv, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)
    says(done, 0)
    return done.stdout


def test_helmfile_reads_what_it_is_told(emit: Command, helmfile: Path, tmp_path: Path) -> None:
    emit("helmfile", CHARTS)
    told = json.loads(run(tmp_path / "out", helmfile, "helmfile", "list", "--skip-charts", "--output", "json"))
    assert sorted((each["name"], each["namespace"], each["chart"], each["version"]) for each in told) == [
        ("neo4j", "graph", "registry-example-5000-charts/neo4j-restore", "0.1.0"),
        ("neo4j", "trial", "registry-example-5000-charts/neo4j-restore", "0.1.0"),
        *((f"neo4j-{number}", "big", "helm-example-charts/neo4j", "5.26.0") for number in (1, 2, 3)),
    ]


def test_helmfile_renders_the_fleet_with_the_chart(emit: Command, helmfile: Path, tmp_path: Path) -> None:
    emit("helmfile", "--part early -l wave!=2")
    (tmp_path / "out/charts").mkdir()
    (tmp_path / "out/charts/neo4j-restore").symlink_to(ROOT / "charts/neo4j-restore")
    rendered = yaml.safe_load_all(run(tmp_path / "out", helmfile, "helmfile", "template", "--quiet"))
    pods = [each["spec"]["template"]["spec"] for each in rendered if each and each["kind"] == "StatefulSet"]
    buckets = [item["value"] for pod in pods for item in pod["initContainers"][0]["env"] if item["name"] == "BUCKET"]
    assert buckets == ["gs://backups/trial", "gs://backups/live"]


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """Return a program in the place of helm, whose runs are lines of `runs`; one for the namespace `bad` fails.

    Asked for the status of a release it knows none.
    """
    program = tmp_path / "recorder"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = status ] && exit 1\necho "$*" >>{tmp_path}/runs\n'
        'case "$*" in *"--namespace bad"*) exit 1;; esac\n'
    )
    program.chmod(0o755)
    return program


def installed(tmp_path: Path, recorder: Path, *flags: str, at_once: str = "10") -> tuple[int, list[str], str]:
    """Run the script; return its exit code, the runs of Helm, which are forgotten, and stderr."""
    argv = [str(shutil.which("bash")), str(tmp_path / "out/install.sh"), *flags]
    surroundings = {**os.environ, "HELM": str(recorder), "AT_ONCE": at_once}
    done = subprocess.run(argv, env=surroundings, capture_output=True, text=True, check=False, cwd="/", timeout=60)
    runs = tmp_path / "runs"
    lines = runs.read_text().splitlines() if runs.exists() else []
    runs.unlink(missing_ok=True)
    return done.returncode, lines, done.stderr


def namespaces(runs: list[str]) -> list[str]:
    """Return the namespaces of the runs of Helm."""
    return [line.split("--namespace ")[1].split()[0] for line in runs]


def test_the_script_is_a_program(emit: Command, tmp_path: Path, recorder: Path) -> None:
    emit("script")
    script, surroundings = tmp_path / "out/install.sh", {**os.environ, "HELM": str(recorder)}
    done = subprocess.run([script, "--list"], env=surroundings, capture_output=True, text=True, check=False)
    says(done, 0)
    assert script.read_text().startswith("#!/usr/bin/env bash\n")
    assert "to do: trial/neo4j" in done.stderr
    emit("script", "--prune", FLEET.replace("trial: {}", "trial: {heap-size: 1g}"))
    assert os.access(script, os.X_OK)


@pytest.mark.parametrize(
    ("kubernetes", "engine", "code"),
    [
        ("-x", "script", 1),
        ("a b", "script", 1),
        ("arn:aws:eks:eu-west-1:123456789012:cluster/eu", "script", 0),
        ("arn:aws:eks:eu-west-1:123456789012:cluster/eu", "flux", 2),
    ],
)
def test_a_place_that_an_engine_could_not_reach_is_refused(
    emit: Command, kubernetes: str, engine: str, code: int
) -> None:
    done = emit(engine, CHARTS, FLEET.replace("kubernetes: us-prod", f"kubernetes: '{kubernetes}'"))
    says(done, code)
    assert ("variables.kubernetes" in done.err) == (code != 0)


def test_every_engine_installs_the_version_that_a_cluster_names(emit: Command, tmp_path: Path) -> None:
    fleet = FLEET.replace("trial: {}", "trial: {chart-version: 0.2.0}")
    for engine in ENGINES:
        says(emit(engine, f"{CHARTS} {GIT} -o {tmp_path / engine}", fleet), 0)
    elements = objects(tmp_path / "argocd/applicationset.neo4j-restore.yaml")[0]["spec"]["generators"][0]["list"]
    assert [each["version"] for each in elements["elements"]] == ["0.2.0", "0.1.0"]
    flux = [objects(tmp_path / f"flux/wave-{path}.yaml")[0]["spec"]["chart"]["spec"] for path in ("0/trial", "10/live")]
    assert [each["version"] for each in flux] == ["0.2.0", "0.1.0"]
    (trial,) = objects(tmp_path / "helmfile/wave-0.yaml")[0]["releases"]
    assert trial["version"] == "0.2.0"
    assert "neo4j-restore --version 0.2.0\n" in (tmp_path / "script/install.sh").read_text()
    emit("script", f"-o {tmp_path / 'plain'}", fleet)
    assert "charts/neo4j-restore --version 0.2.0\n" in (tmp_path / "plain/install.sh").read_text()


def test_shellcheck_has_nothing_against_the_script(emit: Command, tmp_path: Path) -> None:
    emit("script", CHARTS)
    argv = [str(Path(sys.executable).with_name("shellcheck")), "--shell", "bash", str(tmp_path / "out/install.sh")]
    assert subprocess.run(argv, capture_output=True, text=True, check=False).stdout == ""


def test_the_script_installs_every_release_wave_by_wave(emit: Command, tmp_path: Path, recorder: Path) -> None:
    emit("script", CHARTS)
    code, runs, _ = installed(tmp_path, recorder)
    assert (code, len(runs)) == (0, 5)
    assert runs[0] == (
        "upgrade --install neo4j oci://registry.example:5000/charts/neo4j-restore --namespace trial --create-namespace"
        f" --values {tmp_path}/out/trial/values.neo4j-restore.yaml --wait --timeout 6h --version 0.1.0"
    )
    assert all("neo4j --namespace big" in line and "--repo https://helm.example/charts" in line for line in runs[1:4])
    assert runs[4].endswith("--version 0.1.0 --kube-context us-prod")


def test_the_script_upgrades_the_servers_of_a_cluster_one_after_the_other(
    emit: Command, tmp_path: Path, recorder: Path
) -> None:
    emit("script", CHARTS)
    known = recorder.read_text().replace("&& exit 1", """&& echo '{"info":{"status":"deployed"}}' && exit""")
    recorder.write_text(f"{known}echo end >>{tmp_path}/runs\n")
    code, runs, _ = installed(tmp_path, recorder)
    servers = [line.split()[2] if " --namespace big " in line else line for line in runs[2:-2]]
    assert (code, servers) == (0, ["neo4j-1", "end", "neo4j-2", "end", "neo4j-3", "end"])


def test_the_script_begins_no_wave_after_a_failure(emit: Command, tmp_path: Path, recorder: Path) -> None:
    emit("script", fleet=FLEET.replace("trial: {}", "trial: {variables: {namespace: bad}}"))
    code, runs, told = installed(tmp_path, recorder)
    assert (code, len(runs)) == (1, 1)
    assert told.startswith("error: wave 0: failed: bad/neo4j\ntry: ")


def test_the_script_goes_on_where_it_failed(emit: Command, tmp_path: Path, recorder: Path) -> None:
    fleet = FLEET.replace("namespace: graph", "namespace: bad")
    emit("script", fleet=fleet)
    code, runs, _ = installed(tmp_path, recorder)
    assert (code, namespaces(runs)) == (1, ["trial", "big", "big", "big", "bad"])
    code, runs, told = installed(tmp_path, recorder, "--list")
    assert (code, runs) == (0, [])
    assert told.splitlines()[-1] == "to do: bad/neo4j"
    assert told.count("done before: ") == 4
    recorder.write_text(recorder.read_text().replace("exit 1", "exit 0"))
    assert namespaces(installed(tmp_path, recorder)[1]) == ["bad"]
    assert installed(tmp_path, recorder)[:2] == (0, [])
    emit("script", fleet=fleet.replace("trial: {}", "trial: {heap-size: 1g}"))
    assert namespaces(installed(tmp_path, recorder)[1]) == ["trial"]
    assert len(installed(tmp_path, recorder, "--again")[1]) == 5


def test_the_script_begins_no_release_after_a_failure(emit: Command, tmp_path: Path, recorder: Path) -> None:
    fleet = "".join(line for line in FLEET.splitlines(keepends=True) if "big:" not in line)
    fleet += "  bad: {}\n  later: {}\n"
    emit("script", fleet=fleet)
    code, runs, _ = installed(tmp_path, recorder, at_once="1")
    assert (code, namespaces(runs)) == (1, ["trial", "bad"])


@pytest.mark.parametrize(
    ("flags", "at_once", "helm", "expected"),
    [
        (("--lst",), "10", "recorder", "'--lst' is not known"),
        ((), "many", "recorder", "AT_ONCE is 'many'"),
        ((), "2", "recorder", "AT_ONCE is 2, but 3 servers of a cluster wait for each other"),
        ((), "10", "no-such-helm", "there is no "),
    ],
)
def test_wrong_usage_of_the_script_installs_nothing(
    emit: Command, tmp_path: Path, recorder: Path, flags: tuple[str, ...], at_once: str, helm: str, expected: str
) -> None:
    emit("script")
    code, runs, told = installed(tmp_path, recorder.with_name(helm), *flags, at_once=at_once)
    assert (code, runs) == (2, [])
    assert expected in told


@pytest.mark.parametrize(
    ("engine", "flags", "expected"),
    [
        ("argo", CHARTS, "error: ENGINE: 'argo' is not known: did you mean 'argocd'?"),
        ("argocd", CHARTS, "error: --repository: is missing: argocd reads the output folder from Git"),
        ("flux", "", "error: --chart: is missing for neo4j-restore"),
        ("flux", "--chart neo4j-restore=charts/neo4j-restore", "is not TARGET=REPOSITORY/NAME:VERSION"),
        ("flux", "--chart neo4j-restor=oci://a/b:1", "did you mean 'neo4j-restore'?"),
        ("argocd", f"{CHARTS} --repository git.example", "error: --repository: 'git.example' is not the URL"),
        ("flux", f"{CHARTS} --path a/../../b", "error: --path: 'a/../../b' is not a folder of the repository"),
        ("argocd", f"{CHARTS} {GIT} --revision=--help", "error: --revision: '--help' is not a branch or tag"),
        ("argocd", f"{CHARTS} {GIT} --sync-window deny", "error: --sync-window: needs a separate project"),
        ("argocd", f"{CHARTS} {GIT} --project a --sync-window deny", "error: --sync-window: 'deny' is not KIND;"),
        ("argocd", f"{CHARTS} {GIT} --project A_b", "error: --project: 'A_b'"),
        ("flux", f"{CHARTS} --project graphs", "error: --project: is for argocd, not for flux"),
        ("script", "--timeout 5m", "error: --timeout: is for flux, not for script"),
        ("flux", f"{CHARTS} --timeout soon", "error: --timeout: 'soon' is not a duration"),
        ("flux", f"{CHARTS} --timeout 0s", "error: --timeout: '0s' is not between 1s and 7d"),
        ("script", "--at-once 2", "error: --at-once: is 2, less than the 3 servers of big, which wait for each other"),
    ],
)
def test_what_an_engine_can_not_be_told_is_refused(
    emit: Command, tmp_path: Path, engine: str, flags: str, expected: str
) -> None:
    done = emit(engine, flags)
    says(done, 2)
    assert done.out == ""
    assert expected in done.err
    assert not (tmp_path / "out").exists()


def test_the_problems_of_all_clusters_are_told_with_their_places(emit: Command) -> None:
    fleet = FLEET.replace('wave: "10"', "wave: soon")
    fleet = fleet.replace("trial: {}", "a.b: {target: [neo4j/neo4j, neo4j-restore]}")
    done = emit("script", fleet=fleet)
    says(
        done,
        1,
        "fleet.yaml:7:19: labels.wave: 'soon' is not a whole number (cluster live)",
        "fleet.yaml:20:9: target: names 2 charts, but an engine would install all of them (cluster a.b)",
        "'a.b' is not a valid namespace",
    )


def test_a_problem_that_clusters_share_is_told_once(emit: Command) -> None:
    fleet = FLEET.replace('labels: {wave: "0"}', "labels: {wave: soon}") + "  more: {}\n"
    done = emit("script", fleet=fleet)
    assert done.err.count("error: ") == 1
    assert "'soon' is not a whole number (2 clusters: trial, more)" in done.err


def test_the_schemas_are_those_of_the_controllers_that_run_on_a_cluster() -> None:
    pin = re.compile(r"github\.com/fluxcd/(\w+-controller) (v\S+)")
    built = [(ROOT / "tools" / "flux" / path).read_text() for path in ("go.mod", "kustomize/go.mod")]
    of_crds = set(pin.findall((ROOT / "tools" / "crds").read_text()))
    assert {name for name, _ in of_crds} == {"helm-controller", "kustomize-controller", "source-controller"}
    assert {found for text in built for found in pin.findall(text)} == of_crds
