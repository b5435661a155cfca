"""Every statement for Enterprise is Cypher of its version: real parsers of Community 5.26 and 2026.08 take it.

Community refuses what only Enterprise can do, but its parser comes first. So the refusal shows that the statement is
Cypher, and a misspelt one gets another error. What Enterprise then does is Neo4j's manual's word.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from neo4j import GraphDatabase, Session
from neo4j.exceptions import ClientError
from tests.real.databases import FIRST_USER, home_of
from tests.real.neo4j import Neo4j
from tests.support.bolt import row

from neo4j_restore.admin.admin_commands import Edition, Version
from neo4j_restore.finalize import facts, metadata
from neo4j_restore.finalize.decide import Request, decide
from neo4j_restore.finalize.facts import Server
from neo4j_restore.finalize.variables import Metadata
from neo4j_restore.seeding import Line, Seed, statements
from neo4j_restore.spec import DatabaseName
from neo4j_restore.until import Until, parse_until

SALES, STAGING, NEO4J = map(DatabaseName, ("sales", "staging-2026.eu", "neo4j"))
UNSUPPORTED = "Neo.ClientError.Statement.UnsupportedAdministrationCommand"
NO_PROCEDURE = "Neo.ClientError.Procedure.ProcedureNotFound"

# One statement of each form that a metadata script may have.
SCRIPT = """
CREATE ROLE reader; CREATE IMMUTABLE ROLE `odd; one` IF NOT EXISTS;
GRANT ACCESS ON DATABASE $database TO reader;
GRANT READ {name, `O``N`} ON GRAPH $database NODES Person, Odd TO reader;
GRANT ALL ON DATABASE * TO reader; DENY WRITE ON GRAPH * TO reader; DENY TRAVERSE ON HOME GRAPH ELEMENTS * TO reader;
GRANT IMMUTABLE MATCH {*} ON GRAPH sales RELATIONSHIPS * TO reader;
ALTER DATABASE $database SET ACCESS READ ONLY; ALTER DATABASE sales SET OPTION txLogEnrichment 'OFF';
ALTER USER anna IF EXISTS SET HOME DATABASE sales; GRANT ROLE reader TO anna;
"""
RULE = (
    "CREATE AUTH RULE `from home` SET CONDITION abac.oidc.user_attribute('a') = 'b'; GRANT ROLE reader TO AUTH RULE x;"
)

# The versions for which seeds have other statements, by the parser that has to take them.
LINES = {"5.26.30": [(5, 0), (5, 23), (5, 24), (5, 26)], "2026.08.1": [(2025, 3), (2025, 5), (2025, 6), (2026, 8)]}

NEW = Seed(STAGING, "gs://graph-backups/it's\\u0027/neo4j-2026-01-31T02-00-00.backup")
POINT, TRANSACTION = parse_until("2026-01-31T02:30:00Z"), parse_until("42")


@dataclass(frozen=True)
class Parser:
    """A running Community server, as a parser of Cypher."""

    session: Session
    release: Version
    lines: list[Line]

    def answer(self, cypher: str, **parameters: str) -> str:
        """Return the code of the server's error, or an empty text if it carried the statement out."""
        try:
            self.session.run(cypher, parameters).consume()
        except ClientError as error:
            return error.code or ""
        return ""


@pytest.fixture(scope="module", params=LINES)
def parser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parser]:
    folder = tmp_path_factory.mktemp("statements")
    folder.chmod(0o755)
    server = Neo4j(home_of(request.param), folder / "data", FIRST_USER)
    server.set_password()
    release = Version(*map(int, request.param.split(".")))
    with (
        server,
        GraphDatabase.driver(f"bolt://127.0.0.1:{server.ports[0]}", auth=FIRST_USER) as driver,
        driver.session(database="system") as session,
    ):
        yield Parser(session, release, LINES[request.param])


def test_a_misspelt_statement_gets_another_answer(parser: Parser) -> None:
    for wrong in ("CREATE DATABASE x TOPOLOGIES 3", "CREATE DATABASE x OPTIONS {seedURI 'a'}", "CALL dbms.recreate("):
        assert parser.answer(wrong) == "Neo.ClientError.Statement.SyntaxError"


@pytest.mark.parametrize("until", [None, POINT, TRANSACTION], ids=["whole", "time", "transaction"])
@pytest.mark.parametrize("exists", [False, True], ids=["new", "existing"])
def test_each_seed_is_cypher_of_its_version(parser: Parser, exists: bool, until: Until | None) -> None:
    seed = replace(NEW, exists=exists, until=until)
    for line in parser.lines:
        for statement in statements(seed, line):
            expected = NO_PROCEDURE if statement.startswith("CALL ") else UNSUPPORTED
            assert parser.answer(statement) == expected, statement


def test_an_object_s_name_stays_as_it_is(parser: Parser) -> None:
    (created,) = statements(NEW, parser.lines[-1])
    literal = created[created.index("seedURI: ") + 9 : created.index("} WAIT")].partition(", seed")[0]
    for prefix in ("CYPHER 5", "CYPHER 25") if parser.release.major > 5 else ("CYPHER 5",):
        result = parser.session.run(f"{prefix} SHOW DATABASES YIELD name RETURN {literal} AS url LIMIT 1")
        assert [each["url"] for each in result] == [NEW.url]


def test_each_statement_of_finalize_is_cypher_of_its_version(parser: Parser) -> None:
    scripts = {SALES: metadata.replays(SCRIPT, SALES, "script")}
    stopped = row(str(STAGING), currentStatus="offline", requestedStatus="offline")
    server = Server(parser.release, Edition.ENTERPRISE, facts.databases([row("neo4j", default=True), stopped]))
    steps = decide(Request((SALES, STAGING), (), scripts, Metadata.USERS, SALES), server).steps
    assert {step.purpose.value for step in steps} == {"create", "metadata", "start", "stop", "default"}
    for step in steps:
        expected = {NO_PROCEDURE} if "CALL " in step.cypher else {UNSUPPORTED}
        # Users exist in Community, too.
        expected |= {""} if " USER " in step.cypher else set()
        assert parser.answer(step.cypher, **step.parameters) in expected, step.cypher


def test_auth_rules_are_cypher_25(parser: Parser) -> None:
    if parser.release < Version(2026, 3):
        return
    server = Server(parser.release, Edition.ENTERPRISE, facts.databases([row("neo4j"), row("sales")]))
    scripts = {SALES: metadata.replays(RULE, SALES, "script")}
    for step in decide(Request((SALES,), (), scripts, Metadata.USERS), server).steps:
        assert step.cypher.startswith("CYPHER 25 ")
        assert parser.answer(step.cypher, **step.parameters) == UNSUPPORTED, step.cypher
