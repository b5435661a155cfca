"""What several test files use: an emulated bucket, and the real command in an environment of its own."""

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.support import azurite, proofs, skips, standin, stores, used, versitygw
from tests.support.forked import Forked, can_fork, forked
from tests.support.patience import HANGS_AFTER_SECONDS

from neo4j_restore import scrub

# Examples have no deadline: on a busy machine one of them takes longer for reasons that are not the code's. The same
# is true of the time that it takes to draw them.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# A job in the background ignores Ctrl-C, and so would every program that tests start and end by it.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)

_HELM = Path(__file__).parents[1] / "tools" / "helm"

_REAL = Path(__file__).parent / "real"

Run = Callable[..., subprocess.CompletedProcess[str]]


def pytest_configure(config: pytest.Config) -> None:
    """Let no test be skipped in CI, and gather what tests prove about the versions of Neo4j."""
    config.pluginmanager.register(skips)
    config.pluginmanager.register(proofs)


# Before pytest-xdist's own hook, which reads the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process where several run them, and all that share what is made once.

    Those are real databases, and the browser.
    """
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            real = item.path.is_relative_to(_REAL) or item.get_closest_marker("real")
            browser = "browser" in getattr(item, "fixturenames", ())
            file = f"{item.path.parent.name}/{item.path.stem}"
            item.add_marker(pytest.mark.xdist_group("real" if real else "browser" if browser else file))


@pytest.fixture(autouse=True)
def secrets_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the secrets that other tests had: a text of this one may have the same word."""
    monkeypatch.setattr(scrub, "_scrubber", scrub.Scrubber())


@pytest.fixture(scope="session")
def helm() -> str:
    """Return the path of a Helm."""
    done = subprocess.run([_HELM, "any"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stderr, pytrace=False)
    return done.stdout.strip()


@pytest.fixture(scope="session")
def emulator() -> Iterator[stores.Emulator]:
    """Run one emulator for all tests."""
    with stores.emulator() as running:
        yield running


@pytest.fixture
def bucket(emulator: stores.Emulator) -> stores.Bucket:
    """Return an empty bucket of this test's own."""
    return emulator.bucket(f"backups-{uuid.uuid4().hex[:12]}")


@pytest.fixture(scope="session")
def versity() -> Iterator[versitygw.S3]:
    """Run one S3 for all tests."""
    with versitygw.s3() as running:
        yield running


@pytest.fixture
def s3_bucket(versity: versitygw.S3) -> versitygw.S3Bucket:
    """Return an empty S3 bucket of this test's own."""
    return versity.bucket()


@pytest.fixture(scope="session")
def azure() -> Iterator[azurite.Azure]:
    """Run one Azure Blob Storage for all tests."""
    with azurite.azure() as running:
        yield running


@pytest.fixture
def azure_container(azure: azurite.Azure) -> azurite.AzureContainer:
    """Return an empty container of this test's own."""
    return azure.container()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return an empty data volume."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def forked_command() -> Iterator[Forked]:
    """Run one process for all tests that forks the command."""
    with forked() as running:
        yield running


@pytest.fixture
def neo4j_restore(tmp_path: Path, data: Path, bucket: stores.Bucket, forked_command: Forked) -> Run:
    """Return the real command: `neo4j_restore("run", DATABASE="neo4j")`, by default on this test's bucket and volume.

    neo4j-admin is the stand-in for 4.4, unless NEO4J_HOME is given. The termination log is `tmp_path / "reason"`.
    under: a command that starts it, such as `unshare`. Without one, the command is a fork of a process that has
    imported it.
    """
    (tmp_path / "reason").touch()
    default = {
        "PATH": os.environ["PATH"],
        # Lets the child process count its lines as well, where they are counted.
        **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
        "BUCKET": bucket.url,
        "DATABASE": "neo4j",
        "DATA_DIR": str(data),
        "STORAGE_EMULATOR_HOST": bucket.host,
        "TERMINATION_LOG": str(tmp_path / "reason"),
        "RETRY_SECONDS": "1",
    }

    def run(*argv: str, under: Sequence[str] = (), **environment: str) -> subprocess.CompletedProcess[str]:
        home = tmp_path / "neo4j"
        if "NEO4J_HOME" not in environment and not home.exists():
            standin.install(home)
        variables = {**default, "NEO4J_HOME": str(home), **environment}
        if argv[:1] == ("run",):
            used.stand_in(Path(variables["NEO4J_HOME"]))
        if not under and can_fork(variables):
            return forked_command.run(*argv, environment=variables, timeout_seconds=HANGS_AFTER_SECONDS)
        command = [*under, str(Path(sys.executable).with_name("neo4j-restore")), *argv]
        return subprocess.run(
            command, env=variables, capture_output=True, text=True, check=False, timeout=HANGS_AFTER_SECONDS
        )

    return run
