"""The commands of tools/cluster: which engine they choose, what they ask of kind, and what they say is missing."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.says import says

CLUSTER = Path(__file__).parents[2] / "tools" / "cluster"
SCRIPTS = ("build", "up", "load-image", "down", "with", "node/start")

# A kind that says what it was asked for, and writes the kubeconfig that it was asked for.
KIND = """\
echo "kind $*" >>"$ASKED"
while [ $# -gt 0 ]; do
  [ "$1" != --kubeconfig ] || echo "apiVersion: v1" >"$2"
  shift
done
"""


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of stand-in programs at the head of PATH: of Docker, which no test machine needs to have."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for variable in ("KUBECONFIG", "CLUSTER_NAME", "CLUSTER_ENGINE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("NEO4J_RESTORE_CACHE", str(tmp_path / "the cache"))
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    put(folder, "docker", "exit 0")
    put(folder, "kind", KIND)
    put(folder, "kubectl", "exit 0")
    return folder


def put(folder: Path, name: str, code: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{code}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def cluster(command: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([CLUSTER / command, *args], capture_output=True, text=True, check=False)


def asked(tmp_path: Path) -> Iterator[str]:
    """Return what kind was asked for since the last time."""
    file = tmp_path / "asked"
    text = file.read_text() if file.exists() else ""
    file.write_text("")
    return iter(text.splitlines())


def test_where_docker_answers_the_cluster_is_kinds(tmp_path: Path) -> None:
    state = tmp_path / "the cache/cluster/state/main"
    up = cluster("up")
    says(up, 0)
    assert f"KUBECONFIG={state}/kubeconfig" in shlex.split(up.stdout)
    assert list(asked(tmp_path)) == [
        f"kind create cluster --kubeconfig {state}/kubeconfig --wait 5m --name neo4j-restore-main"
    ]
    says(cluster("load-image", "a.tar", "b.tar"), 0)
    assert list(asked(tmp_path)) == [
        f"kind load image-archive {each} --name neo4j-restore-main" for each in ("a.tar", "b.tar")
    ]
    says(cluster("down"), 0)
    assert list(asked(tmp_path)) == [f"kind delete cluster --kubeconfig {state}/kubeconfig --name neo4j-restore-main"]
    assert not state.exists()


def test_down_without_a_cluster_does_nothing(tmp_path: Path) -> None:
    says(cluster("down"), 0)
    assert not list(asked(tmp_path))


def test_a_kind_that_fails_leaves_no_state(tmp_path: Path, machine: Path) -> None:
    put(machine, "kind", '[ "$1" = delete ] || { echo "no space left" >&2; exit 1; }')
    up = cluster("up")
    says(up, 1)
    assert up.stdout == ""
    assert "no space left" in up.stderr
    assert "error: the cluster 'main' did not start: kind failed" in up.stderr
    assert not (tmp_path / "the cache/cluster/state/main").exists()


def test_with_starts_a_cluster_for_the_command_and_takes_it_down(tmp_path: Path) -> None:
    done = cluster("with", "sh", "-c", 'test -s "$KUBECONFIG" && echo "$E2E_LOAD_IMAGE" && exit 3')
    says(done, 3)
    created, deleted = asked(tmp_path)
    name = created.rpartition("neo4j-restore-")[2]
    variables = [f"CLUSTER_NAME={name}", f"NEO4J_RESTORE_CACHE={tmp_path}/the cache"]
    assert shlex.split(done.stdout) == ["env", *variables, str(CLUSTER / "load-image")]
    assert deleted.startswith("kind delete cluster")
    assert deleted.endswith(name)
    assert not list((tmp_path / "the cache/cluster/state").iterdir())


def test_with_ends_the_cluster_of_a_run_that_was_killed(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    left = tmp_path / f"the cache/cluster/state/with-{process.pid}"
    left.mkdir(parents=True)
    (left / "engine").write_text("kind\n")
    says(cluster("with", "true"), 0)
    assert f"neo4j-restore-with-{process.pid}" in next(asked(tmp_path))
    assert not left.exists()


def test_with_a_kubeconfig_the_command_runs_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/mine")
    assert cluster("with", "sh", "-c", 'echo "$KUBECONFIG"').stdout == "/mine\n"
    assert not list(asked(tmp_path))


def test_without_docker_a_user_who_is_not_root_is_told_before_anything_is_built(tmp_path: Path, machine: Path) -> None:
    put(machine, "docker", "exit 1")
    put(machine, "id", "echo 1000")
    up = cluster("up")
    says(
        up,
        1,
        "error: no Docker engine answers, and without one only root can start a cluster",
        "try: start Docker, use sudo, or set KUBECONFIG",
    )
    assert not (tmp_path / "the cache").exists()


@pytest.mark.parametrize("version", ["go1.19.8", "go1.9"])
def test_a_go_that_is_too_old_to_build_kind_is_named(
    machine: Path, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (machine / "kind").unlink()
    monkeypatch.setenv("PATH", f"{machine}:/usr/bin:/bin")
    put(machine, "go", f"echo {version}")
    built = cluster("build")
    says(built, 1, f"error: kind is built by Go 1.21 or later, and the Go on PATH is {version}")


@pytest.mark.parametrize(
    ("command", "changed", "error"),
    [
        pytest.param("up", {"CLUSTER_NAME": "../x"}, "CLUSTER_NAME is '../x'", id="name"),
        pytest.param("build", {"CLUSTER_ENGINE": "podman"}, "CLUSTER_ENGINE is 'podman'", id="engine"),
        pytest.param("load-image", {}, "the cluster 'main' is not up", id="not up"),
    ],
)
def test_a_mistake_is_named_with_what_to_do(
    command: str, changed: dict[str, str], error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in changed.items():
        monkeypatch.setenv(variable, value)
    done = cluster(command)
    says(done, 1, f"error: {error}", "\ntry: ")


def test_shellcheck_has_nothing_to_say() -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    root = CLUSTER.parents[1]
    argv = [str(shellcheck), "--external-sources", *(str(CLUSTER / script) for script in SCRIPTS)]
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)
    says(done, 0)
