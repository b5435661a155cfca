"""Earlier restores whose time is known: the results of drills in the bucket, and the receipt on the volume.

They are for the forecast of `plan` alone. So nothing here fails a plan, and little is read.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from logging import getLogger
from typing import Final

from neo4j_restore.buckets import BucketUrl
from neo4j_restore.errors import RestoreError, StoreError
from neo4j_restore.planning import forecast
from neo4j_restore.planning.forecast import DRILL, RECEIPT, Forecast, Source
from neo4j_restore.planning.plan import Plan
from neo4j_restore.sets import drills
from neo4j_restore.settings import Settings
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.volume import receipt
from neo4j_restore.volume.paths import VolumePaths

log = getLogger(__name__)

# Listings are in order, so all results of a month come before its newest one.
_MOST_LISTED: Final = 10_000

# Many releases may leave their results at one place.
_MOST_READ: Final = 10
_MOST_OF_ONE: Final = 2


def of(plan: Plan, settings: Settings, store: Store) -> Forecast | None:
    """Return the forecast of a plan, or None if no earlier restore tells the time of such a one."""
    checks, bucket = settings.policy.consistency_check, settings.request.bucket
    by_drill = by_receipt = None
    try:
        by_drill = forecast.forecast(plan, _drills(store, bucket), checks=checks)
    except StoreError as error:
        # Before the first drill, a file:// bucket has no folder for results. For other stores a folder is only a name.
        if not isinstance(error.__cause__, NotADirectoryError):
            log.info("the results of drills are not read, which only the forecast needs: %s", error)
    try:
        by_receipt = forecast.forecast(plan, _receipt(settings), checks=checks)
    except RestoreError as error:
        log.info("the receipt is not read, which only the forecast needs: %s", error)
    forecasts = [each for each in (by_drill, by_receipt) if each]
    return max(forecasts, key=lambda each: each.source.measured.finished, default=None)


def _drills(store: Store, bucket: BucketUrl) -> Iterator[Source]:
    """Yield the newest results of drills, the newest first. Each is read when it is asked for."""
    for stored in _newest(_listed(store, bucket.prefix), bucket.prefix):
        with closing(store.read(stored)) as stream:
            text = b"".join(iter(lambda: stream.read(drills.MOST_BYTES) or b"", b""))
        if measured := drills.parse(text):
            yield Source(DRILL, bucket.of(stored.key), measured)


def _listed(store: Store, prefix: str) -> Iterator[StoredObject]:
    """Yield the results of this month and of the last one."""
    now = datetime.now(UTC)
    last = now.replace(day=1) - timedelta(days=1)
    for month in (now, last):
        yield from islice(store.list(f"{prefix}{drills.FOLDER}{month:%Y-%m-}"), _MOST_LISTED)


def _newest(listed: Iterable[StoredObject], prefix: str) -> Iterator[StoredObject]:
    counts: Counter[str] = Counter()
    results = [each for each in listed if drills.is_result(each.key.removeprefix(prefix))]
    for stored in sorted(results, key=lambda each: each.key, reverse=True):
        name = drills.name_of(stored.key.removeprefix(prefix))
        if stored.size_bytes > drills.MOST_BYTES or counts[name] == _MOST_OF_ONE:
            continue
        counts[name] += 1
        yield stored
        if counts.total() == _MOST_READ:
            return


def _receipt(settings: Settings) -> Iterator[Source]:
    paths = VolumePaths(settings.request.data_dir)
    if measured := drills.measured(receipt.read(paths.home).last):
        yield Source(RECEIPT, str(paths.home / "receipt.json"), measured)
