"""What a server says becomes facts, in the words of every version."""

import pytest
from tests.support.bolt import row

from neo4j_restore.admin.admin_commands import Edition, Version
from neo4j_restore.finalize import facts
from neo4j_restore.finalize.facts import State


@pytest.mark.parametrize(
    ("agent", "version"),
    [
        ("Neo4j/5.26.30", Version(5, 26, 30)),
        ("Neo4j/2026.08.1", Version(2026, 8, 1)),
        ("Neo4j/5.27-aura", Version(5, 27)),
        ("Memgraph/2.0", None),
    ],
)
def test_the_version_is_in_the_servers_name(agent: str, version: Version | None) -> None:
    assert facts.version(agent) == version


def test_the_edition_is_that_of_one_component() -> None:
    rows = [{"name": "Neo4j Kernel", "edition": "community"}, {"name": "Cypher", "edition": ""}]
    assert facts.edition(rows) is Edition.COMMUNITY
    assert facts.edition([{"name": "Other", "edition": "aura"}]) is None


@pytest.mark.parametrize(
    ("status", "requested", "message", "state"),
    [
        ("online", "online", "", State.ONLINE),
        ("starting", "online", "", State.PENDING),
        ("offline", "online", "", State.PENDING),
        ("offline", "online", "Unable to start it", State.FAILED),
        ("quarantined", "online", "by anna", State.FAILED),
        ("dirty", "online", "", State.FAILED),
        ("offline", "offline", "", State.STOPPED),
    ],
)
def test_a_status_says_whether_a_database_serves(status: str, requested: str, message: str, state: State) -> None:
    databases = facts.databases([row("sales", status, requested, statusMessage=message)])
    assert (databases["sales"].state, databases["sales"].message) == (state, message)


def test_4x_has_another_word_for_the_message() -> None:
    old = row("sales", "offline", error="Unable to start it")
    del old["statusMessage"]
    assert facts.databases([old])["sales"].message == "Unable to start it"


def test_the_member_of_a_cluster_that_serves_worst_decides() -> None:
    rows = [row("sales", address="a"), row("sales", "starting", address="b"), row("system", address="a")]
    server = facts.Server(Version(5, 26), None, facts.databases(rows))
    assert server.databases["sales"].state is State.PENDING
    assert server.in_cluster


def test_the_default_database_is_the_one_that_says_so() -> None:
    server = facts.Server(Version(5, 26), None, facts.databases([row("neo4j"), row("system")]))
    assert (server.default, server.in_cluster) == ("neo4j", False)
