"""`fleet.lock.yaml`: written and read, and what it makes of a cluster's inputs."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from tests.generator.fleets import make_fleet
from tests.generator.lock.making import ASKED, locks, make_entry, make_pin

from neo4j_scenarios.errors import InputFileError
from neo4j_scenarios.fleet import lockfile
from neo4j_scenarios.fleet.fleet import load
from neo4j_scenarios.fleet.lockfile import Entry, Lock
from neo4j_scenarios.fleet.pins import NoPins
from neo4j_scenarios.inputs.asked import asked
from neo4j_scenarios.write import MARK

FLEET = """\
defaults: {scenario: single-instance, bucket: gs://backups/p, database: neo4j}
clusters:
  eu-1: {}
"""


def write_lock(fleet: Path, lock: Lock) -> Path:
    path = lockfile.beside(fleet)
    path.write_text(lockfile.text(lock, fleet.name), encoding="utf-8")
    return path


def problems(fleet: Path) -> list[str]:
    with pytest.raises(InputFileError) as raised:
        load(fleet)
    return [f"{each.where}: {each.what} | {each.hint}" for each in raised.value.problems]


def test_the_file_is_text_that_people_can_review() -> None:
    entry = Entry(ASKED, "2026-08-22", {"neo4j": make_pin(size_bytes=41)})
    assert lockfile.text({"eu-1": entry}, "fleet.yaml") == (
        f"{MARK} lock fleet.yaml\n"
        "# Which backup set each cluster restores. `neo4j-scenarios update fleet.yaml` moves to newer ones.\n"
        "format: 1\n"
        "clusters:\n"
        "  eu-1:\n"
        "    asked:\n"
        '      bucket: "gs://backups/p"\n'
        '      database: "neo4j"\n'
        '    timestamp: "2026-08-22"\n'
        "    databases:\n"
        "      neo4j:\n"
        '        object: "gs://backups/p/neo4j-2026-08-22.dump"\n'
        '        generation: "1"\n'
        '        checksum: "md5:AAAA"\n'
        "        size-bytes: 41\n"
        '        time: "2026-08-22T02:00:00Z"\n'
        '        stamp: "2026-08-22"\n'
        '        kind: "dump"\n'
    )


@given(lock=locks)
def test_what_is_written_is_read_again(lock: Lock, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("lock") / "fleet.lock.yaml"
    path.write_text(lockfile.text(lock, "fleet.yaml"), encoding="utf-8")
    assert lockfile.read(path) == lock
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["format"] == 1


@given(locks)
def test_the_order_of_clusters_changes_no_byte(lock: Lock) -> None:
    backwards = dict(reversed(list(lock.items())))
    assert lockfile.text(backwards, "fleet.yaml") == lockfile.text(lock, "fleet.yaml")


def test_where_there_is_no_file_nothing_is_pinned(tmp_path: Path) -> None:
    assert lockfile.read(tmp_path / "fleet.lock.yaml") == {}
    assert load(make_fleet(tmp_path, FLEET)).clusters[0].scenarios[0].timestamp == "latest"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("format: 1", "format: 2"), "has the format '2', expected 1"),
        (("format: 1", "format: [1]"), ":3:9: is not in the form of a lock"),
        (("size-bytes: 1000", "size-bytes: many"), ":12:9: is not in"),
        (("    timestamp", "    time"), ":6:5: is not in"),
        (("  eu-1:", "  eu-1: 7\n  x:"), ":5:9: is not in"),
        (("format: 1", "format: {"), "is not YAML"),
    ],
)
def test_a_damaged_lock_is_an_error_with_its_place(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    fleet = make_fleet(tmp_path, FLEET)
    path = write_lock(fleet, {"eu-1": make_entry()})
    path.write_text(path.read_text().replace(*change))
    (problem,) = problems(fleet)
    assert problem.startswith(str(path))
    assert message in problem


def test_a_build_takes_what_is_pinned(tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path, FLEET)
    write_lock(fleet, {"eu-1": make_entry("2026-08-22")})
    (cluster,) = load(fleet).clusters
    assert cluster.inputs["timestamp"] == cluster.scenarios[0].timestamp == "2026-08-22"


@pytest.mark.parametrize(
    ("fleet", "what"),
    [
        (
            FLEET.replace("backups/p", "backups/q"),
            "fleet.yaml:1:39: bucket: is 'gs://backups/q', but was 'gs://backups/p'",
        ),
        (
            FLEET.replace("database: neo4j", "database: [neo4j, system]"),
            "database: has system, but did not have it",
        ),
        (FLEET.replace("{}", "{timestamp: 2026-08-01}"), "timestamp: is '2026-08-01', but was not set"),
        (FLEET.replace("{}", "{backup-set-dir: a}"), "backup-set-dir: is 'a', but was not set"),
    ],
)
def test_a_pin_for_other_inputs_is_an_error_with_both_places(tmp_path: Path, fleet: str, what: str) -> None:
    path = make_fleet(tmp_path, fleet)
    lock = write_lock(path, {"eu-1": make_entry()})
    (problem,) = problems(path)
    assert what in problem
    assert f"when it was pinned at {lock}:5:3 (cluster eu-1)" in problem
    assert problem.endswith("| neo4j-scenarios lock fleet.yaml")


def test_a_cluster_without_a_pin_is_an_error_unless_it_names_its_set(tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path, FLEET + "  eu-2: {}\n  eu-3: {timestamp: 2026-08-01}\n  eu-4: {unpinned: true}\n")
    write_lock(fleet, {"eu-1": make_entry()})
    (problem,) = problems(fleet)
    assert "timestamp: is 'latest', but fleet.lock.yaml has no pin for it (cluster eu-2)" in problem


def test_a_cluster_of_several_servers_may_ask_for_the_latest_where_it_is_pinned(tmp_path: Path) -> None:
    inputs = "{scenario: cluster, target: neo4j-helm, edition: enterprise, accept-license: 'yes'}"
    fleet = make_fleet(tmp_path, FLEET.replace("{}", inputs))
    assert "with 'latest', each server chooses by itself" in problems(fleet)[0]
    write_lock(fleet, {"eu-1": make_entry()})
    assert load(fleet).clusters[0].scenarios[0].timestamp == "2026-08-22"


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("timestamp: 2026-08-01", "timestamp: '2026-08-01'"),
        ("backup-set-dir: a/b", "backup-set-dir: /a//b/"),
        ("bucket: gs://backups/p", "bucket: gs://backups/p/"),
        ("database: [neo4j, system]", "database: 'system, neo4j'"),
        ("database: [neo4j, system]", "database: system"),
        ("database: [neo4j, system]", "database: [movies=neo4j, system]"),
        ("database: movies=neo4j", "database: staging=neo4j"),
        ("heap-size: 1g", "timestamp: latest"),
        ("timestamp: '2026-08-01T02:00:00Z'", "timestamp: '2026-08-01T04:00:00+02:00'"),
    ],
)
def test_another_spelling_of_the_same_request_keeps_its_pin(tmp_path: Path, was: str, now: str) -> None:
    path = make_fleet(tmp_path, FLEET.replace("{}", f"{{{was}}}"))
    (before,) = load(path, pins=NoPins()).clusters
    write_lock(path, {"eu-1": replace(make_entry(), asked=asked(before.inputs))})
    path.write_text(FLEET.replace("{}", f"{{{now}}}"))
    (after,) = load(path).clusters
    assert after.inputs["timestamp"] == make_entry().timestamp
