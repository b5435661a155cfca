"""Receipts of drills, as they lie in a bucket."""

import json


def make_receipt(finished: str = "2026-05-01T03:00:00.000+00:00", seconds: float = 20, **changes: object) -> bytes:
    restored = [{"database": "neo4j", "object": "gs://b/neo4j-2026-05-01.dump", "size_bytes": 4000}]
    last = {"finished": finished, "seconds": seconds, "bytes": 4000, "restored": restored, **changes}
    return json.dumps(last).encode()
