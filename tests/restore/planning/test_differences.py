"""What a request names differently from the receipt of the last restore."""

import re
from typing import Any

import pytest

from neo4j_restore import settings, spec
from neo4j_restore.planning.differences import differences, repeated
from neo4j_restore.volume.receipt import Receipt

NEO4J = spec.DatabaseName("neo4j")
NIGHT = "2026-01-31T02:00:00+00:00"


def request(**environment: str) -> settings.Settings:
    """Return the request that the restore of `done` fulfilled, with other variables on top."""
    return settings.from_environment({"BUCKET": "gs://backups/nightly", "DATABASE": "neo4j", **environment})


def done(*, timestamp: str = "latest", wish: str = "", **record: Any) -> Receipt:
    """Return the receipt after a restore."""
    restored = {
        "database": "neo4j",
        "object": "gs://backups/nightly/neo4j-2026-01-31-020000.dump",
        "stamp": "2026-01-31-020000",
        "time": NIGHT,
        "wish": wish or request().request.name_of(NEO4J),
    }
    last = {"bucket": "gs://backups/nightly", "timestamp": timestamp, "restored": [restored], "finished": NIGHT}
    return Receipt().plus({**last, **record})


def differing(receipt: Receipt, **environment: str) -> str:
    given = request(**environment)
    return ", ".join(differences(given.request, given.policy, NEO4J, receipt))


@pytest.mark.parametrize(
    ("environment", "receipt"),
    [
        ({}, done()),
        ({}, done(timestamp=NIGHT)),
        ({}, Receipt()),
        ({"FORCE_OVERWRITE": "once"}, done()),
        ({"FORCE_OVERWRITE": "once", "RESTORE_ID": "a"}, done(wish="a")),
        ({"RESTORE_ID": "a"}, done(wish="b")),
        ({"BUCKET": "gs://backups"}, done()),
        ({"BUCKET": "gs://backups/nightly/neo4j-2026-01-31-020000.dump"}, done()),
        ({"TIMESTAMP": "2026-01-31-020000"}, done()),
        ({"TIMESTAMP": "2026-01-31"}, done()),
        ({"TIMESTAMP": "2026-03-01T00:00:00Z"}, done()),
        ({"TIMESTAMP": "2026-03-01T00:00:00+01:00"}, done(timestamp="2026-02-28T23:00:00+00:00")),
        ({"TIMESTAMP": "2026-02-01T00:00:00Z"}, done(timestamp="2026-03-01T00:00:00+00:00")),
        ({"TIMESTAMP": "2026-02-01T00:00:00Z"}, Receipt({"rolled_back": ["neo4j"], "restored": []})),
        ({"BUCKET": "gs://new", "FORCE_OVERWRITE": "once"}, Receipt({"rolled_back": ["neo4j"], "restored": []})),
        (
            {"TIMESTAMP": "2026-02-01"},
            Receipt().plus({"restored": [{"database": "neo4j", "wish": ""}], "finished": ""}),
        ),
    ],
)
def test_nothing_differs_if_the_data_is_what_is_requested_or_may_be(
    environment: dict[str, str], receipt: Receipt
) -> None:
    assert differing(receipt, **environment) == ""


@pytest.mark.parametrize(
    ("environment", "receipt", "expected"),
    [
        (
            {"BUCKET": "gs://backups/night"},
            done(),
            r"BUCKET is gs://backups/night, and .* from gs://backups/nightly/neo4j",
        ),
        ({"BUCKET": "s3://backups/nightly"}, done(), r"BUCKET is s3://backups/nightly, and the data is from gs://"),
        ({"TIMESTAMP": "2026-02-28"}, done(), rf"TIMESTAMP is 2026-02-28, .* the set of {re.escape(NIGHT)}, .* latest"),
        ({"TIMESTAMP": "2026-01-01T00:00:00Z"}, done(), r"TIMESTAMP is 2026-01-01T00:00:00Z, and"),
        (
            {"TIMESTAMP": "2026-03-01T00:00:00Z"},
            done(timestamp="2026-02-01T00:00:00+00:00"),
            r"restored for 2026-02-01",
        ),
        ({"TIMESTAMP": "2026-03-01T00:00:00Z"}, done(timestamp="2026-01-31"), r"restored for 2026-01-31"),
        (
            {"FORCE_OVERWRITE": "once", "RESTORE_ID": "a"},
            done(wish="b"),
            r"request a was not fulfilled .* data is of b",
        ),
        ({"FORCE_OVERWRITE": "once", "RESTORE_ID": "a"}, Receipt(), r"request a was not fulfilled on this volume$"),
        ({"DATABASE": "neo4j=movies"}, done(), r"^DATABASE names the set of movies, and the data is of neo4j$"),
    ],
)
def test_another_bucket_set_or_request_is_said(environment: dict[str, str], receipt: Receipt, expected: str) -> None:
    assert re.search(expected, differing(receipt, **environment))


ONCE = {"FORCE_OVERWRITE": "once", "RESTORE_ID": "a"}


def test_a_request_that_is_done_says_which_set_it_restored_if_another_one_is_named_now() -> None:
    def said(receipt: Receipt, **environment: str) -> str:
        given = request(**ONCE, **environment)
        return repeated(given.request, given.policy, NEO4J, receipt)

    assert said(done(wish="a")) == ""
    assert said(Receipt(), TIMESTAMP="2026-02-28") == "", "a request that is not done is carried out"
    assert f"the data is of the set of {NIGHT}" in said(done(wish="a"), TIMESTAMP="2026-02-28")
    later = done(wish="a").plus(dict(done(wish="b").last))
    assert said(later) == f"the request a was fulfilled at {NIGHT}, and the data is of the later request b"
