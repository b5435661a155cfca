"""What finalize did: a report for people and programs, and the file `finalize.json` beside the restore's receipt."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from logging import getLogger
from pathlib import Path
from typing import Any, Final

from neo4j_restore import disk, scrub
from neo4j_restore.errors import RestoreError
from neo4j_restore.finalize.decide import Step
from neo4j_restore.finalize.facts import Server
from neo4j_restore.spec import DatabaseName
from neo4j_restore.volume import records

log = getLogger(__name__)

FORMAT: Final = 1
NAME: Final = "finalize.json"


class Ending(StrEnum):
    """What became of a statement."""

    DONE = "done"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Outcome:
    """A statement, and what became of it. message: the server's, or empty."""

    step: Step
    ending: Ending
    message: str = ""


@dataclass(frozen=True)
class Report:
    """All that finalize did. server: its state at the end. error: why it failed, or None.

    restore_id: of the receipt, or empty. started, finished: ISO 8601.
    """

    address: str
    server: Server
    databases: Sequence[DatabaseName]
    outcomes: Sequence[Outcome]
    left_out: Sequence[str]
    restore_id: str
    started: str
    finished: str
    error: RestoreError | None = None


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as `finalize --json` prints it and the volume keeps it: a published contract."""
    return {
        "format": FORMAT,
        "restore_id": report.restore_id or None,
        "address": report.address,
        "neo4j": str(report.server.version),
        "edition": report.server.edition,
        "default": report.server.default or None,
        "databases": [_database(report.server, name) for name in report.databases],
        "statements": [
            {
                "database": each.step.database,
                "purpose": each.step.purpose.value,
                "statement": each.step.text,
                "parameters": dict(each.step.parameters),
                "outcome": each.ending.value,
                "message": each.message or None,
            }
            for each in report.outcomes
        ],
        "left_out": list(report.left_out),
        "error": str(report.error) if report.error else None,
        "started": report.started,
        "finished": report.finished,
    }


def _database(server: Server, name: DatabaseName) -> dict[str, Any]:
    database = server.databases.get(name)
    return {
        "database": name,
        "status": database.status if database else "unknown",
        "message": (database.message if database else "") or None,
    }


def as_text(report: Report) -> str:
    """Return the report for people."""
    edition = f" {report.server.edition}" if report.server.edition else ""
    lines = [f"server: Neo4j {report.server.version}{edition} at {report.address}"]
    for each in report.outcomes:
        about = f" ({each.message})" if each.message else ""
        lines.append(f"{each.ending.value}: {each.step.database}: {each.step.text}{about}")
    if not report.outcomes:
        lines.append("nothing to do: the server knows each restored database")
    lines += [f"left out: {reason}" for reason in report.left_out]
    for name in report.databases:
        state = _database(report.server, name)
        lines.append(f"{name}: {state['status']}" + (f": {state['message']}" if state["message"] else ""))
    return "\n".join(map(scrub.clean, lines))


def write(home: Path, report: Report) -> None:
    """Keep the report on the volume, if it is mounted. A volume that can't be written to changes no outcome."""
    if not home.is_dir():
        log.info("no report is kept: there is no %s here", home)
        return
    if not os.access(home, os.W_OK):
        log.info("no report is kept: %s is read-only here", home)
        return
    try:
        disk.replace_file(home / NAME, records.text_of(as_json(report)) + "\n")
    except OSError as error:
        log.warning("cannot keep the report in %s: %s", home / NAME, error)
