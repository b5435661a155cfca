"""`neo4j-scenarios report`, on an emulated bucket."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.generator.conftest import Command
from tests.generator.fleets import make_fleet
from tests.generator.survey.receipts import make_receipt
from tests.support import stores
from tests.support.says import says

TODAY = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def fleet(tmp_path: Path, bucket: stores.Bucket) -> Path:
    """Return a fleet of three clusters: one has a new set, one an old set, one none."""
    text = f"""\
defaults:
  scenario: single-instance
  bucket: "{bucket.url}/{{{{ name }}}}"
  database: neo4j
  emulator-host: {bucket.host}
  labels: {{rpo: 24h}}
clusters:
  fresh: {{labels: {{env: prod}}}}
  old: {{}}
  empty: {{labels: {{rpo: null}}}}
"""
    bucket.put(f"fresh/neo4j-{TODAY:%Y-%m-%d-%H:%M:%S}.dump", b"x" * 2000)
    bucket.put("fresh/neo4j-2026-01-01.dump", b"x" * 1000)
    bucket.put("fresh/drills/1.json", make_receipt("2026-05-01T03:00:00+00:00", seconds=20))
    bucket.put("old/neo4j-2026-01-01.dump", b"x" * 1000)
    return make_fleet(tmp_path, text)


def reported(neo4j_scenarios: Command, fleet: Path, *flags: str) -> dict[str, dict[str, object]]:
    done = neo4j_scenarios("report --json", fleet, *flags)
    says(done, 0)
    assert done.err == ""
    return {each["cluster"]: each for each in json.loads(done.out)["databases"]}


def test_the_report_is_a_file_that_stands_alone(neo4j_scenarios: Command, fleet: Path, tmp_path: Path) -> None:
    done = neo4j_scenarios("report", fleet, "-o", tmp_path / "report.html")
    says(done, 0)
    assert done.out == ""
    assert done.err == f"written {tmp_path / 'report.html'}: 3 databases\n"
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert text.index('<th scope="row">empty') < text.index('<th scope="row">old') < text.index('<th scope="row">fresh')
    says(neo4j_scenarios("report", fleet, "-o", tmp_path / "report.html"), 0)


def test_without_a_file_it_goes_to_stdout(neo4j_scenarios: Command, fleet: Path) -> None:
    assert neo4j_scenarios("report", fleet).out.startswith(
        "<!-- Written by neo4j-scenarios report -->\n<!doctype html>"
    )


def test_for_programs_it_is_json(neo4j_scenarios: Command, fleet: Path) -> None:
    by_cluster = reported(neo4j_scenarios, fleet, "--throughput", "1KiB/s")
    assert {name: each["state"] for name, each in by_cluster.items()} == {
        "empty": "no set",
        "old": "late",
        "fresh": "within RPO",
    }
    fresh, old = by_cluster["fresh"], by_cluster["old"]
    assert (fresh["rto_seconds"], fresh["rto_source"], fresh["sets"]) == (10, "drill", 2)
    assert (old["rto_source"], old["drill"]) == ("given", None)
    assert [each["size_bytes"] for each in fresh["sizes"]] == [1000, 2000]  # type: ignore[attr-defined] # a list
    assert (by_cluster["empty"]["rpo_seconds"], fresh["rpo_seconds"]) == (None, 86400)


def test_pins_and_their_drift_are_told(neo4j_scenarios: Command, fleet: Path, bucket: stores.Bucket) -> None:
    neo4j_scenarios("lock --keep-going", fleet)
    later = datetime.now(UTC) - timedelta(minutes=1)
    bucket.put(f"old/neo4j-{later:%Y-%m-%d-%H:%M:%S}.dump", b"y" * 1500)
    bucket.handle.blob(f"fresh/neo4j-{TODAY:%Y-%m-%d-%H:%M:%S}.dump").delete()
    by_cluster = reported(neo4j_scenarios, fleet)
    assert {name: each["drift"] for name, each in by_cluster.items()} == {
        "old": "behind",
        "fresh": "gone",
        "empty": "not pinned",
    }


def test_a_bucket_that_fails_is_a_row_and_no_end(neo4j_scenarios: Command, fleet: Path) -> None:
    fleet.write_text(fleet.read_text().replace("  old: {}", "  old: {emulator-host: 'http://127.0.0.1:1'}"))
    by_cluster = reported(neo4j_scenarios, fleet, "--deadline", "2s")
    assert (by_cluster["old"]["state"], by_cluster["fresh"]["state"]) == ("unreadable", "within RPO")
    assert "unreachable" in str(by_cluster["old"]["problem"])


def test_a_label_that_is_no_duration_is_an_error_with_its_place(neo4j_scenarios: Command, fleet: Path) -> None:
    fleet.write_text(fleet.read_text().replace("rpo: 24h", "rpo: soon"))
    done = neo4j_scenarios("report", fleet)
    says(done, 1, f"error: {fleet}:6:12: labels.rpo: 'soon' is not a duration")


def test_a_file_that_is_no_report_is_not_replaced(neo4j_scenarios: Command, fleet: Path, tmp_path: Path) -> None:
    other = tmp_path / "index.html"
    other.write_text("<!doctype html>mine")
    says(neo4j_scenarios("report", fleet, "-o", other), 1)
    assert other.read_text() == "<!doctype html>mine"
    says(neo4j_scenarios("report --force", fleet, "-o", other), 0)


def test_wrong_throughput_is_refused(neo4j_scenarios: Command, fleet: Path) -> None:
    says(neo4j_scenarios("report --throughput fast", fleet), 2)


def test_metrics_are_a_file_of_their_own_and_the_page_then_needs_a_name(
    neo4j_scenarios: Command, fleet: Path, tmp_path: Path
) -> None:
    prom, html = tmp_path / "backups.prom", tmp_path / "report.html"
    done = neo4j_scenarios("report", fleet, "--metrics", prom)
    says(done, 0)
    assert done.out == ""
    families = {each.name: each for each in text_string_to_metric_families(prom.read_text())}
    sizes = {each.labels["cluster"]: each.value for each in families["neo4j_backup_latest_size_bytes"].samples}
    assert sizes == {"fresh": 2000, "old": 1000}
    says(neo4j_scenarios("report", fleet, "--metrics", prom, "-o", html), 0)
    assert html.read_text().startswith("<!-- Written by")


def test_metrics_replace_no_file_of_others(neo4j_scenarios: Command, fleet: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.prom"
    other.write_text("mine 1\n")
    says(neo4j_scenarios("report", fleet, "--metrics", other), 1)
    assert other.read_text() == "mine 1\n"
    says(neo4j_scenarios("report", fleet, "--metrics", fleet.parent / "x", "-o", fleet.parent / "x"), 2)


def test_what_must_not_be_fails_after_the_report_is_written(
    neo4j_scenarios: Command, fleet: Path, tmp_path: Path
) -> None:
    html = tmp_path / "report.html"
    done = neo4j_scenarios("report --fail-on late,never-drilled", fleet, "-o", html)
    says(done, 1)
    assert html.exists()
    lines = done.err.splitlines()
    assert any(line.startswith("late: old: neo4j: the latest set is ") for line in lines)
    assert "never-drilled: old: neo4j: there was never a restore drill" in lines
    # No set at all is later than any RPO.
    assert f"missing: empty: neo4j: gs://{fleet_bucket(fleet)}/empty has no set of this database" in lines
    assert "error: --fail-on late,never-drilled: 2 databases of 2 clusters must be checked" in lines
    assert not [line for line in lines if "fresh" in line]


def fleet_bucket(fleet: Path) -> str:
    (bucket,) = re.findall('bucket: "gs://(.*)/', fleet.read_text())
    return str(bucket)


def test_what_is_not_there_fails_nothing(neo4j_scenarios: Command, fleet: Path) -> None:
    says(neo4j_scenarios("report --json --fail-on unreadable,shrunk", fleet), 0)
    says(neo4j_scenarios("report --json --fail-on late --only fresh", fleet), 0)


def test_a_set_that_shrank_fails(neo4j_scenarios: Command, fleet: Path, bucket: stores.Bucket) -> None:
    for day in range(1, 5):
        bucket.put(f"fresh/neo4j-2026-02-0{day}.dump", b"x" * 10_000)
    done = neo4j_scenarios("report --json --fail-on shrunk --only fresh", fleet)
    says(done, 1, "shrunk: fresh: neo4j: the newest set has 2.0 KiB, but 9.8 KiB is usual: -80%")
    (database,) = json.loads(done.out)["databases"]
    assert (database["state"], database["findings"], database["usual_bytes"]) == ("shrunk", ["shrunk"], 10_000)
    says(neo4j_scenarios("report --json --fail-on shrunk --max-shrink 80% --only fresh", fleet), 0)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("--fail-on lat", "'lat' is not known: did you mean 'late'?"),
        ("--fail-on ,", "is empty"),
        ("--max-shrink 120%", "--max-shrink"),
        ("--max-growth fast", "'fast' is not a percentage"),
    ],
)
def test_flags_that_can_not_be_meant_are_wrong_usage(
    neo4j_scenarios: Command, fleet: Path, flags: str, message: str
) -> None:
    done = neo4j_scenarios(f"report {flags}", fleet)
    says(done, 2, message)


def test_the_json_is_broken_down_by_every_label(neo4j_scenarios: Command, fleet: Path) -> None:
    by = json.loads(neo4j_scenarios("report --json", fleet).out)["by"]
    assert set(by) == {"env", "rpo"}
    assert [(each["value"], each["databases"]) for each in by["env"]] == [(None, 2), ("prod", 1)]
