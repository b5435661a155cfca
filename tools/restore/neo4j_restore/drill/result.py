"""Leaves the result of a drill in the bucket, below `drills/`. This is all that neo4j-restore ever writes there.

An identity that may not write is no failure of the drill: a warning says which right it lacks.
"""

import json
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from logging import getLogger
from typing import Any, Final

from neo4j_restore import reports
from neo4j_restore.buckets import BucketUrl
from neo4j_restore.deadline import Deadline
from neo4j_restore.drill.outcome import Outcome, as_json
from neo4j_restore.errors import RestoreError, StoreError
from neo4j_restore.sets import drills
from neo4j_restore.settings import Settings
from neo4j_restore.stores import WritableStore, open_writable
from neo4j_restore.transfer.retry import Retry

log = getLogger(__name__)

# A store that hangs must not keep a pod alive that has nothing else to do.
_MOST_SECONDS: Final = 120.0

_QUERY_CHARACTERS: Final = 200


def place(settings: Settings, outcome: Outcome) -> tuple[BucketUrl, str]:
    """Return the bucket's path in which the folder of results is, and the key of this result."""
    bucket = _folder(settings.request.bucket, outcome)
    return bucket, bucket.prefix + drills.key_of(datetime.fromisoformat(outcome.finished), outcome.name)


def _folder(bucket: BucketUrl, outcome: Outcome) -> BucketUrl:
    """Return the folder of the set where BUCKET names the set itself, and else BUCKET."""
    if str(bucket) not in {str(each.get("object")) for each in outcome.restore["restored"]}:
        return bucket
    above = bucket.prefix.rstrip("/").rpartition("/")[0]
    return replace(bucket, prefix=f"{above}/" if above else "")


def keep(settings: Settings, outcome: Outcome) -> Outcome:
    """Write the result, and return the outcome with its URL, or with the reason why there is none."""
    bucket, key = place(settings, outcome)
    recorded = replace(outcome, result=bucket.of(key))
    try:
        _write(replace(settings, request=replace(settings.request, bucket=bucket)), key, text_of(as_json(recorded)))
    except RestoreError as error:
        log.warning("the result of the drill is not kept: %s. Try: %s", error, error.hint)
        return replace(outcome, not_kept=f"the result is not in the bucket: {error}. Try: {error.hint}")
    log.info("the result of the drill is in %s", recorded.result)
    return recorded


def text_of(result: dict[str, Any]) -> bytes:
    """Return a result as its object has it, without secrets."""
    data = _encoded(result)
    if len(data) <= drills.MOST_BYTES:
        return data
    # Readers take no larger one. The log has the whole queries.
    shorter = [{**each, "query": each["query"][:_QUERY_CHARACTERS]} for each in result["drill"]["assertions"]]
    return _encoded({**result, "drill": {**result["drill"], "assertions": shorter}})


def _encoded(result: dict[str, Any]) -> bytes:
    return f"{json.dumps(reports.without_secrets(result), indent=1, ensure_ascii=False)}\n".encode(errors="replace")


def _write(settings: Settings, key: str, data: bytes) -> None:
    pace = settings.pace
    deadline = Deadline.after(min(pace.deadline_seconds or _MOST_SECONDS, _MOST_SECONDS))
    with closing(open_writable(settings, deadline)) as store:
        tries = _Tries(store, key, data)
        Retry(min(pace.retry_seconds, _MOST_SECONDS)).call(tries.once)


class _Tries:
    """Writes an object. Where an earlier try may have come through, an object that is there is taken for it."""

    def __init__(self, store: WritableStore, key: str, data: bytes) -> None:
        self._store, self._key, self._data, self._failed = store, key, data, False

    def once(self) -> None:
        try:
            self._store.create(self._key, self._data)
        except StoreError as error:
            if not (error.exists and self._failed):
                self._failed = True
                raise
