"""What the operator sees: log lines, tables, and the reason of a failure where Kubernetes shows it."""

import json
import logging
import os
import sys
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from neo4j_restore.errors import RestoreError

# What Kubernetes keeps of a container's termination message.
_MESSAGE_BYTES = 4096


class _Json(logging.Formatter):
    """One JSON object a line, each with the run's id."""

    def __init__(self) -> None:
        super().__init__()
        self._run = uuid.uuid4().hex[:12]

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": time, "level": record.levelname, "run": self._run, "message": record.getMessage()}
        return json.dumps(line)


class _Text(logging.Formatter):
    """The time and the line; a warning says that it is one, and an error has the word already."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds")
        word = "warning: " if record.levelno == logging.WARNING else ""
        return f"{time} {word}{_one_line(record.getMessage())}"


def configure(log_format: str) -> None:
    """Send the package's log lines to stderr, one a step."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if log_format == "json" else _Text())
    package = logging.getLogger("neo4j_restore")
    package.handlers[:] = [handler]
    package.setLevel(logging.INFO)
    package.propagate = False


def failure(termination_log: Path, error: RestoreError) -> None:
    """Say what failed and what to do: two lines on stderr, and the same as JSON in the termination log."""
    log = logging.getLogger("neo4j_restore")
    log.error("error: %s", _one_line(error))
    log.error("try: %s", error.hint)
    about = {"code": error.exit_code, "phase": error.phase, "database": error.database}
    _terminate(termination_log, about | {"message": _one_line(error), "hint": error.hint})


def bug(termination_log: Path, error: Exception) -> None:
    """Say that it is our fault; the traceback is on stderr already."""
    message = f"neo4j-restore has a bug: {type(error).__name__}: {_one_line(error)}"
    logging.getLogger("neo4j_restore").error("error: %s", message)
    hint = "report it with the traceback in this container's log; the data is as it was, or the next start completes it"
    _terminate(termination_log, {"code": 70, "phase": "", "database": "", "message": message, "hint": hint})


def _terminate(path: Path, found: dict[str, Any]) -> None:
    """Write the reason where `kubectl describe pod` reads it; outside a pod there is no such file, and no need."""
    room = _MESSAGE_BYTES
    while len(text := json.dumps(found)) > room:
        longest = max(("message", "hint"), key=lambda name: len(found[name]))
        found[longest] = found[longest][: len(found[longest]) * 3 // 4] + "…"
    if path.is_file() and os.access(path, os.W_OK):
        path.write_text(text)


def _one_line(text: object) -> str:
    """Return it without line breaks and control characters, which could forge a line of the log."""
    return "".join(char if char.isprintable() else " " for char in " ".join(str(text).split()))


def plan_table(found: dict[str, Any]) -> str:
    """Return the plan as a table for people; found: `plan.as_json`."""
    rows = [["DATABASE", "ACTION", "SET", "BYTES", "REASON"]]
    for each in found["databases"]:
        chosen = each["set"] or {"object": "-", "size_bytes": "-"}
        rows.append([each["database"], each["action"], chosen["object"], str(chosen["size_bytes"]), each["reason"]])
    return _table(rows)


def set_table(found: Sequence[dict[str, Any]]) -> str:
    """Return sets as a table for people; found: `plan.set_as_json` of each."""
    names = ("database", "time", "size_bytes", "kind", "object")
    rows = [each | {"kind": _kind(each)} for each in found]
    return _table([[name.upper() for name in names], *[[str(each[name]) for name in names] for each in rows]])


def _kind(each: dict[str, Any]) -> str:
    """Return a set's kind with what matters of its header."""
    header = each["header"] or {}
    full = [] if header.get("full") is None else ["full" if header["full"] else "differential"]
    return ", ".join([each["kind"], *full, *(["block"] if header.get("store_format") == "block" else [])])


def status_text(found: dict[str, Any]) -> str:
    """Return the volume's state for people; found: `status.status`."""
    last = found["receipt"] or {}
    lines = [f"state: {found['state']}", f"restore id: {found['restore_id'] or '-'}"]
    lines += [f"restored: {each['database']} from {each['object']}" for each in last.get("restored", [])]
    lines += [f"rolled back: {name}" for name in last.get("rolled_back", [])]
    lines += [f"finished: {last.get('finished', '-')}"]
    lines += [f"previous generation: {'kept' if found['previous_kept'] else 'none'}"]
    lines += [f"history: {len(found['history'])} entries"]
    return "\n".join(lines)


def _table(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
