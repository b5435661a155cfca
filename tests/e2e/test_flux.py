"""A fleet by Flux's real controllers: waves wait for a release that fails, and an incident reaches whom it selects."""

import json
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.e2e.archive import write_image
from tests.e2e.cluster import DEADLINE, Namespace, load_command, run
from tests.e2e.flux import SYSTEM, Flux, history
from tests.e2e.release import CHART, ROOT, SCENARIOS
from tests.e2e.served import Repository, make_repository, serve

pytestmark = pytest.mark.e2e

WAVES = (("eu-1", "eu-2", "eu-3", "eu-4"), ("us-1", "us-2", "us-3", "us-4"), ("ap-1", "ap-2", "ap-3", "ap-4"))
EVERYONE = [name for wave in WAVES for name in wave]
BROKEN = "us-2"

# The pods restore from an empty volume, and may start without data. All releases have one name, each in a namespace
# of its own.
FLEET = """\
name: e2e
defaults:
  scenario: single-instance
  release: neo4j
  bucket: file:///sets
  backup-claim: sets
  database: neo4j
  on-missing: start-empty
  neo4j-image: localhost/listener
  neo4j-tag: e2e
  restore-image: localhost/neo4j-restore
  restore-tag: e2e
  restore-memory: none
  storage-size: 16Mi
  variables: {{namespace: "{token}-{{{{ name }}}}"}}
groups:
  first: {{labels: {{wave: 1}}}}
  second: {{labels: {{wave: 2}}}}
  third: {{labels: {{wave: 3}}}}
clusters:
"""
OVERRIDE = """\
overrides:
  - name: incident-42
    only: [eu-2, ap-3]
    set: {force-overwrite: once, keep-previous: true}
    until: 2999-01-01T00:00:00Z
    waves: [1, rest]
"""
CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "sets"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "16Mi"}}},
}
# What breaks the broken one: its namespace may have no Service, so Helm's install fails.
QUOTA = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "none"},
    "spec": {"hard": {"services": "0"}},
}


@dataclass(frozen=True)
class Desk:
    """The desk of a platform team: a repository with the fleet, Flux that follows it, and the fleet's namespaces."""

    flux: Flux
    repository: Repository
    token: str
    chart: str

    def write(self, override: str = "") -> None:
        """Write the fleet file."""
        lines = FLEET.format(token=self.token)
        for group, wave in zip(("first", "second", "third"), WAVES, strict=True):
            lines += "".join(f"  {name}: {{group: {group}}}\n" for name in wave)
        (self.repository.work / "fleet.yaml").write_text(lines + override)

    def roll_out(self, subject: str, *flags: str) -> str:
        """Build and emit the fleet, commit it, and return the revision."""
        fleet = self.repository.work / "fleet.yaml"
        run(SCENARIOS, "build", fleet)
        run(SCENARIOS, "emit", "flux", fleet, "--chart", self.chart, "--path", "flux", *flags)
        return self.repository.commit(subject)

    def namespace(self, cluster: str) -> str:
        """Return the namespace of a cluster."""
        return f"{self.token}-{cluster}"

    def applied(self, revision: str) -> None:
        """Wait until the last wave stands at a revision, and so every wave."""
        self.flux.wait(f"jsonpath={{.status.lastAppliedRevision}}={revision}", "kustomization/e2e-wave-3")

    def revisions(self) -> dict[str, list[int]]:
        """Return the revisions of each cluster in Helm's record, which holds no release but its own."""
        histories = {cluster: history(self.namespace(cluster)) for cluster in EVERYONE}
        assert {name for revisions in histories.values() for name, _, _ in revisions} <= {"neo4j"}
        return {cluster: [number for _, number, _ in revisions] for cluster, revisions in histories.items()}

    def restores(self, cluster: str) -> str:
        """Return what the running pod of a cluster asks for: its FORCE_OVERWRITE."""
        path = "{.items[0].spec.initContainers[0].env[?(@.name=='FORCE_OVERWRITE')].value}"
        return run("kubectl", "-n", self.namespace(cluster), "get", "pods", f"--output=jsonpath={path}")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that is served: the chart in a Helm repository, and later the Git repository."""
    root = tmp_path_factory.mktemp("served")
    chart = root / "chart" / "neo4j-restore"
    shutil.copytree(CHART, chart)
    values = (chart / "values.yaml").read_text()
    # Twelve pods have room on a node of two processors; nothing else of the chart is another.
    assert values.count("cpu: 250m") == 1
    (chart / "values.yaml").write_text(values.replace("cpu: 250m", "cpu: 10m"))
    helm = run(ROOT / "tools" / "helm", "any").strip()
    run(helm, "package", chart, "--destination", root / "charts")
    run(helm, "repo", "index", root / "charts")
    return root


@pytest.fixture(scope="module")
def flux(context: str, images: None, tmp_path_factory: pytest.TempPathFactory) -> Flux:
    """Return Flux, and see to it that the cluster has none and knows the image of the small pods."""
    if run("kubectl", "get", "namespace", SYSTEM.name, "--ignore-not-found"):
        pytest.fail(f"error: the cluster has a namespace {SYSTEM.name}\ntry: a cluster without Flux", pytrace=False)
    folder = Path(run(ROOT / "tools" / "flux" / "install").strip())
    archive = tmp_path_factory.mktemp("image") / "listener.tar"
    write_image("localhost/listener:e2e", folder / "listener", archive)
    run(*load_command(context), archive)
    return Flux(folder, tmp_path_factory.mktemp("flux"))


@pytest.fixture(scope="module")
def desk(flux: Flux, root: Path) -> Iterator[Desk]:
    """Give a fleet that Flux follows from now on: its namespaces with the claims of the sets, and no release."""
    token = f"e2e-{secrets.token_hex(3)}"
    repository = make_repository(root)
    with serve(root) as url:
        version = next((root / "charts").glob("*.tgz")).stem.removeprefix("neo4j-restore-")
        desk = Desk(flux, repository, token, f"neo4j-restore={url}/charts/neo4j-restore:{version}")
        names = [desk.namespace(cluster) for cluster in EVERYONE]
        try:
            with flux.running():
                for name in names:
                    run("kubectl", "create", "namespace", name)
                    Namespace(name).apply(json.dumps(CLAIM))
                broken = Namespace(desk.namespace(BROKEN))
                broken.apply(json.dumps(QUOTA))
                broken.wait("jsonpath={.status.hard.services}=0", "quota/none")
                desk.write()
                desk.roll_out("Install the fleet")
                SYSTEM.apply(json.dumps(bootstrap(f"{url}/fleet/.git")))
                yield desk
        finally:
            run("kubectl", "delete", "namespace", *names, "--ignore-not-found", f"--timeout={DEADLINE}")


def bootstrap(url: str) -> dict[str, object]:
    """Return what `flux bootstrap` makes of a cluster: the source `flux-system`, and a Kustomization of its path."""
    source = {"interval": "2s", "url": url, "ref": {"branch": "main"}}
    reference = {"kind": "GitRepository", "name": SYSTEM.name}
    top = {"interval": "10m", "path": "./flux", "prune": True, "sourceRef": reference}
    kinds = (
        ("source.toolkit.fluxcd.io/v1", "GitRepository", source),
        ("kustomize.toolkit.fluxcd.io/v1", "Kustomization", top),
    )
    items = [
        {"apiVersion": version, "kind": kind, "metadata": {"name": SYSTEM.name, "namespace": SYSTEM.name}, "spec": spec}
        for version, kind, spec in kinds
    ]
    return {"apiVersion": "v1", "kind": "List", "items": items}


def test_a_wave_waits_for_a_release_that_fails_and_goes_on_when_it_is_mended(desk: Desk) -> None:
    flux, whole = desk.flux, [*WAVES[0], *(name for name in WAVES[1] if name != BROKEN)]
    # Flux tries it again at once, so Ready does not stay false for long.
    flux.wait("jsonpath={.status.conditions[?(@.type=='Released')].reason}=InstallFailed", f"helmrelease/e2e-{BROKEN}")
    for name in whole:
        flux.wait("condition=Ready", f"helmrelease/e2e-{name}")
    assert "exceeded quota" in flux.condition(f"helmrelease/e2e-{BROKEN}", "Released")["message"]
    assert flux.condition("kustomization/e2e-wave-1", "Ready")["status"] == "True"
    assert flux.condition("kustomization/e2e-wave-2", "Ready")["status"] != "True"
    assert "e2e-wave-2' is not ready" in flux.condition("kustomization/e2e-wave-3", "Ready")["message"]
    assert flux.names("helmreleases") == {f"e2e-{name}" for name in (*whole, BROKEN)}
    before = desk.revisions()
    assert {name for name in EVERYONE if before[name] == [1]} >= set(whole)
    assert {name for name in EVERYONE if not before[name]} == set(WAVES[2])

    run("kubectl", "-n", desk.namespace(BROKEN), "delete", "quota/none")
    flux.reconcile(f"helmrelease/e2e-{BROKEN}")
    desk.applied(desk.repository.revision())
    after = desk.revisions()
    assert {name for name in EVERYONE if after[name] != [1]} == {BROKEN}
    assert {history(desk.namespace(name))[-1][2] for name in EVERYONE} == {"deployed"}
    assert not history(SYSTEM.name)


def test_an_incident_reaches_the_clusters_it_selects_wave_by_wave_and_no_other(desk: Desk) -> None:
    before = desk.revisions()
    desk.write(override=OVERRIDE)
    desk.applied(desk.roll_out("Restore eu-2", "--override", "incident-42", "--wave", "1"))
    assert desk.restores("eu-2") == "once"
    first = desk.revisions()
    assert {name for name in EVERYONE if first[name] != before[name]} == {"eu-2"}

    desk.applied(desk.roll_out("Restore ap-3 as well", "--override", "incident-42", "--wave", "2"))
    assert [desk.restores(name) for name in ("eu-2", "ap-3", "ap-1")] == ["once", "once", "false"]
    second = desk.revisions()
    assert {name for name in EVERYONE if second[name] != first[name]} == {"ap-3"}
    assert {history(desk.namespace(name))[-1][2] for name in EVERYONE} == {"deployed"}
