"""From the facts and the request follow the statements, their order, or the reason why there are none."""

import pytest
from tests.support.bolt import row

from neo4j_restore.admin.admin_commands import Edition, Version
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.finalize import facts, metadata
from neo4j_restore.finalize.decide import Decided, Request, decide
from neo4j_restore.finalize.facts import Server
from neo4j_restore.finalize.variables import Metadata
from neo4j_restore.spec import DatabaseName

NEO4J, SALES, SYSTEM = map(DatabaseName, ("neo4j", "sales", "system"))

SCRIPT = """
CREATE DATABASE $database IF NOT EXISTS;
CREATE ROLE reader;
GRANT ACCESS ON DATABASE $database TO reader;
CREATE USER anna SET PASSWORD 'hush-hush';
"""

REPLAYED = ["CREATE ROLE reader IF NOT EXISTS", "GRANT ACCESS ON DATABASE $database TO reader"]


NEWEST_5 = Version(5, 26, 30)


def make_server(
    *rows: dict[str, object], version: Version = NEWEST_5, edition: Edition | None = Edition.ENTERPRISE
) -> Server:
    return Server(version, edition, facts.databases(rows or [row("neo4j"), row("system")]))


def make_request(
    *databases: DatabaseName,
    metadata_: Metadata = Metadata.PRIVILEGES,
    script: str = "",
    default: DatabaseName | None = None,
) -> Request:
    scripts = {name: metadata.replays(script, name, "script") for name in databases}
    return Request(databases, (), scripts, metadata_, default)


def sent(decided: Decided) -> list[str]:
    return [step.cypher for step in decided.steps]


def test_a_server_that_knows_all_and_serves_them_gets_no_statement() -> None:
    assert decide(make_request(NEO4J, SYSTEM), make_server()) == Decided(())


def test_a_database_that_system_does_not_know_is_created_by_its_name_as_parameter() -> None:
    (step,) = decide(make_request(NEO4J, SALES), make_server()).steps
    assert (step.cypher, step.parameters) == ("CREATE DATABASE $name IF NOT EXISTS", {"name": "sales"})


def test_the_order_is_create_metadata_start_default() -> None:
    server = make_server(row("neo4j"), row("system"), row("movies", "offline", "offline"))
    request = make_request(SALES, DatabaseName("movies"), script=SCRIPT, default=SALES)
    assert sent(decide(request, server)) == [
        "CREATE DATABASE $name IF NOT EXISTS",
        *REPLAYED,
        *REPLAYED,
        "START DATABASE $name",
        "STOP DATABASE $name",
        "CALL dbms.setDefaultDatabase($name)",
        "START DATABASE $name",
    ]


@pytest.mark.parametrize(
    ("version", "ours", "theirs"),
    [
        (Version(4, 4, 48), "", ""),
        (Version(5, 26, 30), "", ""),
        (Version(2025, 5, 0), "", ""),
        (Version(2025, 6, 0), "CYPHER 25 ", "CYPHER 5 "),
        (Version(2026, 8, 1), "CYPHER 25 ", "CYPHER 5 "),
    ],
)
def test_statements_say_their_version_of_cypher_where_there_are_two(version: Version, ours: str, theirs: str) -> None:
    decided = decide(make_request(SALES, script=SCRIPT), make_server(version=version))
    assert sent(decided) == [f"{ours}CREATE DATABASE $name IF NOT EXISTS", *(theirs + each for each in REPLAYED)]


def test_users_are_replayed_only_if_told() -> None:
    without = decide(make_request(SALES, script=SCRIPT), make_server())
    assert without.left_out == (
        "1 statement of the metadata script of sales about users: METADATA=users replays them too",
        "1 statement of the metadata script of sales about its creation and state, which finalize decides",
    )
    plan = decide(make_request(SALES, script=SCRIPT, metadata_=Metadata.USERS), make_server())
    assert plan.steps[-1].cypher == "CREATE USER anna IF NOT EXISTS SET PASSWORD 'hush-hush'"
    assert "hush" not in plan.steps[-1].text


@pytest.mark.parametrize(
    ("request_", "server", "why"),
    [
        (make_request(SALES, SYSTEM, script=SCRIPT), make_server(row("sales"), row("system")), "system was restored"),
        (make_request(NEO4J, script=SCRIPT), make_server(edition=Edition.COMMUNITY), "Community has neither roles"),
    ],
    ids=["system", "community"],
)
def test_a_script_is_left_out_with_the_reason(request_: Request, server: Server, why: str) -> None:
    decided = decide(request_, server)
    assert decided.steps == ()
    assert why in " ".join(decided.left_out)


def test_community_says_that_it_can_not_serve_a_second_database() -> None:
    with pytest.raises(ConfigurationError, match="beside system, neo4j, and can't serve sales, movies") as raised:
        decide(make_request(NEO4J, SALES, DatabaseName("movies")), make_server(edition=Edition.COMMUNITY))
    assert "DATABASE=neo4j" in raised.value.hint


def test_a_cluster_of_5_creates_nothing_and_says_the_statement() -> None:
    rows = [row("neo4j", address="a"), row("system", address="a"), row("system", address="b")]
    with pytest.raises(ConfigurationError, match="cluster does not know sales") as raised:
        decide(make_request(SALES), make_server(*rows))
    assert "CREATE DATABASE `sales` OPTIONS {existingData: 'use', existingDataSeedServer: 'ID'}" in raised.value.hint
    assert decide(make_request(SALES), make_server(*rows, version=Version(4, 4))).steps


def test_neo4j_3_has_nothing_to_finalize() -> None:
    with pytest.raises(ConfigurationError, match=r"3\.5\.0 has no database system"):
        decide(make_request(NEO4J), make_server(version=Version(3, 5)))


def test_the_default_database_is_left_alone_if_it_is_that_already() -> None:
    assert decide(make_request(NEO4J, default=NEO4J), make_server()).steps == ()


@pytest.mark.parametrize(
    ("server", "why"),
    [
        (make_server(edition=Edition.COMMUNITY), "Community can't change its default"),
        (make_server(version=Version(4, 4)), "no statement that changes its default"),
        (make_server(), "the server has no database sales"),
    ],
)
def test_a_default_database_that_can_not_be_set_is_refused_before_anything(server: Server, why: str) -> None:
    with pytest.raises(ConfigurationError, match=why):
        decide(make_request(NEO4J, default=SALES), server)


def test_the_old_default_database_is_started_again_even_after_a_failure() -> None:
    steps = decide(make_request(SALES, default=SALES), make_server()).steps[-3:]
    assert [(step.database, step.always) for step in steps] == [
        ("neo4j", False),
        ("sales", False),
        ("neo4j", True),
    ]


def test_a_database_without_a_store_is_named() -> None:
    assert decide(Request((NEO4J,), (SALES,)), make_server()).left_out == ("sales: the volume has no store of it",)
