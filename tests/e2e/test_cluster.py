"""The cluster that the project brings along: it runs a pod from a loaded image, and leaves nothing behind."""

import json
import os
import shlex
import subprocess
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from tests.e2e.cluster import DEADLINE, run
from tests.support.skips import NEEDS_OUR_NODE

CLUSTER = Path(__file__).parents[2] / "tools" / "cluster"


def docker_answers() -> bool:
    """Return whether there is a Docker engine, whose clusters are kind's."""
    try:
        return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


# kind looks after its own. What is promised here is about the node of this machine's own programs, which needs root.
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(os.geteuid() != 0 or docker_answers(), reason=NEEDS_OUR_NODE),
]

IMAGE = "localhost/trial:1"

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "trial"},
    "spec": {
        "containers": [
            {
                "name": "trial",
                "image": IMAGE,
                "imagePullPolicy": "Never",
                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
            }
        ],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "trial"}}],
        "securityContext": {"runAsUser": 7474, "fsGroup": 7474},
        "terminationGracePeriodSeconds": 0,
    },
}

CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "trial"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}},
}


@pytest.fixture
def name(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the name of a cluster of this test, which is taken down at the end if the test did not get there."""
    name = f"test-{os.getpid()}"
    monkeypatch.setenv("CLUSTER_NAME", name)
    monkeypatch.setenv("CLUSTER_ENGINE", "node")
    yield name
    run(CLUSTER / "down")


def exported(text: str) -> dict[str, str]:
    """Return the variables that a shell would export."""
    return dict(shlex.split(line)[1].split("=", 1) for line in text.splitlines())


def as_trial(archive: Path, made: Path) -> Path:
    """Write the cluster's own image under another name, and return where."""
    with tarfile.open(archive) as old, tarfile.open(made, "w") as new:
        for member in old.getmembers():
            file = old.extractfile(member)
            content = file.read() if file else b""
            if member.name == "manifest.json":
                (manifest,) = json.loads(content)
                content = json.dumps([{**manifest, "RepoTags": [IMAGE]}]).encode()
            member.size = len(content)
            new.addfile(member, BytesIO(content))
    return made


def traces(name: str) -> dict[str, object]:
    """Return all by which a cluster could be noticed on the machine. A cgroup is there while it has a process."""
    settings = ("vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops", "net/ipv4/ip_forward")
    return {
        "mounts": sorted(line.split(" ", 3)[3] for line in Path("/proc/self/mountinfo").read_text().splitlines()),
        "cgroups": sorted(map(str, Path("/sys/fs/cgroup").glob(f"**/neo4j-restore-{name}.*"))),
        "devices": sorted(path.name for path in Path("/sys/class/net").iterdir()),
        "settings": [Path("/proc/sys", each).read_text() for each in settings],
    }


def test_a_pod_runs_from_a_loaded_image_and_nothing_is_left_after_down(name: str, tmp_path: Path) -> None:
    before = traces(name)
    variables = exported(run(CLUSTER / "up"))
    kubeconfig = Path(variables["KUBECONFIG"])
    state = kubeconfig.parent
    run(*shlex.split(variables["E2E_LOAD_IMAGE"]), as_trial(state.parents[1] / "pause.tar", tmp_path / "trial.tar"))
    kubectl = ("kubectl", "--kubeconfig", kubeconfig)
    run(
        *kubectl,
        "apply",
        "--filename",
        "-",
        stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": [CLAIM, POD]}),
    )
    run(*kubectl, "wait", "--for=condition=Ready", "pod/trial", f"--timeout={DEADLINE}")
    (volume,) = (state / "volumes").iterdir()
    assert (volume.stat().st_gid, volume.stat().st_mode & 0o070) == (7474, 0o070)
    assert traces(name)["cgroups"]
    run(CLUSTER / "down")
    assert traces(name) == before
    assert not state.exists()


def test_up_again_prints_the_same_and_two_clusters_do_not_meet(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(CLUSTER / "up")
    assert run(CLUSTER / "up") == first
    monkeypatch.setenv("CLUSTER_NAME", f"{name}-2")
    try:
        second = run(CLUSTER / "up")
        ids = {
            run(
                "kubectl",
                "--kubeconfig",
                exported(text)["KUBECONFIG"],
                "get",
                "namespace",
                "kube-system",
                "--output=jsonpath={.metadata.uid}",
            )
            for text in (first, second)
        }
    finally:
        run(CLUSTER / "down")
    assert len(ids) == 2
    monkeypatch.setenv("CLUSTER_NAME", name)
    assert run(CLUSTER / "up") == first


def test_with_takes_its_cluster_down_when_the_command_fails(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    command = 'echo "$KUBECONFIG"; kubectl get --raw /readyz >&2 && exit 3'
    done = subprocess.run([CLUSTER / "with", "bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert Path(done.stdout.strip()).parent.name == name
    assert not Path(done.stdout.strip()).parent.exists()
