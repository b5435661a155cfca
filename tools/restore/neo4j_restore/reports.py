"""What the operator sees of an ending: tables, and the reason of a failure where Kubernetes shows it."""

import json
import os
from collections.abc import Sequence
from logging import getLogger
from pathlib import Path
from typing import Any

from neo4j_restore import logs, scrub
from neo4j_restore.errors import RestoreError

log = getLogger("neo4j_restore")

# What Kubernetes keeps of a container's termination message.
_MESSAGE_BYTES = 4096


def failure(termination_log: Path, error: RestoreError) -> None:
    """Say what failed and what to do: two lines on stderr, and the same as JSON in the termination log."""
    log.error("error: %s", error)
    log.error("try: %s", error.hint)
    about = {"code": error.exit_code, "phase": error.phase, "database": error.database}
    _terminate(termination_log, about | {"message": str(error), "hint": error.hint})


def bug(termination_log: Path, error: Exception) -> None:
    """Say that it is our fault, with the traceback."""
    logs.log_traceback(error)
    message = f"neo4j-restore has a bug: {type(error).__name__}: {error}"
    log.error("error: %s", message)
    hint = "report it with the traceback in this container's log; the data is as it was, or the next start completes it"
    _terminate(termination_log, {"code": 70, "phase": "", "database": "", "message": message, "hint": hint})


def _terminate(path: Path, found: dict[str, Any]) -> None:
    """Write the reason where `kubectl describe pod` reads it; outside a pod there is no such file, and no need.

    A file that can't be written changes nothing: the reason is in the log, and the exit code says the same.
    """
    try:
        if path.is_file() and os.access(path, os.W_OK):
            path.write_text(_fitting(found))
    except (OSError, ValueError) as error:
        log.warning("the reason can't be written to the termination log %s: %s", path, error)


def _fitting(found: dict[str, Any]) -> str:
    """Return the reason as JSON, without secrets, and as short as Kubernetes keeps it."""
    found = {name: scrub.clean(value) if isinstance(value, str) else value for name, value in found.items()}
    while len(text := json.dumps(found)) > _MESSAGE_BYTES:
        longest = max(("message", "hint"), key=lambda name: len(found[name]))
        found[longest] = found[longest][: len(found[longest]) * 3 // 4] + "…"
    return text


def plan_table(found: dict[str, Any]) -> str:
    """Return the plan as a table for people; found: `plan.as_json`."""
    rows = [["DATABASE", "ACTION", "SET", "BYTES", "HOLDS", "REASON"]]
    for each in found["databases"]:
        chosen = each["set"] or {"object": "-", "size_bytes": "-"}
        set_columns = [chosen["object"], str(chosen["size_bytes"]), " > ".join(each["layers"] or ["-"])]
        rows.append([each["database"], each["action"], *set_columns, each["reason"]])
    unclear = [(one["object"], one["reason"]) for each in found["databases"] for one in each["not_sets"]]
    return "\n".join([_table(rows), *_not_sets(unclear)])


def set_table(found: Sequence[dict[str, Any]]) -> str:
    """Return sets as a table for people, and below it what is not one; found: what `list --json` prints."""
    names = ("database", "time", "size_bytes", "kind", "object")
    rows = [each | {"kind": _kind(each)} for each in found if each["not_a_set"] is None]
    table = _table([[name.upper() for name in names], *[[str(each[name]) for name in names] for each in rows]])
    unclear = [(each["object"], each["not_a_set"]) for each in found if each["not_a_set"] is not None]
    return "\n".join([table, *_not_sets(unclear)])


def _not_sets(unclear: Sequence[tuple[str, str]]) -> list[str]:
    """Return a line for each object that looks like a backup and is not understood."""
    return [scrub.clean(f"not taken for a set: {name}: {reason}") for name, reason in unclear]


def _kind(each: dict[str, Any]) -> str:
    """Return a set's kind with what matters of its header."""
    header = each["header"] or {}
    full = [] if header.get("full") is None else ["full" if header["full"] else "differential"]
    return ", ".join([each["kind"], *full, *(["block"] if header.get("store_format") == "block" else [])])


def status_text(found: dict[str, Any]) -> str:
    """Return the volume's state for people; found: `status.status`."""
    last = found["receipt"] or {}
    lines = [f"state: {found['state']}", f"restore id: {found['restore_id'] or '-'}"]
    lines += [f"restored: {each['database']} from {each.get('object', '-')}" for each in last.get("restored", [])]
    lines += [f"rolled back: {name}" for name in last.get("rolled_back", [])]
    lines += [f"finished: {last.get('finished', '-')}"]
    lines += [f"previous generation: {'kept' if found['previous_kept'] else 'none'}"]
    lines += [f"history: {len(found['history'])} entries"]
    return "\n".join(lines)


def without_secrets(found: Any) -> Any:
    """Return what a command answers in JSON, its texts without secrets: names of objects may be anything."""
    if isinstance(found, dict):
        return {name: without_secrets(value) for name, value in found.items()}
    if isinstance(found, list):
        return [without_secrets(each) for each in found]
    return scrub.hide(found) if isinstance(found, str) else found


def _table(rows: list[list[str]]) -> str:
    rows = [[scrub.clean(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
