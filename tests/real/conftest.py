"""Real databases for all tests of a line of Neo4j, and the bucket that their backups are in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.real.databases import Made, database_of, of_3, of_4, with_users
from tests.real.restoring import Pod, make_pod
from tests.support.stores import Bucket, Emulator

MakePod = Callable[..., Pod]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("real")


@pytest.fixture(scope="session")
def backups(emulator: Emulator) -> Bucket:
    """Return the one bucket that all backups of real databases are in, each line's below its own path."""
    return emulator.bucket("backups")


@pytest.fixture
def pod(tmp_path: Path, backups: Bucket) -> MakePod:
    """Make the pod of this test: `pod(made, prefix, data=made.later, DATABASE=…)`."""

    def make(made: Made, prefix: str, data: Path | None = None, **env: str) -> Pod:
        return make_pod(tmp_path, made.home, backups, prefix, data, **env)

    return make


@pytest.fixture(scope="session")
def neo4j_5(tmp_path_factory: pytest.TempPathFactory, backups: Bucket) -> Made:
    """Community 5.26 with users: dumps of neo4j and system below `five`, and later nodes and a later user."""
    return _uploaded(database_of("5.26.30", with_users, tmp_path_factory.mktemp("neo4j-5")), backups, "five")


@pytest.fixture(scope="session")
def neo4j_2026(tmp_path_factory: pytest.TempPathFactory, backups: Bucket) -> Made:
    """Community 2026.08, the newest: the same, below `newest`."""
    return _uploaded(database_of("2026.08.1", with_users, tmp_path_factory.mktemp("neo4j-2026")), backups, "newest")


@pytest.fixture(scope="session")
def neo4j_4(tmp_path_factory: pytest.TempPathFactory, backups: Bucket) -> Made:
    """Community 4.4: a dump of neo4j below `four`, and later nodes."""
    return _uploaded(database_of("4.4.48", of_4, tmp_path_factory.mktemp("neo4j-4")), backups, "four")


@pytest.fixture(scope="session")
def neo4j_3(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Enterprise 3.3: an online backup of graph.db, taken between the earlier and the later nodes."""
    return database_of("3.3.5", of_3, tmp_path_factory.mktemp("neo4j-3"))


def _uploaded(made: Made, bucket: Bucket, prefix: str) -> Made:
    for dump in made.backups.glob("*.dump"):
        bucket.put(f"{prefix}/{dump.name}", dump.read_bytes())
    return made
