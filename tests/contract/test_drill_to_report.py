"""From a drill to the fleet report: it shows what `neo4j-restore` leaves in the bucket, and forecasts by it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.conftest import Run
from tests.generator.conftest import Command, neo4j_scenarios
from tests.restore.drill.asking import LOGIN, Counting, assertions
from tests.support import archives, stores
from tests.support.bolt import serving
from tests.support.says import says

__all__ = ["neo4j_scenarios"]

FLEET = """\
defaults:
  scenario: single-instance
  bucket: "{bucket}"
  emulator-host: {host}
  database: neo4j
  labels: {{rpo: 24h}}
clusters:
  graph: {{}}
"""


def drilled(run: Run, volume: Path, expect: int) -> None:
    """Restore into a volume that is thrown away, and ask it, as the pod of a drill does."""
    volume.mkdir()
    says(run("run", DATA_DIR=str(volume)), 0)
    with serving(Counting()) as address:
        asked = {"BOLT_URI": address, "DRILL_ASSERTIONS": assertions(expect), "DRILL_NAME": "eu.prod.graph"}
        says(run("drill", DATA_DIR=str(volume), **LOGIN, **asked), 0 if expect == 7 else 42)


def test_the_report_shows_the_last_drill_that_held_and_forecasts_by_it(
    neo4j_restore: Run, neo4j_scenarios: Command, bucket: stores.Bucket, tmp_path: Path
) -> None:
    stamp = f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%d-%H:%M:%S}"
    bucket.put(f"neo4j-{stamp}.tar.gz", archives.tar_gz())
    fleet = tmp_path / "fleet.yaml"
    fleet.write_text(FLEET.format(bucket=bucket.url, host=bucket.host))

    def reported() -> dict[str, object]:
        done = neo4j_scenarios("report --json", fleet)
        says(done, 0)
        (row,) = json.loads(done.out)["databases"]
        return {name: row[name] for name in ("drill", "rto_source", "findings", "sets")}

    before = reported()
    assert (before["drill"], before["rto_source"], before["findings"]) == (None, None, ["never-drilled"])

    drilled(neo4j_restore, tmp_path / "one", 7)
    good = reported()
    receipt = json.loads((tmp_path / "one/.neo4j-restore/receipt.json").read_text())["last"]
    assert isinstance(good["drill"], dict)
    assert (good["drill"]["object"], good["drill"]["seconds"]) == (receipt["restored"][0]["object"], receipt["seconds"])
    # The result is not a backup.
    assert (good["rto_source"], good["findings"], good["sets"]) == ("drill", [], 1)

    # A drill that fails proves nothing, and takes nothing away from the one before.
    drilled(neo4j_restore, tmp_path / "two", 8)
    assert reported() == good
    assert len(list(bucket.handle.list_blobs(prefix="drills/"))) == 2
