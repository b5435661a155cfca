"""The Cypher for a running cluster, by version. Held to the operations manuals of 5 and 2026."""

from dataclasses import replace

import pytest

from neo4j_restore import spec
from neo4j_restore.seeding import Line, Seed, statements, unfit
from neo4j_restore.until import parse_until

NEO4J, ODD, SYSTEM = map(spec.parse_database, ("neo4j", "sales-2026.eu", "system"))
NEW = Seed(NEO4J, "gs://graph-backups/production/neo4j-2026-01-31T02-00-00.backup")
THERE = replace(NEW, exists=True)
URI = f"seedURI: '{NEW.url}'"


@pytest.mark.parametrize(
    ("seed", "line", "expected"),
    [
        (NEW, (5, 25), [f"CREATE DATABASE `neo4j` TOPOLOGY 3 PRIMARIES OPTIONS {{existingData: 'use', {URI}}} WAIT"]),
        (NEW, (2025, 5), [f"CREATE DATABASE `neo4j` TOPOLOGY 3 PRIMARIES OPTIONS {{existingData: 'use', {URI}}} WAIT"]),
        (NEW, (2025, 6), [f"CYPHER 25 CREATE DATABASE `neo4j` TOPOLOGY 3 PRIMARIES OPTIONS {{{URI}}} WAIT"]),
        (
            replace(NEW, primaries=5),
            (2026, 8),
            [f"CYPHER 25 CREATE DATABASE `neo4j` TOPOLOGY 5 PRIMARIES OPTIONS {{{URI}}} WAIT"],
        ),
        (
            replace(NEW, primaries=1, database=ODD),
            (5, 26),
            [f"CREATE DATABASE `sales-2026.eu` TOPOLOGY 1 PRIMARY OPTIONS {{existingData: 'use', {URI}}} WAIT"],
        ),
        (
            THERE,
            (5, 23),
            [
                "DROP DATABASE `neo4j` IF EXISTS WAIT",
                f"CREATE DATABASE `neo4j` TOPOLOGY 3 PRIMARIES OPTIONS {{existingData: 'use', {URI}}} WAIT",
            ],
        ),
        (THERE, (5, 24), [f"CALL dbms.cluster.recreateDatabase('neo4j', {{{URI}}})"]),
        (THERE, (2025, 3), [f"CALL dbms.cluster.recreateDatabase('neo4j', {{{URI}}})"]),
        (THERE, (2025, 4), [f"CALL dbms.recreateDatabase('neo4j', {{{URI}}})"]),
        (
            replace(NEW, until=parse_until("42")),
            (2025, 1),
            [
                f"CREATE DATABASE `neo4j` TOPOLOGY 3 PRIMARIES OPTIONS {{existingData: 'use', {URI}, "
                "seedRestoreUntil: 42} WAIT"
            ],
        ),
        (
            replace(THERE, until=parse_until("2026-01-31T02:30:00Z")),
            (2026, 8),
            [
                f"CYPHER 25 CREATE OR REPLACE DATABASE `neo4j` TOPOLOGY 3 PRIMARIES OPTIONS {{{URI}, "
                "seedRestoreUntil: datetime('2026-01-31T02:30:00Z')} WAIT",
            ],
        ),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_the_statements_are_those_of_the_version(seed: Seed, line: Line, expected: list[str]) -> None:
    assert list(statements(seed, line)) == expected


def test_a_quote_in_a_name_of_an_object_does_not_end_the_text() -> None:
    seed = replace(THERE, url="s3://b/it's\\n.dump")
    assert statements(seed, (2026, 8)) == ("CALL dbms.recreateDatabase('neo4j', {seedURI: 's3://b/it\\'s\\\\n.dump'})",)


@pytest.mark.parametrize(
    ("seed", "line", "why"),
    [
        (replace(NEW, database=SYSTEM), (2026, 8), "disaster recovery"),
        (NEW, (4, 4), "Neo4j 4.4 creates no database from a URI"),
        (NEW, (5, 24), "reads no gs:// as a seed"),
        (replace(NEW, url="s3://b/neo4j.tar.gz"), (2026, 8), "only a .backup or a .dump"),
        (replace(NEW, url="s3://b/neo4j.dump.age"), (2026, 8), "not encrypted"),
        (replace(NEW, url="s3://b/neo4j/"), (2026, 8), "not a folder"),
        (replace(NEW, url="file:///b/neo4j.dump"), (2026, 8), "can't read a folder of the restore container"),
        (replace(NEW, differential=True), (5, 25), "takes no differential backup"),
        (replace(NEW, until=parse_until("42")), (5, 26), "no seedRestoreUntil"),
    ],
)
def test_what_a_server_of_the_version_cannot_take_has_the_reason(seed: Seed, line: Line, why: str) -> None:
    assert why in unfit(seed, line)


@pytest.mark.parametrize(
    ("seed", "line"),
    [
        (NEW, (5, 25)),
        (replace(NEW, url="s3://b/neo4j.dump"), (5, 0)),
        (replace(NEW, differential=True), (5, 26)),
        (replace(NEW, until=parse_until("42")), (2025, 1)),
    ],
)
def test_what_a_server_of_the_version_can_take_has_none(seed: Seed, line: Line) -> None:
    assert unfit(seed, line) == ""
