"""Enterprise 3.3, three cores and a read replica: backed up, lost, restored as one, and repaired one by one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from tests.e2e.causal import PREFIX, STAMP, VERSION, Causal
from tests.e2e.cluster import Namespace, load_command, run
from tests.e2e.release import ROOT
from tests.e2e.sample import BUCKET

pytestmark = pytest.mark.e2e

PEOPLE = 500
NAMED = "MATCH (p:Person) WHERE p.name = 'person ' + p.id RETURN count(p)"
LATER = "MATCH (l:Later) RETURN count(l)"
AFTERWARDS = "MATCH (a:Afterwards) RETURN count(a)"


@pytest.fixture(scope="module")
def causal(
    context: str, namespace: Namespace, key: Path, store: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Causal]:
    """Install an empty cluster, write to it, back it up, write more, and lose all its volumes. Then restore it."""
    for archive in run("env", f"NEO4J_VERSION={VERSION}", ROOT / "tools" / "image" / "build").split():
        run(*load_command(context), archive)
    made = Causal("causal", namespace, tmp_path_factory.mktemp("causal"))
    made.deploy(restore=False)
    made.until_ready()
    made.write(f"UNWIND range(1, {PEOPLE}) AS id CREATE (:Person {{id: id, name: 'person ' + id}})")
    made.until_all_have(NAMED, PEOPLE)
    packed = made.folder / "backup.tar.gz"
    made.back_up(packed)
    made.write("CREATE (:Later)")
    made.until_all_have(LATER, 1)
    _upload(namespace, packed)
    made.stop()
    made.lose_all()
    made.deploy(restore=True)
    made.until_ready()
    yield made
    made.stop()


def _upload(namespace: Namespace, archive: Path) -> None:
    with namespace.forwarded("service/gcs", 9023) as port:
        endpoint = {"api_endpoint": f"http://127.0.0.1:{port}"}
        client = storage.Client("e2e", AnonymousCredentials(), client_options=endpoint)
        client.bucket(BUCKET).blob(f"{PREFIX}/graph.db/graph.db-{STAMP}.tar.gz").upload_from_filename(archive)
        client.close()


@pytest.mark.proves("cluster")
def test_all_volumes_lost_every_member_restores_the_same_set_and_they_form_a_cluster(causal: Causal) -> None:
    causal.until_all_have(NAMED, PEOPLE)
    causal.until_all_have(LATER, 0)
    receipts = [causal.receipt(pod) for pod in causal.pods]
    sets = [receipt["restored"][0]["object"] for receipt in receipts if receipt]
    assert sets == [f"gs://{BUCKET}/{PREFIX}/graph.db/graph.db-{STAMP}.tar.gz"] * len(causal.pods)


@pytest.mark.proves("cluster")
def test_a_member_that_loses_its_volume_restores_nothing_and_catches_up(causal: Causal) -> None:
    causal.write("CREATE (:Afterwards)")
    causal.until_all_have(AFTERWARDS, 1)
    lost = causal.cores[2]
    causal.lose(lost)
    assert "serves as a member of a cluster" in causal.log(lost)
    assert "graph.db: skip: the cluster is running" in causal.log(lost)
    assert causal.receipt(lost) is None
    causal.until_all_have(AFTERWARDS, 1)
    causal.until_all_have(NAMED, PEOPLE)


@pytest.mark.proves("cluster")
def test_after_a_restart_of_all_nothing_is_restored_again(causal: Causal) -> None:
    before = [causal.receipt(pod) for pod in causal.pods]
    causal.restart()
    causal.until_all_have(AFTERWARDS, 1)
    causal.until_all_have(NAMED, PEOPLE)
    assert [causal.receipt(pod) for pod in causal.pods] == before
    for pod in causal.pods:
        assert "graph.db: skip: it exists, and FORCE_OVERWRITE is false" in causal.log(pod)


def test_helm_test_finds_the_request_on_the_volume(causal: Causal) -> None:
    helm = run(ROOT / "tools" / "helm", "any").strip()
    assert "Phase:          Succeeded" in run(helm, "--namespace", causal.namespace.name, "test", causal.name)
