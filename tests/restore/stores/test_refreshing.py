"""Identities are fetched anew before they end."""

import pytest

from neo4j_restore.errors import StoreError
from neo4j_restore.stores.refreshing import Refreshing


def test_an_identity_serves_while_it_lasts_when_nobody_tells_the_next() -> None:
    now = [0.0]
    answers: list[tuple[str, float] | StoreError] = [
        ("first", 1000.0),
        StoreError("away", hint="", transient=True),
        StoreError("refused", hint=""),
        StoreError("away", hint="", transient=True),
    ]

    def fetch() -> tuple[str, float]:
        answer = answers.pop(0)
        if isinstance(answer, StoreError):
            raise answer
        return answer

    identity = Refreshing(fetch, clock=lambda: now[0])
    assert identity.now() == identity.now() == "first"
    now[0] = 800
    assert identity.now() == "first"
    for now[0] in (800, 1001):
        with pytest.raises(StoreError):
            identity.now()
