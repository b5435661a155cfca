"""Community 5.26 and 2026.08: dumps of neo4j and system in a bucket become a running server, once."""

import pytest
from neo4j.exceptions import AuthError
from tests.real.conftest import MakePod
from tests.real.databases import EARLY_USER, FIRST_USER, LATE_USER, Made
from tests.real.neo4j import Neo4j
from tests.real.people import AFTER, BEFORE, counted, write_later
from tests.real.serving import holds
from tests.support.stores import Bucket

ONLINE = {"neo4j": "online", "system": "online"}


@pytest.fixture(params=["five", "newest"])
def prefix(request: pytest.FixtureRequest) -> str:
    """Return where in the bucket the dumps of a line are."""
    line: str = request.param
    return line


@pytest.fixture
def made(prefix: str, request: pytest.FixtureRequest) -> Made:
    """Return the database of that line."""
    database: Made = request.getfixturevalue({"five": "neo4j_5", "newest": "neo4j_2026"}[prefix])
    return database


@pytest.mark.proves("dump", "system")
def test_a_wiped_volume_comes_back_with_its_nodes_and_users_and_is_restored_once(
    prefix: str, made: Made, pod: MakePod
) -> None:
    volume = pod(made, prefix, DATABASE="neo4j,system")
    first = volume.restore()
    assert first.code == 0, first
    receipt = volume.receipt()
    assert [each["database"] for each in receipt["restored"]] == ["neo4j", "system"]
    assert not volume.has_staged_files()
    assert volume.owners() == {volume.data.stat().st_uid}
    assert 0 not in volume.owners(), "the restore ran as root"

    with Neo4j(volume.home, volume.data, FIRST_USER) as server:
        assert server.status_of_databases() == ONLINE
        assert counted(server) == BEFORE
        assert server.query("RETURN 1 AS one", auth=EARLY_USER) == [{"one": 1}]
        with pytest.raises(AuthError):
            server.query("RETURN 1 AS one", auth=LATE_USER)
        write_later(server)

    # Bytes that are the same need no second start of a server to show it.
    before = volume.photograph()
    second = volume.restore()
    assert second.code == 0, second
    assert volume.receipt() == receipt
    assert volume.photograph() == before


def test_existing_databases_are_left_alone_by_default(neo4j_5: Made, pod: MakePod) -> None:
    volume = pod(neo4j_5, "five", neo4j_5.later, DATABASE="neo4j,system")
    before = volume.photograph()
    ended = volume.restore()
    assert ended.code == 0, ended
    assert "skip" in ended.said
    assert volume.photograph() == before


def test_force_overwrite_once_replaces_one_time(prefix: str, made: Made, pod: MakePod) -> None:
    volume = pod(made, prefix, made.later, DATABASE="neo4j", FORCE_OVERWRITE="once")
    ended = volume.restore()
    assert ended.code == 0, ended
    with Neo4j(volume.home, volume.data, LATE_USER) as server:
        assert server.status_of_databases() == ONLINE
        assert counted(server) == BEFORE
        write_later(server)

    before, receipt = volume.photograph(), volume.receipt()
    again = volume.restore()
    assert again.code == 0, again
    assert volume.photograph() == before
    assert volume.receipt() == receipt


def test_a_running_server_is_not_restored_under(prefix: str, made: Made, pod: MakePod) -> None:
    volume = pod(made, prefix, made.later, DATABASE="neo4j", FORCE_OVERWRITE="once")
    with Neo4j(volume.home, volume.data, LATE_USER) as server:
        ended = volume.restore()
        assert ended.code == 12, ended
        assert counted(server) == AFTER


def test_a_truncated_dump_leaves_the_old_database_whole(prefix: str, made: Made, pod: MakePod, backups: Bucket) -> None:
    dump = (made.backups / "neo4j.dump").read_bytes()
    key = f"truncated-{prefix}/neo4j.dump"
    backups.put(key, dump[: len(dump) // 2])
    volume = pod(made, f"truncated-{prefix}", made.later, DATABASE="neo4j", FORCE_OVERWRITE="once")
    before = volume.photograph()
    ended = volume.restore()
    assert ended.code == 11, ended
    assert key in ended.reason
    assert "try: take another set" in ended.said
    assert volume.photograph() == before
    assert not volume.has_staged_files()
    holds(volume, AFTER, auth=FIRST_USER, states=ONLINE)


def test_a_missing_dump_of_one_database_restores_none(neo4j_5: Made, pod: MakePod, backups: Bucket) -> None:
    backups.put("half/neo4j.dump", (neo4j_5.backups / "neo4j.dump").read_bytes())
    volume = pod(neo4j_5, "half", DATABASE="neo4j,system")
    ended = volume.restore()
    assert ended.code == 10, ended
    assert "system" in ended.reason
    assert volume.photograph() == {}


@pytest.mark.refuses("newer", because="Neo4j has no way back to an older version")
@pytest.mark.parametrize(
    ("maker", "advice"),
    [("neo4j_4", "set MIGRATE=true"), ("neo4j_2026", "an image and a server of the version that wrote it")],
)
def test_a_dump_of_an_older_or_newer_neo4j_is_refused_and_the_old_data_kept(
    maker: str, advice: str, request: pytest.FixtureRequest, neo4j_5: Made, pod: MakePod, backups: Bucket
) -> None:
    other: Made = request.getfixturevalue(maker)
    backups.put(f"of-{maker}/neo4j.dump", (other.backups / "neo4j.dump").read_bytes())
    volume = pod(neo4j_5, f"of-{maker}", neo4j_5.later, DATABASE="neo4j", FORCE_OVERWRITE="once")
    before = volume.photograph()
    ended = volume.restore()
    assert ended.code == 31, ended
    assert advice in ended.said.partition("try: ")[2]
    assert volume.photograph() == before


@pytest.mark.proves("older")
def test_a_dump_of_5_comes_back_in_the_newest_neo4j(
    neo4j_5: Made, neo4j_2026: Made, pod: MakePod, backups: Bucket
) -> None:
    backups.put("upgraded/neo4j.dump", (neo4j_5.backups / "neo4j.dump").read_bytes())
    volume = pod(neo4j_2026, "upgraded", DATABASE="neo4j")
    ended = volume.restore()
    assert ended.code == 0, ended
    holds(volume, BEFORE, states=ONLINE)
