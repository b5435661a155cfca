"""A restored volume, and a stub of a server that is asked about it."""

import json
from pathlib import Path
from typing import Any

from tests.support.bolt import BoltStub

LOGIN = {"NEO4J_AUTH": "neo4j/the-first-password", "DRILL_SECONDS": "30"}
RESTORED = {"database": "neo4j", "object": "gs://b/neo4j.dump", "time": "2026-01-31T02:00:00+00:00", "wish": "w"}


def make_receipt(data: Path, **changes: object) -> None:
    """Write the receipt of a restore into a data folder."""
    home = data / ".neo4j-restore"
    home.mkdir(exist_ok=True)
    last = {
        "restore_id": "w",
        "restored": [RESTORED],
        "bytes": 1000,
        "seconds": 4.0,
        "finished": "2026-01-31T03:00:00Z",
        **changes,
    }
    (home / "receipt.json").write_text(json.dumps({"format": 1, "last": last, "wishes": {}}))


class Counting(BoltStub):
    """A server whose queries for a count return a number."""

    def answer(self, cypher: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        rows = super().answer(cypher, parameters)
        return [{"n": 7}] if cypher.startswith("MATCH") else rows


def assertions(*each: object) -> str:
    """Return assertions about a count, as DRILL_ASSERTIONS takes them."""
    return json.dumps([{"query": "MATCH (n) RETURN count(n) AS n", "expect": expect} for expect in each])
