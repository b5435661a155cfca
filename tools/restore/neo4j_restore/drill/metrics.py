"""The metrics of a drill, in Prometheus' text format: into a file, and to a Pushgateway.

Source of the format: https://prometheus.io/docs/instrumenting/exposition_formats/ (version 0.0.4). Pushgateway replaces
only the metrics that a POST names, so the time of the last success outlives a failure there too.
"""

import http.client
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from logging import getLogger
from pathlib import Path
from typing import Final

from neo4j_restore import disk
from neo4j_restore.drill.outcome import Outcome
from neo4j_restore.errors import VolumeError

log = getLogger(__name__)

_PREFIX: Final = "neo4j_restore_drill_"
_SUCCESS: Final = "last_success_timestamp_seconds"
_PUSH_SECONDS: Final = 10.0

_MEANINGS: Final = {
    _SUCCESS: "When the last drill succeeded",
    "duration_seconds": "How long the restore of the last drill took",
    "bytes": "Size of the sets that the last drill restored",
    "set_age_seconds": "How old the oldest of these sets was at the end of the drill",
    "assertions_failed": "How many assertions of the last drill did not hold",
}


def as_text(outcome: Outcome, before: str = "") -> str:
    """Return the metrics. before: the earlier ones, whose time of the last success a failed drill keeps."""
    values = dict(_values(outcome))
    earlier = re.search(rf'^{_PREFIX}{_SUCCESS}{{name="{re.escape(outcome.name)}"}} ([0-9.]+)$', before, re.MULTILINE)
    if outcome.failed and earlier:
        values[_SUCCESS] = earlier[1]
    lines = []
    for name, value in values.items():
        full = _PREFIX + name
        lines += [
            f"# HELP {full} {_MEANINGS[name]}",
            f"# TYPE {full} gauge",
            f'{full}{{name="{outcome.name}"}} {value}',
        ]
    return "\n".join(lines) + "\n"


def _values(outcome: Outcome) -> Iterator[tuple[str, str]]:
    finished = datetime.fromisoformat(outcome.finished)
    if not outcome.failed:
        yield _SUCCESS, f"{finished.timestamp():.3f}"
    yield "duration_seconds", f"{float(outcome.restore['seconds']):.3f}"
    yield "bytes", str(int(outcome.restore["bytes"]))
    times = [each.get("time") for each in outcome.restore["restored"]]
    if times and all(times):
        oldest = min(datetime.fromisoformat(str(each)).astimezone(UTC) for each in times)
        yield "set_age_seconds", f"{(finished - oldest).total_seconds():.0f}"
    yield "assertions_failed", str(len(outcome.failed))


def write(path: Path, outcome: Outcome) -> None:
    """Write the metrics into a file, by a rename: a collector never sees half of it. Raises VolumeError."""
    try:
        before = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        disk.replace_file(path, as_text(outcome, before))
    except OSError as error:
        message = f"METRICS_FILE: cannot write {path}: {error.strerror}"
        raise VolumeError(message, hint="mount a folder there that this user can write to") from error


def push(gateway: str, outcome: Outcome) -> None:
    """Send the metrics to a Pushgateway. A gateway that does not answer changes no outcome: its alert is for that."""
    address = f"{gateway}/metrics/job/neo4j_restore_drill/instance/{urllib.parse.quote(outcome.name, safe='')}"
    request = urllib.request.Request(address, as_text(outcome).encode(), method="POST")  # noqa: S310 - http or https only
    try:
        with urllib.request.urlopen(request, timeout=_PUSH_SECONDS):  # noqa: S310
            log.info("sent the metrics to %s", gateway)
    except (OSError, http.client.HTTPException) as error:
        log.warning("cannot send the metrics to %s: %s", gateway, error)
