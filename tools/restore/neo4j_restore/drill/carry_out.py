"""Carries out a drill on a restored copy, in these steps.

1. Read the receipt of the restore.
2. Wait until the server that runs on the copy answers.
3. Ask each assertion, also after one that does not hold.
4. Leave the result in the bucket, and write the metrics.

It changes nothing in the copy: each query runs in a session that may only read.
"""

import time
from datetime import UTC, datetime
from logging import getLogger
from typing import Final, Protocol

from neo4j_restore import disk
from neo4j_restore.drill import metrics
from neo4j_restore.drill.assertions import Assertion, problem
from neo4j_restore.drill.bounded import within
from neo4j_restore.drill.options import Options
from neo4j_restore.drill.outcome import Outcome, Verdict, described
from neo4j_restore.errors import ConfigurationError, DrillFailedError, RestoreError, ServerError, StatementError
from neo4j_restore.finalize.facts import Answer
from neo4j_restore.finalize.patience import Patience
from neo4j_restore.volume import receipt
from neo4j_restore.volume.paths import VolumePaths

log = getLogger(__name__)

# Each assertion has so long, also after one that took all the time.
_LEAST_SECONDS: Final = 1.0

# The server ends a query by itself, and says so.
_GRACE_SECONDS: Final = 5.0


class Asked(Protocol):
    """A server that is asked: see `finalize.bolt.Connection`."""

    def read(self, cypher: str, database: str, seconds: float) -> Answer:
        """Return the beginning of what a query returns."""


def drill(options: Options) -> Outcome:
    """Ask all assertions by bolt, and write the metrics. Raises RestoreError for what fails before any is asked."""
    # Imported here: mistakes in the options are told without the driver.
    from neo4j_restore.finalize import bolt

    with disk.errors_of(options.data_dir):
        restored = receipt.read(VolumePaths(options.data_dir).home).last
    if not restored.get("restored"):
        message = f"no receipt in {options.data_dir} says what was restored"
        raise ConfigurationError(message, hint="restore into DATA_DIR first: neo4j-restore run")
    began = time.monotonic()
    with bolt.Connection(bolt.Target.of(options.server)) as connection:
        patience = Patience(time, began + options.seconds, options.seconds, "DRILL_SECONDS")
        server = patience.until(connection.server)
        answered = time.monotonic()
        verdicts = [_verdict(each, connection, patience) for each in options.assertions]
    finished = datetime.now(UTC).isoformat(timespec="milliseconds")
    outcome = Outcome(
        options.name,
        restored,
        str(server.version),
        verdicts,
        finished,
        start_seconds=answered - began,
        asked_seconds=time.monotonic() - answered,
    )
    if options.bucket:
        # Imported here: a drill without a bucket needs no store.
        from neo4j_restore.drill import result

        outcome = result.keep(options.bucket, outcome)
    if options.pushgateway:
        metrics.push(options.pushgateway, outcome)
    # The last one, because only this one can fail.
    if options.metrics_file:
        metrics.write(options.metrics_file, outcome)
    return outcome


def _verdict(assertion: Assertion, connection: Asked, patience: Patience) -> Verdict:
    seconds_left = max(_LEAST_SECONDS, patience.at - time.monotonic())

    def ask() -> Answer:
        return connection.read(assertion.query, assertion.database, seconds_left)

    try:
        answer = patience.until(lambda: within(seconds_left + _GRACE_SECONDS, ask))
    # Also a server, or a database on it, that answers no more: the other assertions are still asked.
    except (StatementError, ServerError) as error:
        verdict = Verdict(assertion, str(error))
    else:
        verdict = Verdict(assertion, problem(assertion.expected, answer))
    log.info("%s: %s", "fails" if verdict.problem else "holds", described(verdict))
    return verdict


def error(outcome: Outcome) -> RestoreError | None:
    """Return the error of a drill with an assertion that does not hold, or None."""
    failed = outcome.failed
    if not failed:
        return None
    more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
    message = f"{len(failed)} of {len(outcome.verdicts)} assertions do not hold: {described(failed[0])}{more}"
    hint = (
        "compare the set with the live data. The log has all of them. Is the backup job still writing to this bucket?"
    )
    where = outcome.not_kept or (outcome.result and f"The result is in {outcome.result}")
    return DrillFailedError(message, hint=f"{hint} {where}".rstrip())
