"""`neo4j-scenarios lock` and `update`, on an emulated bucket."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.generator.conftest import Command
from tests.generator.fleets import make_fleet
from tests.support import stores
from tests.support.says import says

COMMAND = Path(sys.executable).with_name("neo4j-scenarios")


@pytest.fixture
def fleet(tmp_path: Path, bucket: stores.Bucket) -> Path:
    """Return a fleet of two clusters. `neo4j` of each has a set of one day."""
    text = f"""\
defaults:
  scenario: single-instance
  bucket: "{bucket.url}/{{{{ name }}}}"
  database: neo4j
  emulator-host: {bucket.host}
clusters:
  eu-1: {{labels: {{env: prod}}}}
  eu-2: {{}}
"""
    for name in ("eu-1", "eu-2"):
        bucket.put(f"{name}/neo4j-2026-08-01-02:00:00.dump", b"first")
    return make_fleet(tmp_path, text)


def pinned(fleet: Path) -> dict[str, str]:
    lock = yaml.safe_load(fleet.with_name("fleet.lock.yaml").read_text())
    return {name: entry["timestamp"] for name, entry in lock["clusters"].items()}


def test_lock_pins_and_build_takes_the_pin(neo4j_scenarios: Command, fleet: Path, bucket: stores.Bucket) -> None:
    done = neo4j_scenarios("lock", fleet)
    says(done, 0)
    assert done.out.splitlines() == [f"{name}: neo4j 2026-08-01, 5 B" for name in ("eu-1", "eu-2")]
    assert done.err == f"written {fleet.with_name('fleet.lock.yaml')}: 2 clusters\n"
    bucket.put("eu-1/neo4j-2026-08-22-02:00:00.dump", b"second")
    neo4j_scenarios("build", fleet)
    values = yaml.safe_load((fleet.parent / "out" / "eu-1" / "values.neo4j-restore.yaml").read_text())
    assert values["restore"]["timestamp"] == "2026-08-01-02:00:00"


def test_a_second_lock_changes_nothing_and_update_moves(
    neo4j_scenarios: Command, fleet: Path, bucket: stores.Bucket
) -> None:
    neo4j_scenarios("lock", fleet)
    bucket.put("eu-1/neo4j-2026-08-22-02:00:00.dump", b"second")
    bucket.put("eu-2/neo4j-2026-08-22-02:00:00.dump", b"second")
    says(neo4j_scenarios("lock --check", fleet), 0)
    assert neo4j_scenarios("lock", fleet).out == ""
    says(neo4j_scenarios("update --check", fleet), 3)
    assert neo4j_scenarios("update -l env=prod", fleet).out == "eu-1: neo4j 2026-08-01 -> 2026-08-22, 6 B\n"
    assert pinned(fleet) == {"eu-1": "2026-08-22-02:00:00", "eu-2": "2026-08-01-02:00:00"}
    says(neo4j_scenarios("update --cluster eu-2", fleet), 0)
    says(neo4j_scenarios("update --check", fleet), 0)


@pytest.mark.parametrize("change", ["timestamp: 2026-08-01-02:00:00", "backup-set-dir: a"])
def test_lifting_what_was_asked_for_moves_a_pin_only_when_told(
    neo4j_scenarios: Command, fleet: Path, bucket: stores.Bucket, change: str
) -> None:
    text = fleet.read_text()
    fleet.write_text(text.replace("eu-2: {}", f"eu-2: {{{change}}}"))
    says(neo4j_scenarios("lock", fleet), 0)
    bucket.put("eu-2/neo4j-2026-08-22-02:00:00.dump", b"second")
    fleet.write_text(text)
    done = neo4j_scenarios("lock", fleet)
    says(done, 1, "the pin would move from 2026-08-01T02:00:00Z to 2026-08-22T02:00:00Z")
    assert pinned(fleet)["eu-2"] == "2026-08-01-02:00:00"
    says(neo4j_scenarios("lock --move", fleet), 2)
    says(neo4j_scenarios("lock --move --only eu-2", fleet), 0)
    assert pinned(fleet) == {"eu-1": "2026-08-01-02:00:00", "eu-2": "2026-08-22-02:00:00"}


def test_drift_is_told_for_programs(neo4j_scenarios: Command, fleet: Path, bucket: stores.Bucket) -> None:
    neo4j_scenarios("lock", fleet)
    bucket.put("eu-1/neo4j-2026-08-22-02:00:00.dump", b"second")
    done = neo4j_scenarios("update --check --json", fleet)
    result = json.loads(done.out)
    says(done, 3)
    assert done.err == ""
    assert not result["written"]
    assert result["problems"] == []
    (change,) = result["changes"]
    assert (change["cluster"], change["database"], change["before"]["size_bytes"]) == ("eu-1", "neo4j", 5)
    assert change["after"]["object"] == f"{bucket.url}/eu-1/neo4j-2026-08-22-02:00:00.dump"
    assert change["after"]["checksum"].startswith("crc32c:")


def test_one_failing_cluster_stops_all_unless_it_may_go_on(
    neo4j_scenarios: Command, fleet: Path, bucket: stores.Bucket
) -> None:
    fleet.write_text(fleet.read_text() + "  eu-3: {}\n")
    stopped = neo4j_scenarios("lock", fleet)
    says(stopped, 1, f"error: eu-3: {bucket.url}/eu-3 has no backup of neo4j for latest")
    assert not fleet.with_name("fleet.lock.yaml").exists()
    went_on = neo4j_scenarios("lock --keep-going", fleet)
    says(went_on, 1)
    assert pinned(fleet).keys() == {"eu-1", "eu-2"}
    result = json.loads(neo4j_scenarios("lock --json", fleet).out)
    assert [each["clusters"] for each in result["problems"]] == [["eu-3"]]


@pytest.mark.parametrize("command", ["lock", "update"])
def test_no_lock_is_made_where_every_bucket_fails(neo4j_scenarios: Command, fleet: Path, command: str) -> None:
    fleet.write_text(fleet.read_text().replace("{{ name }}", "nothing/{{ name }}"))
    done = neo4j_scenarios(f"{command} --keep-going", fleet)
    says(done, 1, "not written")
    assert not fleet.with_name("fleet.lock.yaml").exists()


def test_a_failing_bucket_is_one_problem_with_its_clusters(neo4j_scenarios: Command, fleet: Path) -> None:
    fleet.write_text(fleet.read_text().replace("{{ name }}", "shared").replace("http://127", "http://127.0.0.9:1#"))
    fleet.write_text(fleet.read_text().replace("#", "/"))
    done = neo4j_scenarios("lock --json --deadline 2s", fleet)
    (problem,) = json.loads(done.out)["problems"]
    assert problem["clusters"] == ["eu-1", "eu-2"]
    assert "unreachable" in problem["what"]


def test_guards_keep_a_shrunken_set_out(neo4j_scenarios: Command, fleet: Path, bucket: stores.Bucket) -> None:
    neo4j_scenarios("lock", fleet)
    bucket.put("eu-2/neo4j-2026-08-22-02:00:00.dump", b"s")
    before = fleet.with_name("fleet.lock.yaml").read_text()
    done = neo4j_scenarios("update --max-shrink 20%", fleet)
    says(done, 1, "error: eu-2: neo4j: the set shrank by 80%, from 5 B to 1 B, but --max-shrink is 20%")
    assert fleet.with_name("fleet.lock.yaml").read_text() == before


def test_a_stamp_in_the_fleet_file_is_checked(neo4j_scenarios: Command, fleet: Path) -> None:
    fleet.write_text(fleet.read_text().replace("eu-2: {}", "eu-2: {timestamp: 2026-07-31}"))
    done = neo4j_scenarios("lock", fleet)
    says(done, 1, "has no backup of neo4j for 2026-07-31", "nearest: ")


def test_a_cluster_that_floats_has_no_pin(neo4j_scenarios: Command, fleet: Path) -> None:
    fleet.write_text(fleet.read_text().replace("eu-2: {}", "eu-2: {unpinned: true}"))
    neo4j_scenarios("lock", fleet)
    assert pinned(fleet).keys() == {"eu-1"}
    says(neo4j_scenarios("build", fleet), 0)


@pytest.mark.parametrize(
    "flags",
    [
        "--max-age soon",
        "--min-size small",
        "--max-shrink 20",
        "--deadline 0s",
        "--threads 0",
        "--only nobody",
        "--within soon",
    ],
)
def test_wrong_usage_is_refused(neo4j_scenarios: Command, fleet: Path, flags: str) -> None:
    done = neo4j_scenarios(f"lock {flags}", fleet)
    says(done, 2, "try: ")


def test_a_lock_that_is_not_ours_is_not_replaced(neo4j_scenarios: Command, fleet: Path) -> None:
    lock = fleet.with_name("fleet.lock.yaml")
    lock.write_text("format: 1\nclusters: {}\n")
    says(neo4j_scenarios("lock", fleet), 1)
    assert lock.read_text() == "format: 1\nclusters: {}\n"


def test_ctrl_c_ends_it_at_once_and_writes_nothing(fleet: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"http://127.0.0.1:{silent.getsockname()[1]}"
        text = fleet.read_text()
        fleet.write_text(
            "\n".join(f"  emulator-host: {host}" if "emulator" in line else line for line in text.splitlines())
        )
        command = [str(COMMAND), "lock", str(fleet)]
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
        with silent.accept()[0]:
            running.send_signal(signal.SIGINT)
            _, errors = running.communicate(timeout=600)
    assert running.returncode == 130
    assert errors.startswith("interrupted: the buckets: nothing was written")
    assert not fleet.with_name("fleet.lock.yaml").exists()
