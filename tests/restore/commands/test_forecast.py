"""`plan` says how long a restore will take, and no result of a drill, however odd, makes a plan fail."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run
from tests.restore.stores.subjects import Subject
from tests.support import archives
from tests.support.gateway import Fault, Gateway
from tests.support.says import says
from tests.support.stores import Bucket

NAME = "neo4j-latest.tar.gz"


def make_result(**changes: Any) -> bytes:
    """Return a result of a drill of an archive, at a tenth of its bytes a second."""
    size = len(archives.tar_gz())
    record = {
        "finished": "2026-01-31T03:00:00+00:00",
        "bytes": size,
        "seconds": 12.0,
        "restored": [{"database": "neo4j", "kind": "archive", "object": "x"}],
        "phases": {"prepare": 1.0, "transfer": 10.0, "load": 0.0, "inspect": 1.0, "finish": 1.0},
        "drill": {"succeeded": True, "phases": {"start": 8.5}},
        **changes,
    }
    return json.dumps(record).encode()


def key(ago: timedelta = timedelta(), name: str = "prod.graph") -> str:
    return f"drills/{datetime.now(UTC) - ago:%Y-%m-%dT%H-%M-%S.000Z}_{name}.json"


def forecast(run: Run, **environment: str) -> Any:
    done = run("plan", "--json", **environment)
    says(done, 0)
    return json.loads(done.stdout)["forecast"]


def test_a_plan_says_how_long_it_takes_and_by_what(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put(NAME, archives.tar_gz())
    bucket.put(key(), make_result())
    expected = forecast(neo4j_restore)
    assert (expected["seconds"], expected["transfer_seconds"], expected["neo4j_admin_seconds"]) == (13.0, 10.0, 1.0)
    assert (expected["server_start_seconds"], expected["by"]) == (8.5, "drill")
    assert expected["from"].startswith(f"{bucket.url}/drills/")
    done = neo4j_restore("plan")
    said = r"forecast: 13 s: 10 s to transfer \d+ bytes \(.* MB/s\), 1 s of neo4j-admin, 2 s of the rest\. Neo4j then"
    assert re.search(said, done.stdout)


def test_without_a_drill_the_receipt_of_the_volume_tells(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put(NAME, archives.tar_gz())
    assert "forecast: not known" in neo4j_restore("plan").stdout
    says(neo4j_restore("run"), 0)
    expected = forecast(neo4j_restore, FORCE_OVERWRITE="true")
    assert (expected["by"], expected["server_start_seconds"]) == ("receipt", None)
    assert expected["from"].endswith("/.neo4j-restore/receipt.json")
    # Nothing is restored, so nothing takes time.
    assert forecast(neo4j_restore) is None
    assert "forecast" not in neo4j_restore("plan").stdout


def test_a_folder_without_results_is_not_worth_a_word(neo4j_restore: Run, tmp_path: Path) -> None:
    sets = tmp_path / "sets"
    sets.mkdir()
    (sets / NAME).write_bytes(archives.tar_gz())
    done = neo4j_restore("plan", BUCKET=f"file://{sets}")
    says(done, 0, printed="forecast: not known")
    assert "drills" not in done.stderr


def test_the_newest_of_drill_and_receipt_tells(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put(NAME, archives.tar_gz())
    says(neo4j_restore("run"), 0)
    for finished, by in (("2020-01-31T03:00:00+00:00", "receipt"), ("2099-01-31T03:00:00+00:00", "drill")):
        bucket.put(key(), make_result(finished=finished))
        assert forecast(neo4j_restore, FORCE_OVERWRITE="true")["by"] == by


def test_of_many_results_the_newest_that_fits_tells(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put(NAME, archives.tar_gz())
    bucket.put(key(timedelta(minutes=9)), make_result(seconds=12.0))
    for minute in range(8):
        other = [{"database": "movies", "kind": "archive", "object": "x"}]
        bucket.put(key(timedelta(minutes=minute), f"other{minute % 2}"), make_result(restored=other))
    assert forecast(neo4j_restore)["transfer_seconds"] == 10


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[1]", b"[" * 100_000, b"\xff\xfe", b"{}", make_result(phases={"transfer": "x"}), b" " * 300_000],
    ids=["empty", "half", "list", "deep", "bytes", "nothing", "words", "large"],
)
def test_an_odd_result_is_passed_over(text: bytes, neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put(NAME, archives.tar_gz())
    bucket.put(key(timedelta(minutes=1), "good"), make_result())
    bucket.put(key(name="odd"), text)
    assert forecast(neo4j_restore)["transfer_seconds"] == 10


def test_a_store_that_fails_at_the_results_costs_the_forecast_alone(
    remote: Subject, between: Gateway, neo4j_restore: Run
) -> None:
    remote.put(f"{remote.prefix}{NAME}", archives.tar_gz())
    remote.put(f"{remote.prefix}{key()}", make_result())
    place = {**remote.environment, "BUCKET": f"{remote.environment['BUCKET']}/p", remote.host_variable: between.host}
    assert forecast(neo4j_restore, **place)["by"] == "drill"
    count = len(between.seen)
    first = next(number for number, each in enumerate(between.seen, 1) if "drills" in each.rpartition("prefix=")[2])
    between.before[count + first] = lambda: between.faults.append(Fault(403))
    done = neo4j_restore("plan", **place)
    says(done, 0, "the results of drills are not read", printed="forecast: not known")


def test_results_are_never_taken_for_backups(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put(NAME, archives.tar_gz())
    bucket.put(key(name="prod.neo4j"), make_result())
    bucket.put("drills/neo4j-2099-01-31.json", make_result())
    done = neo4j_restore("run")
    says(done, 0, "2 results of drills such as drills/")
    assert list((data / "databases").iterdir())
