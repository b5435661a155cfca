"""The text of a file of Cypher that an operator sends to a running cluster: what to know first, then the statements."""

from collections.abc import Iterable, Iterator
from typing import Final

from neo4j_restore import seeding
from neo4j_restore.buckets import Scheme
from neo4j_restore.databases import Naming
from neo4j_restore.seeding import Line
from neo4j_scenarios.amounts import say_size
from neo4j_scenarios.emit.document import header
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.pin import Pin

_SIGN: Final = "//"

_ONCE: Final = (
    "Send it once, and wait for its end. Two seeds of one database at the same time can leave that database",
    "offline for good. So one person sends it, and no job tries it again. If the connection breaks off, look at",
    "SHOW DATABASES before you send a statement again. cypher-shell stops at the first statement that fails.",
    "",
    "It needs a quorum: a majority of the servers that hold `system` must be running. Without it a statement fails",
    'or waits. Then follow Neo4j\'s manual first, "Disaster recovery".',
)

_AFTER: Final = (
    "A server reads a seed when it starts the database, after the statement has ended. So look at the end, too:",
    "  SHOW DATABASES YIELD name, address, currentStatus, statusMessage;",
)

_CREATES: Final = (
    "It creates databases. For one that exists, the statement fails and changes nothing. To replace its data, write",
    f"this file again with --replace. A new database gets {seeding.PRIMARIES} primaries: ALTER DATABASE changes that.",
)

_DROPS: Final = (
    "It REPLACES the data of each database: DROP DATABASE, then CREATE DATABASE. Its privileges are lost with it.",
    "Between the two the database does not exist. If the second one fails, correct the cause, and send that one",
    "alone.",
)

_REPLACES_UNTIL: Final = (
    "It REPLACES the data of each database, or creates one that does not exist. The privileges of the old one are",
    "lost with it. Without restore-until they would stay.",
)

_RECREATES: Final = (
    "It REPLACES the data of each database, which is not available meanwhile. Its privileges and topology stay. For",
    "one that does not exist, the statement fails and changes nothing. Then write this file without --replace.",
)

_IDENTITY: Final = (
    "The servers read the bucket with their own identity or environment. This file has no key, and needs none."
)

_S3_BEFORE: Final = (
    "Before Neo4j 5.26, S3SeedProvider reads s3://. It may need seedConfig: 'region=…' and seedCredentials in the",
    "statement. They are left out here, because no file of ours has a key.",
)

_CLOUDS_BEFORE: Final = "Before Neo4j 5.26 they also need dbms.databases.seed_from_uri_providers=CloudSeedProvider."


def head(command: str, cluster: str, path: str, scenario: Scenario, *, replaces: bool) -> str:
    """Return the comment at the top. command: writes the file again. replaces: whether the databases exist."""
    notes = (
        f"Restores databases of the running cluster {cluster}, Neo4j {scenario.neo4j_tag}:",
        f"  cypher-shell --address neo4j://HOST:7687 --database system --file {path}",
        "",
        *_ONCE,
        "",
        *_existing(scenario, replaces),
        "",
        *_reach(scenario),
        "",
        *_AFTER,
    )
    return header(command, "", *notes, sign=_SIGN)


def part(naming: Naming, pin: Pin, line: Line, statements: Iterable[str]) -> str:
    """Return the part of one database: its pinned set as a comment, and its statements."""
    return "".join(
        [*(f"{_SIGN} {each}\n" for each in _about(naming, pin, line)), *(f"{each};\n" for each in statements)]
    )


def _about(naming: Naming, pin: Pin, line: Line) -> Iterator[str]:
    source = f", from a set of {naming.source}" if naming.is_rename else ""
    yield f"{naming.target}{source}: {say_size(pin.size_bytes)} of {pin.time}"
    yield f"generation {pin.generation}" + (f", checksum {pin.checksum}" if pin.checksum else "")
    if pin.kind == "backup" and line < seeding.CHAINS:
        yield "It must be a full backup: see `neo4j-restore list`. Differential ones are seeds from Neo4j 5.26 on."


def _existing(scenario: Scenario, replaces: bool) -> tuple[str, ...]:
    """Return what the statements do about a database that exists or not, which no file can know."""
    if not replaces:
        return _CREATES
    if scenario.line and scenario.line < seeding.RECREATES:
        return _DROPS
    return _REPLACES_UNTIL if scenario.restore_until else _RECREATES


def _reach(scenario: Scenario) -> Iterator[str]:
    """Yield what the servers need for the bucket. Never a key."""
    yield _IDENTITY
    if scenario.line and scenario.line < seeding.BY_DEFAULT:
        yield from _S3_BEFORE if scenario.bucket.scheme is Scheme.S3 else (_CLOUDS_BEFORE,)
    if scenario.endpoint_url:
        yield f"They need the store's address: AWS_ENDPOINT_URL_S3={scenario.endpoint_url}"
