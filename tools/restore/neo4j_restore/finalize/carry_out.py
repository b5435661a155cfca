"""Carries out finalize, in these steps.

1. Wait for the start whose restore container this follows, and until the server answers. Take its facts.
2. Read what was restored, and judge the metadata scripts.
3. Decide, and send each statement.
4. Wait for the databases, and keep the report.

It may run at any time, and again: a server that needs nothing gets no statement that changes it.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from logging import getLogger
from typing import Protocol

from neo4j_restore import scrub
from neo4j_restore.errors import RestoreError, ServerError, StatementError
from neo4j_restore.finalize import outcome
from neo4j_restore.finalize.decide import Decided, Request, Step, decide
from neo4j_restore.finalize.facts import Server, State
from neo4j_restore.finalize.options import Options
from neo4j_restore.finalize.outcome import Ending, Outcome, Report
from neo4j_restore.finalize.patience import Patience
from neo4j_restore.finalize.restored import restored, scripts
from neo4j_restore.spec import DatabaseName
from neo4j_restore.volume import started as start
from neo4j_restore.volume.paths import VolumePaths

log = getLogger(__name__)


class Asked(Protocol):
    """A server that is asked: see `bolt.Connection`."""

    def server(self) -> Server:
        """Return what it says of itself."""

    def run(self, cypher: str, parameters: Mapping[str, str] | None = None) -> object:
        """Run a statement on `system`."""


def finalize(options: Options) -> Report:
    """Finalize by bolt. Raises RestoreError for what fails before any statement is sent. See `Report.error`."""
    # Imported here: mistakes in the options are told without the driver.
    from neo4j_restore.finalize import bolt

    started = _now()
    patience = Patience(time, time.monotonic() + options.seconds, options.seconds)
    # Before this the server of the values before may answer. Kubernetes ends it before the new one's containers start.
    patience.until(lambda: _check_start(options))
    with bolt.Connection(bolt.Target.of(options.server)) as connection:
        server = patience.until(connection.server)
        # Only now: a Job may start while the restore runs. The server answers after the restore has ended.
        targets = restored(options)
        judged = scripts(options, targets.databases)
        request = Request(targets.databases, targets.absent, judged, options.metadata, options.default)
        decided = decide(request, server)
        outcomes, error = _sent(decided, connection, patience)
        if not error:
            server, error = _settled(request, connection, patience, server)
    report = Report(
        options.server.address,
        server,
        request.databases,
        outcomes,
        decided.left_out,
        targets.restore_id,
        started,
        _now(),
        error,
    )
    outcome.write(VolumePaths(options.data_dir).home, report)
    return report


def _check_start(options: Options) -> None:
    """Raise a passing ServerError until the restore container with START_ID has ended well."""
    home = VolumePaths(options.data_dir).home
    last = start.read(home) if options.start_id else ""
    if last != options.start_id:
        message = (
            f"the restore container with START_ID={options.start_id} has not ended yet: {home} has "
            f"{last or 'no start'}. The server of before may still answer"
        )
        hint = "see why the new pod does not start: kubectl describe pod. Then run finalize again"
        raise ServerError(message, hint=hint, transient=True)


def _sent(decided: Decided, connection: Asked, patience: Patience) -> tuple[tuple[Outcome, ...], RestoreError | None]:
    """Send the statements in their order. After an error only those are sent that undo the effect of one before it."""
    outcomes: list[Outcome] = []
    failed: RestoreError | None = None
    for step in decided.steps:
        if failed and not (step.always and _ran(outcomes, step)):
            outcomes.append(Outcome(step, Ending.NOT_RUN))
            continue
        try:
            _send(step, connection, patience)
            outcomes.append(Outcome(step, Ending.DONE))
        except RestoreError as error:
            outcomes.append(Outcome(step, Ending.FAILED, str(error)))
            error.database = error.database or step.database
            failed = failed or error
    return tuple(outcomes), failed


def _ran(outcomes: list[Outcome], step: Step) -> bool:
    """Return whether a statement about the same database was done."""
    return any(each.ending is Ending.DONE and each.step.database == step.database for each in outcomes)


def _send(step: Step, connection: Asked, patience: Patience) -> None:
    log.info("%s: %s", step.database, step.text)
    try:
        patience.until(lambda: connection.run(step.cypher, dict(step.parameters)))
    except StatementError as error:
        message = f"{step.database}: {step.text}: {error}"
        raise StatementError(message, hint=error.hint) from error


def _settled(
    request: Request, connection: Asked, patience: Patience, server: Server
) -> tuple[Server, RestoreError | None]:
    """Wait until each database serves. Return the server's last facts, and an error if one does not."""
    for number in count():
        try:
            server = patience.until(connection.server)
        except RestoreError as error:
            return server, error
        waiting = [name for name in request.databases if not _serves(server, name)]
        if not waiting:
            return server, None
        failed = [name for name in waiting if _has_failed(server, name)]
        if failed or not patience.wait(number):
            return server, _not_serving(server, (failed or waiting)[0])
    raise AssertionError


def _not_serving(server: Server, name: DatabaseName) -> StatementError:
    database = server.databases.get(name)
    why = (
        f"it is {database.status}" + (f": {scrub.clean(database.message)}" if database.message else "")
        if database
        else ""
    )
    message = f"{name} does not serve: {why or 'the server does not know it'}"
    error = StatementError(message, hint="read debug.log of the server, which says why. Then run finalize again")
    error.database = name
    return error


def _serves(server: Server, name: DatabaseName) -> bool:
    return name in server.databases and server.databases[name].state is State.ONLINE


def _has_failed(server: Server, name: DatabaseName) -> bool:
    return name in server.databases and server.databases[name].state is State.FAILED


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
