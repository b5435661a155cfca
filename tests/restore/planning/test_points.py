"""Which chain has a point, and the ranges that a refusal names: pure, over the headers of artifacts."""

from datetime import UTC, datetime, timedelta

import pytest

from neo4j_restore.planning import points
from neo4j_restore.sets.chains import Artifact
from neo4j_restore.until import Until, parse_until

START = datetime(2026, 1, 31, tzinfo=UTC)


def artifact(hour: int, lowest: int, highest: int, *, full: bool = False, size: int = 1) -> Artifact:
    return Artifact(f"{hour}", "id", full, lowest, highest, size, START + timedelta(hours=hour))


CHAINS = [
    artifact(1, 1, 100, full=True, size=100),
    artifact(2, 101, 150),
    artifact(3, 151, 300),
    artifact(4, 1, 350, full=True, size=200),
    artifact(5, 351, 400),
]


def taken(text: str) -> str:
    links = points.chain(parse_until(text), CHAINS, CHAINS, overlaps=True)
    return " ".join(each.key for each in links)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("100", ""),
        ("101", "1 2"),
        ("150", "1 2"),
        ("151", "1 2 3"),
        ("300", "1 2 3"),
        # Between the end of the first chain and the second full backup there is no transaction log.
        ("301", ""),
        ("350", ""),
        ("351", "4 5"),
        ("400", "4 5"),
        ("401", ""),
        ("2026-01-31T00:59:59Z", ""),
        ("2026-01-31T01:00:00Z", "1 2"),
        ("2026-01-31T02:30:00Z", "1 2 3"),
        ("2026-01-31T03:30:00Z", ""),
        ("2026-01-31T04:30:00Z", "4 5"),
        ("2026-01-31T05:00:01Z", ""),
    ],
)
def test_the_chain_of_a_point_ends_as_soon_as_possible_behind_it(text: str, keys: str) -> None:
    assert taken(text) == keys


def test_a_differential_backup_between_two_chains_leads_back_to_the_full_one_before_the_point() -> None:
    bridged = [*CHAINS, artifact(6, 301, 500, size=5)]
    links = points.chain(Until(transaction=320), bridged, bridged, overlaps=True)
    assert [each.key for each in links] == ["1", "2", "3", "6"]


def test_a_refusal_names_the_range_of_each_full_backup_that_has_one() -> None:
    error = points.refusal(Until(transaction=320), CHAINS[4], CHAINS, lambda key: f"b/{key}")
    assert "transactions 351 to 400, 2026-01-31T04:00:00Z to 2026-01-31T05:00:00Z (from b/4)" in str(error)
    assert "transactions 101 to 300, 2026-01-31T01:00:00Z to 2026-01-31T03:00:00Z (from b/1)" in str(error)
    assert error.exit_code == 10


def test_a_full_backup_alone_has_no_point() -> None:
    alone = [CHAINS[0]]
    assert points.chain(Until(transaction=50), alone, alone, overlaps=True) == ()
    assert "full backup without differential ones" in str(points.refusal(Until(transaction=50), alone[0], alone, str))
