"""What the tests on a real cluster share: the cluster, images and a namespace in it, a store with a backup, a key."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e.cluster import DEADLINE, Namespace, load_command, run
from tests.e2e.release import ROOT, SCENARIOS, VERSION, Release
from tests.e2e.sample import Sample, make_key, make_sample, upload

HOW_TO = """\
try: `make e2e` without KUBECONFIG, which starts a cluster, or set it to the kubeconfig of a cluster for tests;
     kubectl must be on PATH: https://kubernetes.io/docs/tasks/tools"""


@pytest.fixture(scope="session")
def context() -> str:
    """Return the name of the current kubeconfig's context, whose cluster answers."""
    try:
        run("kubectl", "--request-timeout=10s", "get", "--raw=/readyz")
        return run("kubectl", "config", "current-context").strip()
    except (AssertionError, FileNotFoundError) as error:
        reason = error
    pytest.fail(f"error: no Kubernetes cluster answers: {reason}\n{HOW_TO}", pytrace=False)


@pytest.fixture(scope="session")
def images(context: str) -> None:
    """Build the images, and bring them into the cluster."""
    command = load_command(context)
    if not command:
        pytest.fail(
            f"error: how images get into the cluster of the context {context!r} is not known\n"
            "try: set E2E_LOAD_IMAGE to a command that takes an image's archive as its last argument",
            pytrace=False,
        )
    for archive in run(ROOT / "tools" / "image" / "build").split():
        run(*command, archive)


@pytest.fixture(scope="session")
def namespace(images: None) -> Iterator[Namespace]:
    """Make a namespace for this run. At the end it is deleted with everything in it."""
    made = Namespace(f"neo4j-restore-e2e-{secrets.token_hex(3)}")
    run("kubectl", "create", "namespace", made.name)
    yield made
    run("kubectl", "delete", "namespace", made.name, f"--timeout={DEADLINE}")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Make a backup with a real Neo4j, of the version in the image."""
    home = run(ROOT / "tools" / "neo4j" / "assemble", VERSION).strip()
    return make_sample(Path(home), tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def key(namespace: Namespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a key file, and the Secret that the generator prints of it."""
    path = tmp_path_factory.mktemp("key") / "key.json"
    path.touch(mode=0o600)
    path.write_text(make_key())
    namespace.apply(run(SCENARIOS, "secret", "--key-file", path))
    return path


@pytest.fixture(scope="session")
def store(namespace: Namespace, sample: Sample) -> None:
    """Start the emulated store, and upload the backup to it."""
    namespace.apply((Path(__file__).parent / "store.yaml").read_text())
    namespace.wait("condition=Ready", "pod/gcs")
    with namespace.forwarded("service/gcs", 9023) as port:
        upload(sample, f"http://127.0.0.1:{port}")


@pytest.fixture(scope="session")
def make_release(
    namespace: Namespace, sample: Sample, key: Path, store: None, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Release]:
    """Return a maker of releases, by their name, that find store, backup and key."""
    return lambda name: Release(name, namespace, tmp_path_factory.mktemp(name), sample.auth)
