"""Real databases, made once for all tests of a line of Neo4j, and the bucket that their backups are in."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.real.neo4j import Neo4j
from tests.real.people import write_later, write_people
from tests.real.restoring import Pod, make_pod
from tests.real.unprivileged import ROOT
from tests.support.stores import Bucket, Emulator

FIRST_USER = ("neo4j", "the-first-password")
EARLY_USER = ("early", "known-before-the-dump")
LATE_USER = ("late", "known-after-the-dump-only")

_CREATE_USER = "CREATE USER {} SET PASSWORD '{}' CHANGE NOT REQUIRED"

MakePod = Callable[..., Pod]


@dataclass(frozen=True)
class Made:
    """A database that was backed up, and then written to.

    later: a data folder as it was after the later writes. backups: the folder with its dumps or backup.
    last_transaction: the last one in the dump of neo4j, of 5 and later.
    """

    home: Path
    later: Path
    backups: Path
    last_transaction: int = 0


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
    return _with_users("5.26.30", tmp_path_factory.mktemp("neo4j-5"), backups, "five")


@pytest.fixture(scope="session")
def neo4j_2026(tmp_path_factory: pytest.TempPathFactory, backups: Bucket) -> Made:
    """Community 2026.08, the newest: the same, below `newest`."""
    return _with_users("2026.08.1", tmp_path_factory.mktemp("neo4j-2026"), backups, "newest")


@pytest.fixture(scope="session")
def neo4j_4(tmp_path_factory: pytest.TempPathFactory, backups: Bucket) -> Made:
    """Community 4.4: a dump of neo4j below `four`, and later nodes."""
    made = _make("4.4.48", tmp_path_factory.mktemp("neo4j-4"))
    server = Neo4j(made.home, made.later)
    with server:
        write_people(server)
    _dump(server, made.backups, backups, "four", "neo4j")
    with server:
        write_later(server)
    return made


@pytest.fixture(scope="session")
def neo4j_3(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Enterprise 3.3: an online backup of graph.db, taken between the earlier and the later nodes."""
    made = _make("3.3.5", tmp_path_factory.mktemp("neo4j-3"))
    with Neo4j(made.home, made.later) as server:
        write_people(server)
        server.backup(made.backups, "graph.db")
        write_later(server)
    return made


def _with_users(version: str, folder: Path, backups: Bucket, prefix: str) -> Made:
    made = _make(version, folder)
    server = Neo4j(made.home, made.later, FIRST_USER)
    server.set_password()
    with server:
        write_people(server)
        server.query(_CREATE_USER.format(*EARLY_USER), "system")
    _dump(server, made.backups, backups, prefix, "neo4j", "system")
    made = replace(made, last_transaction=server.last_transaction("neo4j"))
    with server:
        write_later(server)
        server.query(_CREATE_USER.format(*LATE_USER), "system")
    return made


def _make(version: str, folder: Path) -> Made:
    folder.chmod(0o755)
    return Made(home_of(version), folder / "data", folder / "backups")


def _dump(server: Neo4j, folder: Path, bucket: Bucket, prefix: str, *databases: str) -> None:
    for database in databases:
        bucket.put(f"{prefix}/{database}.dump", server.dump(database, folder).read_bytes())


def home_of(version: str) -> Path:
    """Return the home of a Neo4j, assembled if it is not there yet."""
    argv = [str(ROOT / "tools" / "neo4j" / "assemble"), version]
    done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True)
    return Path(done.stdout.strip())
