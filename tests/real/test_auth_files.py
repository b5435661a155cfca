"""AUTH_FILES with Enterprise 3.3: after a restore the users of the backup can log in, and nobody who came later."""

import shutil
import stat
import urllib.error
from http import HTTPStatus

import pytest
from tests.real.conftest import MakePod
from tests.real.databases import EARLY_USER, FIRST_USER, LATE_USER, Made, home_of
from tests.real.neo4j import Neo4j
from tests.real.packing import tar_gz
from tests.real.people import AFTER, BEFORE, counted, write_later, write_people
from tests.support.archives import snapshot
from tests.support.stores import Bucket

_CREATE_USER = "CALL dbms.security.createUser('{}', '{}', false)"


@pytest.fixture(scope="session")
def with_users(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Enterprise 3.3 with users: a backup of graph.db with a copy of `dbms` beside it, later nodes and a later user."""
    folder = tmp_path_factory.mktemp("neo4j-3-users")
    folder.chmod(0o755)
    made = Made(home_of("3.3.5"), folder / "data", folder / "backups")
    server = Neo4j(made.home, made.later, FIRST_USER)
    server.set_password()
    with server:
        write_people(server)
        server.query(_CREATE_USER.format(*EARLY_USER))
        server.query(f"CALL dbms.security.addRoleToUser('reader', '{EARLY_USER[0]}')")
        server.backup(made.backups, "graph.db")
        shutil.copytree(made.later / "dbms", made.backups / "dbms")
        write_later(server)
        server.query(_CREATE_USER.format(*LATE_USER))
        server.query(f"CALL dbms.security.addRoleToUser('admin', '{LATE_USER[0]}')")
    return made


@pytest.fixture
def prefix(with_users: Made, backups: Bucket) -> str:
    """Return the folder of the bucket with the backup and the copy of `dbms`."""
    backups.put("users/graph.db-latest.tar.gz", tar_gz(with_users.backups / "graph.db", "backups/graph.db"))
    for path in (with_users.backups / "dbms").iterdir():
        backups.put(f"users/dbms/{path.name}", path.read_bytes())
    return "users"


def may_log_in(server: Neo4j, user: tuple[str, str]) -> bool:
    """Tell whether a user can read as this server's users can."""
    try:
        return server.query("MATCH (p:Person) RETURN count(p) AS n", auth=user) == [{"n": 1000}]
    except urllib.error.HTTPError as error:
        return error.code != HTTPStatus.UNAUTHORIZED


@pytest.mark.proves("auth")
@pytest.mark.parametrize("volume", ["with later users", "empty"])
def test_a_user_of_the_backup_can_log_in_and_a_later_one_can_not(
    volume: str, prefix: str, with_users: Made, pod: MakePod
) -> None:
    settings = {"DATABASE": "graph.db", "AUTH_FILES": "true", "FORCE_OVERWRITE": "once"}
    restored = pod(with_users, prefix, None if volume == "empty" else with_users.later, **settings)
    ended = restored.restore()
    assert ended.code == 0, ended
    files = sorted((restored.data / "dbms").iterdir())
    assert {path.name for path in files} >= {"auth", "roles"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    (checksum, *_) = [line.split(",")[1] for line in (restored.data / "dbms/auth").read_text().splitlines()]
    assert checksum not in ended.said
    with Neo4j(restored.home, restored.data, FIRST_USER) as server:
        assert counted(server) == BEFORE
        assert may_log_in(server, EARLY_USER)
        assert not may_log_in(server, LATE_USER)
        # The role of a reader came with the user.
        with pytest.raises(AssertionError, match="Forbidden"):
            server.query("CREATE (:Written)", auth=EARLY_USER)


def test_without_the_variable_the_users_of_the_volume_stay(prefix: str, with_users: Made, pod: MakePod) -> None:
    restored = pod(with_users, prefix, with_users.later, DATABASE="graph.db", FORCE_OVERWRITE="once")
    before = snapshot(restored.data / "dbms")
    ended = restored.restore()
    assert ended.code == 0, ended
    assert snapshot(restored.data / "dbms") == before


def test_a_rollback_brings_the_later_users_back(prefix: str, with_users: Made, pod: MakePod) -> None:
    settings = {"DATABASE": "graph.db", "AUTH_FILES": "true", "FORCE_OVERWRITE": "once", "KEEP_PREVIOUS": "true"}
    restored = pod(with_users, prefix, with_users.later, **settings)
    assert restored.restore().code == 0
    ended = restored.command("rollback")
    assert ended.code == 0, ended
    with Neo4j(restored.home, restored.data, FIRST_USER) as server:
        assert counted(server) == AFTER
        assert may_log_in(server, LATE_USER)


def test_users_and_roles_of_two_times_leave_the_volume_as_it_was(
    with_users: Made, pod: MakePod, backups: Bucket
) -> None:
    backups.put("mixed/graph.db-latest.tar.gz", tar_gz(with_users.backups / "graph.db", "backups/graph.db"))
    for name, folder in {"auth": with_users.backups, "roles": with_users.later}.items():
        backups.put(f"mixed/dbms/{name}", (folder / "dbms" / name).read_bytes())
    volume = pod(with_users, "mixed", with_users.later, DATABASE="graph.db", AUTH_FILES="true")
    before = volume.photograph()
    ended = volume.restore(FORCE_OVERWRITE="once")
    assert ended.code == 11, ended
    assert "dbms/roles names 1 users that" in ended.reason
    assert volume.photograph() == before
