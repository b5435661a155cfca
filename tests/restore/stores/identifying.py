"""What those say who tell a workload who it is. Nobody emulates them, so a server of the test says it."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.restore.stores.subjects import open_with

from neo4j_restore.errors import StoreError

SOON = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
TOKEN = "hush.pod-token.hush"


def listed(environment: dict[str, str], prefix: str = "") -> list[str]:
    store = open_with(environment)
    try:
        return [each.key for each in store.list(prefix)]
    finally:
        store.close()


def refused(environment: dict[str, str]) -> StoreError:
    with pytest.raises(StoreError) as raised:
        listed(environment)
    assert "hush" not in f"{raised.value} {raised.value.hint}"
    return raised.value
