"""The metrics of a drill, as a collector and a Pushgateway get them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from neo4j_restore.drill import metrics
from neo4j_restore.drill.assertions import Assertion, Expected
from neo4j_restore.drill.outcome import Outcome, Verdict
from neo4j_restore.errors import VolumeError

RESTORE = {
    "bytes": 1234,
    "seconds": 56.789,
    "restored": [
        {"database": "neo4j", "time": "2026-01-31T02:00:00+00:00"},
        {"database": "system", "time": "2026-01-31T03:00:00+01:00"},
    ],
}


def make_outcome(
    *problems: str, restore: dict[str, Any] = RESTORE, finished: str = "2026-01-31T03:00:00+00:00"
) -> Outcome:
    verdicts = [Verdict(Assertion("RETURN 1", Expected()), problem) for problem in problems]
    return Outcome("graph", restore, "5.26.0", verdicts, finished)


def values(text: str) -> dict[str, float]:
    """Return the values of metrics by their names, without the prefix."""
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    assert all(line[0].startswith("neo4j_restore_drill_") and line[0].endswith('{name="graph"}') for line in lines)
    return {line[0].removeprefix("neo4j_restore_drill_").partition("{")[0]: float(line[1]) for line in lines}


def test_a_drill_that_succeeded_has_all_metrics() -> None:
    assert values(metrics.as_text(make_outcome("", ""))) == {
        "last_success_timestamp_seconds": 1769828400,
        "duration_seconds": 56.789,
        "bytes": 1234,
        "set_age_seconds": 3600,
        "assertions_failed": 0,
    }


def test_a_set_without_a_time_has_no_age() -> None:
    restore = {**RESTORE, "restored": [{"database": "neo4j", "time": None}]}
    assert "set_age_seconds" not in values(metrics.as_text(make_outcome(restore=restore)))


def test_a_failed_drill_keeps_the_time_of_the_last_success(tmp_path: Path) -> None:
    path = tmp_path / "drill.prom"
    metrics.write(path, make_outcome(""))
    metrics.write(path, make_outcome("found 1", "", finished="2026-02-01T03:00:00+00:00"))
    samples = values(path.read_text())
    assert (samples["last_success_timestamp_seconds"], samples["assertions_failed"]) == (1769828400, 1)
    assert samples["set_age_seconds"] == 25 * 3600
    metrics.write(path, make_outcome("", finished="2026-02-02T03:00:00+00:00"))
    assert values(path.read_text())["last_success_timestamp_seconds"] == 1769828400 + 2 * 86400


def test_a_first_drill_that_fails_has_no_success() -> None:
    assert "last_success_timestamp_seconds" not in values(metrics.as_text(make_outcome("found 1")))


def test_a_folder_that_is_not_there_is_told_with_its_variable(tmp_path: Path) -> None:
    with pytest.raises(VolumeError, match=r"^METRICS_FILE: cannot write .*/none/drill.prom"):
        metrics.write(tmp_path / "none" / "drill.prom", make_outcome())


@contextmanager
def gateway(status: int) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Yield the URL of a server that answers with a status, and what it was sent: method, path and body."""
    sent: list[tuple[str, str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append((self.command, self.path, self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", sent
        finally:
            server.shutdown()
            thread.join()


def test_a_pushgateway_gets_what_a_file_would_hold() -> None:
    with gateway(200) as (url, sent):
        metrics.push(url, make_outcome(""))
    assert sent == [("POST", "/metrics/job/neo4j_restore_drill/instance/graph", metrics.as_text(make_outcome("")))]


def test_a_pushgateway_that_refuses_changes_no_outcome(caplog: pytest.LogCaptureFixture) -> None:
    with gateway(500) as (url, _):
        metrics.push(url, make_outcome(""))
    metrics.push(url, make_outcome(""))
    assert caplog.text.count(f"cannot send the metrics to {url}") == 2


@pytest.mark.parametrize("before", ["", metrics.as_text(make_outcome(""))], ids=["first", "later"])
@pytest.mark.parametrize("problem", ["", "found 1"], ids=["good", "bad"])
def test_prometheus_own_parser_reads_them(before: str, problem: str) -> None:
    """The parser refuses a second TYPE, a sample that is not of its family, and a label that is not escaped."""
    text = metrics.as_text(make_outcome(problem), before)
    families = list(text_string_to_metric_families(text))
    assert {family.type for family in families} == {"gauge"}
    samples = [sample for family in families for sample in family.samples]
    assert {sample.labels["name"] for sample in samples} == {"graph"}
    assert len({sample.name for sample in samples}) == len(samples)
    assert all(family.documentation for family in families)
    # Names of base units, as Prometheus advises.
    assert {sample.name.rpartition("_")[2] for sample in samples} <= {"seconds", "bytes", "failed"}
