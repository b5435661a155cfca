"""The Jobs that restore a fleet into claims, and their script, run with a Helm and a kubectl that record calls."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.generator.conftest import Command
from tests.generator.emit.engines import CHARTS, FLEET, objects

LABS = """\
  labs:
    target: neo4j-helm
    scenario: cluster
    servers: "3"
    read-replicas: "1"
    edition: enterprise
    accept-license: "yes"
    accept-first-bootstrap: "true"
    timestamp: "2026-01-31T02:00:00Z"
"""


@pytest.fixture
def recorders(tmp_path: Path) -> Path:
    """Return a folder with a helm that notes its runs in `runs`, and a kubectl that notes what it deletes there too.

    helm knows the releases that have a file `manifest-of-NAME`.

    kubectl lists the line in `jobs` as the Jobs of each release. A deleted Job comes back complete.
    """
    folder = tmp_path / "bin"
    folder.mkdir()
    (tmp_path / "jobs").write_text("a-1 SuccessCriteriaMet Complete\n")
    helm, kubectl = folder / "helm", folder / "kubectl"
    helm.write_text(
        f'#!/bin/sh\n[ "$1 $2" != "get manifest" ] || exec cat {tmp_path}/manifest-of-$3\n'
        f'echo "helm $*" >>{tmp_path}/runs\n'
    )
    kubectl.write_text(
        f'#!/bin/sh\ncase "$*" in\n*" delete "*) echo "kubectl $*" >>{tmp_path}/runs; '
        f"echo 'a-2 Complete' >{tmp_path}/jobs ;;\n*) cat {tmp_path}/jobs ;;\nesac\n"
    )
    for program in (helm, kubectl):
        program.chmod(0o755)
    return folder


def restored(tmp_path: Path, recorders: Path, *flags: str, **variables: str) -> tuple[int, list[str], str]:
    """Run the script. Return its exit code, the recorded calls, which are forgotten, and stderr."""
    argv = [str(shutil.which("bash")), str(tmp_path / "out/restore.sh"), *flags]
    surroundings = {**os.environ, "PATH": f"{recorders}:{os.environ['PATH']}", **variables}
    done = subprocess.run(argv, env=surroundings, capture_output=True, text=True, check=False, cwd="/", timeout=60)
    runs = tmp_path / "runs"
    lines = runs.read_text().splitlines() if runs.exists() else []
    runs.unlink(missing_ok=True)
    return done.returncode, lines, done.stderr


@pytest.mark.parametrize(
    ("cluster", "claims", "folder"),
    [
        ("trial", ["data-neo4j-neo4j-restore-0"], None),
        ("big", ["data-neo4j-1-0", "data-neo4j-2-0", "data-neo4j-3-0"], "data"),
        ("labs", [*(f"datadir-neo4j-neo4j-core-{each}" for each in range(3)), "datadir-neo4j-neo4j-replica-0"], None),
    ],
)
def test_the_claims_are_those_of_the_servers_of_each_chart(
    emit: Command, tmp_path: Path, cluster: str, claims: list[str], folder: str | None
) -> None:
    emit("job", fleet=FLEET + LABS)
    (values,) = objects(tmp_path / f"out/{cluster}.yaml")
    assert values["restore"]["mode"] == "job"
    assert values["restore"]["into"] == claims
    assert values["data"].get("subPath") == folder


@pytest.mark.parametrize(
    ("inputs", "claim"),
    [
        ("release: neo4j-restore-eu", "data-neo4j-restore-eu-0"),
        (f"release: {'r' * 53}", f"data-{'r' * 52}-0"),
        ("data-volume: claim/graph-data", "graph-data"),
        ("target: neo4j/neo4j, data-volume: selector", "data-neo4j-0"),
        ("target: neo4j-helm, release: graph", "datadir-graph-neo4j-core-0"),
    ],
)
def test_the_name_of_a_claim_follows_that_of_its_pod(emit: Command, tmp_path: Path, inputs: str, claim: str) -> None:
    emit("job", fleet=FLEET.replace("trial: {}", f"trial: {{{inputs}}}"))
    (values,) = objects(tmp_path / "out/trial.yaml")
    assert values["restore"]["into"] == [claim]


def test_what_the_restore_needs_is_in_the_values_and_what_is_neo4j_s_is_not(emit: Command, tmp_path: Path) -> None:
    inputs = "workload-identity: restore@graphs.iam.gserviceaccount.com, restore-id: incident-42, force-overwrite: once"
    emit("job", fleet=FLEET.replace("trial: {}", f"trial: {{{inputs}, storage-class: fast, keep-previous: 'true'}}"))
    (values,) = objects(tmp_path / "out/trial.yaml")
    assert (values["restore"]["forceOverwrite"], values["restore"]["restoreId"]) == ("once", "incident-42")
    assert values["restore"]["keepPrevious"] is True
    assert values["data"] == {"size": "10Gi", "storageClass": "fast"}
    assert "iam.gke.io/gcp-service-account" in values["serviceAccount"]["annotations"]
    assert not {"image", "auth", "config", "finalize"} & values.keys()


def test_the_script_restores_wave_by_wave_with_one_release_for_each_cluster(
    emit: Command, tmp_path: Path, recorders: Path
) -> None:
    emit("job", CHARTS)
    code, runs, _ = restored(tmp_path, recorders)
    assert (code, len(runs)) == (0, 3)
    assert runs[0] == (
        "helm upgrade --install neo4j-restore oci://registry.example:5000/charts/neo4j-restore --namespace trial"
        f" --create-namespace --values {tmp_path}/out/trial.yaml --set job.createClaims=false --version 0.1.0"
    )
    assert "--namespace big " in runs[1]
    assert runs[2].endswith("--version 0.1.0 --kube-context us-prod")
    assert restored(tmp_path, recorders)[:2] == (0, [])


def test_the_script_creates_claims_if_it_is_told_to(emit: Command, tmp_path: Path, recorders: Path) -> None:
    emit("job")
    _, runs, _ = restored(tmp_path, recorders, CREATE_CLAIMS="true")
    assert all("--set job.createClaims=true" in each for each in runs)
    code, runs, errors = restored(tmp_path, recorders, "--again", CREATE_CLAIMS="yes")
    assert (code, runs) == (2, [])
    assert "CREATE_CLAIMS is 'yes'" in errors


def test_a_failed_job_ends_the_script_and_is_deleted_before_the_next_try(
    emit: Command, tmp_path: Path, recorders: Path
) -> None:
    emit("job")
    (tmp_path / "jobs").write_text("a-1 FailureTarget Failed\na-2 Complete\n")
    kubectl = recorders / "kubectl"
    whole = kubectl.read_text()
    # The Job that Helm makes fails as well.
    kubectl.write_text(whole.replace(f"echo 'a-2 Complete' >{tmp_path}/jobs", ":"))
    code, runs, errors = restored(tmp_path, recorders)
    assert code == 1
    assert errors.startswith("error: wave 0: failed: trial/neo4j-restore\ntry: ")
    assert [each.split()[0] for each in runs] == ["kubectl", "helm"]
    kubectl.write_text(whole)
    code, runs, _ = restored(tmp_path, recorders)
    assert runs[0] == "kubectl --namespace trial delete job a-1"
    assert (code, len(runs)) == (0, 4)


def test_shellcheck_has_nothing_against_the_script(emit: Command, tmp_path: Path) -> None:
    emit("job", CHARTS)
    argv = [str(Path(sys.executable).with_name("shellcheck")), "--shell", "bash", str(tmp_path / "out/restore.sh")]
    assert subprocess.run(argv, capture_output=True, text=True, check=False).stdout == ""


def test_a_selection_is_all_that_the_script_restores(emit: Command, tmp_path: Path, recorders: Path) -> None:
    emit("job", "--only live")
    assert {path.name for path in (tmp_path / "out").glob("[!.]*")} == {"live.yaml", "restore.sh"}
    _, runs, _ = restored(tmp_path, recorders)
    assert [each.split(" --namespace ")[1].split()[0] for each in runs] == ["graph"]
    assert "#   neo4j-scenarios emit job fleet.yaml --only live\n" in (tmp_path / "out/restore.sh").read_text()


def test_an_override_restores_its_own_clusters_alone(emit: Command, tmp_path: Path) -> None:
    override = """\
overrides:
  - name: incident-42
    select: name=trial
    set: {force-overwrite: once, restore-id: incident-42}
    until: 2999-01-01T00:00:00Z
    waves: [1]
"""
    emit("job", "--override incident-42", fleet=FLEET + override)
    assert {path.name for path in (tmp_path / "out").glob("*.yaml")} == {"trial.yaml"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("trial: {}", "trial: {target: neo4j/neo4j, data-volume: {volume: {emptyDir: {}}}}", "trial: has no claim"),
        ('timestamp: "2026-01-31T02:00:00Z"', 'unpinned: "true"', "big: has 3 servers and no pinned set"),
    ],
)
def test_what_a_job_can_not_restore_is_refused(emit: Command, tmp_path: Path, old: str, new: str, said: str) -> None:
    result = emit("job", fleet=FLEET.replace(old, new))
    assert result.code == 1
    assert said in result.err
    assert not (tmp_path / "out").exists()


def test_a_release_that_installs_servers_is_never_turned_into_jobs(
    emit: Command, tmp_path: Path, recorders: Path
) -> None:
    emit("job")
    (tmp_path / "manifest-of-neo4j-restore").write_text("---\nkind: Service\n---\nkind: StatefulSet\n")
    code, runs, errors = restored(tmp_path, recorders)
    assert (code, [each for each in runs if " neo4j-restore " in each]) == (1, [])
    assert "error: the release trial/neo4j-restore installs servers, and would lose them" in errors


def test_a_fleet_with_a_server_of_that_name_is_refused(emit: Command, tmp_path: Path) -> None:
    servers = "trial: {variables: {namespace: all}}\n  other: {variables: {namespace: all}, release: neo4j-restore}"
    result = emit("job", fleet=FLEET.replace("trial: {}", servers))
    assert result.code == 1
    assert "trial: its Jobs would be the release neo4j-restore, but that one installs servers" in result.err


def test_two_long_names_with_one_beginning_get_two_releases(emit: Command, tmp_path: Path, recorders: Path) -> None:
    long = "graph-of-the-customers-of-our-northern-region-"
    both = "".join(
        f"{each}: {{variables: {{namespace: all}}, release: {long}{each[0]}}}\n  " for each in ("trial", "other")
    )
    emit("job", fleet=FLEET.replace("trial: {}", both))
    _, runs, _ = restored(tmp_path, recorders)
    names = [each.split()[3] for each in runs if "--namespace all" in each]
    assert len(set(names)) == 2
    assert all(len(name) <= 53 for name in names)
