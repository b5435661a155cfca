"""What the operator sees at the end: tables, and the reason for a failure where Kubernetes shows it."""

import json
import os
from collections.abc import Sequence
from logging import getLogger
from pathlib import Path
from typing import Any

from neo4j_restore import logs, scrub
from neo4j_restore.errors import RestoreError

log = getLogger("neo4j_restore")

# Kubernetes keeps this much of a container's termination message.
_MESSAGE_BYTES = 4096


def failure(termination_log: Path, error: RestoreError) -> None:
    """Report what failed and what to do: two lines on stderr, and the same as JSON in the termination log."""
    log.error("error: %s", error)
    log.error("try: %s", error.hint)
    about = {"code": error.exit_code, "phase": error.phase, "database": error.database}
    _terminate(termination_log, about | {"message": str(error), "hint": error.hint})


def success(termination_log: Path, text: str) -> None:
    """Write what a command found to the termination log, for a command whose result is more than its end."""
    _terminate(termination_log, {"code": 0, "phase": "", "database": "", "message": text, "hint": ""})


def bug(termination_log: Path, error: Exception) -> None:
    """Report a bug of neo4j-restore, with the traceback."""
    logs.log_traceback(error)
    message = f"neo4j-restore has a bug: {type(error).__name__}: {error}"
    log.error("error: %s", message)
    hint = (
        "report it with the traceback in this container's log. The old data is unchanged, or the next start completes "
        "the swap"
    )
    _terminate(termination_log, {"code": 70, "phase": "", "database": "", "message": message, "hint": hint})


def _terminate(path: Path, reason: dict[str, Any]) -> None:
    """Write the reason to the file that `kubectl describe pod` shows. Outside a pod there is no such file."""
    try:
        if path.is_file() and os.access(path, os.W_OK):
            path.write_text(_fitting(reason))
    except (OSError, ValueError) as error:
        # Only a warning: the reason is in the log as well, and the exit code stays the same.
        log.warning("cannot write the reason to the termination log %s: %s", path, error)


def _fitting(reason: dict[str, Any]) -> str:
    """Return the reason as JSON, without secrets, short enough for Kubernetes."""
    reason = {name: scrub.clean(value) if isinstance(value, str) else value for name, value in reason.items()}
    while len(text := json.dumps(reason)) > _MESSAGE_BYTES:
        longest = max(("message", "hint"), key=lambda name: len(reason[name]))
        reason[longest] = reason[longest][: len(reason[longest]) * 3 // 4] + "…"
    return text


def plan_table(plan: dict[str, Any]) -> str:
    """Return the plan as a table for people. plan: as `plan_json.as_json` returns it."""
    rows = [["DATABASE", "ACTION", "SET", "BYTES", "HOLDS", *_FACTS, "REASON"]]
    for step in plan["databases"]:
        chosen = step["set"] or {"object": "-", "size_bytes": "-", "header": None}
        set_columns = [chosen["object"], str(chosen["size_bytes"]), " > ".join(step["layers"] or ["-"])]
        set_columns += _facts(chosen["header"] or {}, step["store_version"])
        rows.append([_name(step), step["action"], *set_columns, step["reason"]])
    unclear = [(one["object"], one["reason"]) for step in plan["databases"] for one in step["not_sets"]]
    after = [scrub.clean(f"after the start: {sentence}") for sentence in plan["after_start"]]
    points = [_points(step["database"], step["set"]) for step in plan["databases"] if step["set"]]
    auth_files = _auth_files(plan["auth_files"])
    facts = filter(None, [*points, auth_files, _forecast(plan)])
    return "\n".join([_table(rows), *facts, *_not_sets(unclear), *after])


def _forecast(plan: dict[str, Any]) -> str:
    """Return a line about the time of the restore, or an empty text if nothing is restored."""
    expected = plan["forecast"]
    if not expected:
        restores = any(step["set"] for step in plan["databases"])
        return (
            "forecast: not known, because no result of a drill in the bucket, and no receipt here, is of such sets"
            if restores
            else ""
        )
    speed = f" ({expected['bytes_per_second'] / 1e6:.3g} MB/s)" if expected["bytes_per_second"] else ""
    parts = [
        f"{expected['transfer_seconds']:g} s to transfer {expected['bytes']} bytes{speed}",
        f"{expected['neo4j_admin_seconds']:g} s of neo4j-admin",
        f"{expected['other_seconds']:g} s of the rest",
    ]
    start = expected["server_start_seconds"]
    server = f". Neo4j then needed {start:g} s to answer" if start is not None else ""
    source = f"the {expected['by']} of {expected['measured']}, {expected['from']}"
    return scrub.clean(f"forecast: {expected['seconds']:g} s: {', '.join(parts)}{server}. By {source}")


def _auth_files(auth_files: dict[str, Any] | None) -> str:
    """Return a line about the auth files of Neo4j 3.x, or an empty text."""
    if not auth_files:
        return ""
    text = f"auth files: {auth_files['action']}: {auth_files['reason']}"
    if auth_files["from"]:
        text += f" ({', '.join(auth_files['names'])} from {auth_files['from']})"
    if auth_files["within"]:
        text += f". Those in {auth_files['within']} count first, but are not known until it is unpacked"
    return scrub.clean(text)


def _name(entry: dict[str, Any]) -> str:
    """Return the name of a database, in the form of DATABASE. entry: of a plan or a receipt."""
    database = str(entry["database"])
    # Receipts of earlier versions do not have the source.
    source = entry.get("source_database", database)
    return database if source == database else f"{database}={source}"


def _points(database: str, chosen: dict[str, Any]) -> str:
    """Return a line with the points at which a restore of a chain may end, and the requested one, or an empty text."""
    span, until = chosen["range"], chosen["restore_until"]
    if span is None:
        return ""
    times = f"{span['first_time'] or '?'} to {span['last_time'] or '?'}"
    ends = f"ends at {until}" if until else "ends with the last one. RESTORE_UNTIL names another point"
    return f"chain of {database}: transactions {span['first_tx']} to {span['last_tx']}, {times}. The restore {ends}"


def set_table(entries: Sequence[dict[str, Any]]) -> str:
    """Return sets as a table for people, with the objects that are not sets below it. entries: of `list --json`."""
    names = ("database", "time", "size_bytes")
    rows = [
        [*(str(each[name]) for name in names), _kind(each), *_facts(each["header"] or {}), each["object"]]
        for each in entries
        if each["not_a_set"] is None
    ]
    table = _table([[*map(str.upper, names), "KIND", *_FACTS, "OBJECT"], *rows])
    unclear = [(each["object"], each["not_a_set"]) for each in entries if each["not_a_set"] is not None]
    return "\n".join([table, *_not_sets(unclear)])


# What a set's bytes say of it. A fact that they do not say is a hyphen.
_FACTS = ("NEO4J", "STORE FORMAT", "TRANSACTIONS", "ID")


def _facts(header: dict[str, Any], store_version: str | None = None) -> list[str]:
    """Return a set's facts for a table. header: as JSON. store_version: by the store files in an archive."""
    line, lowest, highest = header.get("line"), header.get("lowest_tx"), header.get("highest_tx")
    return [
        "-" if line is None else f"{line} or later",
        header.get("store_version") or header.get("store_format") or store_version or "-",
        "-" if highest is None else f"{lowest} to {highest}" if highest else "none",
        # Neo4j's own log also shows the first eight characters.
        (header.get("database_id") or "-")[:8],
    ]


def _not_sets(unclear: Sequence[tuple[str, str]]) -> list[str]:
    """Return a line for each object that looks like a backup but is not understood."""
    return [scrub.clean(f"not taken for a set: {name}: {reason}") for name, reason in unclear]


def _kind(entry: dict[str, Any]) -> str:
    """Return a set's kind, with the fields of its header that matter to an operator."""
    header = entry["header"] or {}
    full = [] if header.get("full") is None else ["full" if header["full"] else "differential"]
    return ", ".join([entry["kind"], *full, *(["block"] if header.get("store_format") == "block" else [])])


def status_text(state: dict[str, Any]) -> str:
    """Return the volume's state for people. state: as `status.status` returns it."""
    last = state["receipt"] or {}
    lines = [f"state: {state['state']}", f"restore id: {state['restore_id'] or '-'}"]
    lines += [f"restored: {_name(each)} from {each.get('object', '-')}" for each in last.get("restored", [])]
    lines += [
        f"store of {each['database']}: {text}" for each in last.get("restored", []) if (text := _proof_text(each))
    ]
    lines += [f"rolled back: {name}" for name in last.get("rolled_back", [])]
    if auth_files := last.get("auth_files"):
        lines += [f"auth files: {', '.join(auth_files['names']) or 'none'} from {auth_files['from']}"]
    lines += [f"finished: {last.get('finished', '-')}"]
    lines += [f"previous generation: {'kept' if state['previous_kept'] else 'none'}"]
    lines += [f"history: {len(state['history'])} entries"]
    return "\n".join(lines)


def _proof_text(restored: dict[str, Any]) -> str:
    """Return what neo4j-admin said of a restored store, or an empty text."""
    store = restored.get("store") or {}
    last, needed = store.get("last_transaction"), store.get("recovery_needed")
    migrated = restored.get("migrated") or {}
    facts = {
        store.get("format"): store.get("format") is not None,
        f"last transaction {last}": last is not None,
        "needed a recovery": needed,
        f"migrated from {migrated.get('from')}": bool(migrated),
        "checked for inconsistencies": restored.get("consistency_checked"),
    }
    return ", ".join(str(fact) for fact, holds in facts.items() if holds)


def without_secrets(answer: Any) -> Any:
    """Return the JSON answer of a command without secrets in its texts. The name of an object may be anything."""
    if isinstance(answer, dict):
        return {name: without_secrets(value) for name, value in answer.items()}
    if isinstance(answer, list):
        return [without_secrets(each) for each in answer]
    return scrub.hide(answer) if isinstance(answer, str) else answer


def _table(rows: list[list[str]]) -> str:
    rows = [[scrub.clean(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
