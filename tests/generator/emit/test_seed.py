"""The Cypher that restores a fleet's running clusters: one file a cluster, one statement a database, from the lock."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.generator.conftest import Command
from tests.generator.fleets import make_fleet
from tests.support.says import says

from neo4j_restore.seeding import Seed, statements
from neo4j_restore.spec import parse_database
from neo4j_restore.until import parse_until
from neo4j_scenarios.fleet import lockfile
from neo4j_scenarios.fleet.fleet import load
from neo4j_scenarios.fleet.pins import NoPins
from neo4j_scenarios.fleet.selectors import EVERYTHING
from neo4j_scenarios.inputs.asked import asked
from neo4j_scenarios.pin import Pin

FLEET = """\
defaults:
  scenario: cluster
  target: neo4j/neo4j
  bucket: gs://graph-backups/{{ name }}
  database: [neo4j, crm=sales]
  edition: enterprise
  accept-license: "yes"
clusters:
  first: {neo4j-tag: 5.26.30-enterprise, labels: {env: prod}}
  second: {neo4j-tag: 2026.08.1-enterprise}
"""

PIN = Pin("", "1706666400000001", "crc32c:AAAAAA==", 3 * 2**30, "2026-01-31T02:00:00Z", "2026-01-31T02-00-00", "backup")


def make_pin(url: str, *, kind: str = PIN.kind, generation: str = PIN.generation) -> Pin:
    return replace(PIN, object=url, kind=kind, generation=generation)


def lock(tmp_path: Path, fleet: str = FLEET, ending: str = ".backup", *, without: str = "", **changes: str) -> None:
    """Write the lock of a fleet. without: a cluster that gets no pin. changes: of each pin."""
    path = make_fleet(tmp_path, fleet)
    clusters = load(path, EVERYTHING, NoPins(), keep_going=True).clusters
    entries = {}
    for cluster in clusters:
        (scenario,) = cluster.scenarios
        urls = {each: f"{scenario.bucket}/{each}-{PIN.stamp}{ending}" for each in scenario.sources}
        pins = {str(name): make_pin(url, **changes) for name, url in urls.items()}
        entries[cluster.pin] = lockfile.Entry(asked(cluster.inputs), PIN.stamp, pins)
    kept = {name: entry for name, entry in entries.items() if name != without}
    lockfile.beside(path).write_text(lockfile.text(kept, path.name))


def sent(tmp_path: Path, cluster: str) -> list[str]:
    """Return the statements of a file, as a program that skips comments sends them."""
    lines = (tmp_path / f"out/{cluster}.cypher").read_text().splitlines()
    return "\n".join(each for each in lines if each and not each.startswith("//")).rstrip(";").split(";\n")


def seeds(cluster: str, *, exists: bool = False, until: str = "") -> list[Seed]:
    """Return what the image is asked for a cluster of the fleet."""
    point = parse_until(until) if until else None
    url = f"gs://graph-backups/{cluster}/{{}}-{PIN.stamp}.backup"
    names = {"neo4j": "neo4j", "crm": "sales"}
    return [Seed(parse_database(name), url.format(source), exists, until=point) for name, source in names.items()]


@pytest.mark.parametrize("exists", [False, True], ids=["new", "existing"])
def test_the_statements_are_the_image_s_one_for_each_database(emit: Command, tmp_path: Path, exists: bool) -> None:
    lock(tmp_path)
    says(emit("seed", "--replace" if exists else "", FLEET), 0)
    for cluster, line in (("first", (5, 26)), ("second", (2026, 8))):
        expected = [text for seed in seeds(cluster, exists=exists) for text in statements(seed, line)]
        assert sent(tmp_path, cluster) == expected
        assert len(expected) == 2


def test_before_5_24_a_database_is_dropped_and_then_seeded(emit: Command, tmp_path: Path) -> None:
    fleet = FLEET.replace("5.26.30", "5.20.0").replace("gs:", "s3:")
    lock(tmp_path, fleet)
    says(emit("seed", "--replace", fleet), 0)
    assert [each.split()[0] for each in sent(tmp_path, "first")] == ["DROP", "CREATE", "DROP", "CREATE"]
    text = (tmp_path / "out/first.cypher").read_text()
    assert "It must be a full backup" in text
    assert "S3SeedProvider" in text


def test_a_point_in_a_chain_is_part_of_the_statement(emit: Command, tmp_path: Path) -> None:
    fleet = FLEET.replace("defaults:", 'defaults:\n  restore-until: "2026-01-31T01:30:00Z"').replace(
        "5.26.30", "2025.03.0"
    )
    lock(tmp_path, fleet)
    says(emit("seed", "--replace", fleet), 0)
    for cluster, line in (("first", (2025, 3)), ("second", (2026, 8))):
        wanted = seeds(cluster, exists=True, until="2026-01-31T01:30:00Z")
        assert sent(tmp_path, cluster) == [text for seed in wanted for text in statements(seed, line)]


def test_the_head_says_how_it_is_sent_and_what_goes_wrong(emit: Command, tmp_path: Path) -> None:
    lock(tmp_path)
    emit("seed", "-l env=prod", FLEET)
    text = (tmp_path / "out/first.cypher").read_text()
    assert text.startswith("// Written by neo4j-scenarios")
    assert "//   neo4j-scenarios emit seed fleet.yaml -l env=prod\n" in text
    for words in ("cypher-shell", "Two seeds of one database at the same time", "It needs a quorum", "--replace"):
        assert words in text
    assert "// crm, from a set of sales: 3.0 GiB of 2026-01-31T02:00:00Z\n// generation 1706666400000001, " in text
    assert not (tmp_path / "out/second.cypher").exists()


def test_it_is_written_again_and_a_check_compares(emit: Command, tmp_path: Path) -> None:
    lock(tmp_path)
    says(emit("seed", "", FLEET), 0, "2 written")
    says(emit("seed", "", FLEET), 0, "2 unchanged")
    says(emit("seed", "--check", FLEET), 0)
    says(emit("seed", "--check --replace", FLEET), 3)


def test_more_clusters_than_allowed_are_not_replaced(emit: Command, tmp_path: Path) -> None:
    lock(tmp_path)
    done = emit("seed", "--replace --max-restores 1", FLEET)
    says(done, 1, "2 clusters will replace existing data", "if you mean it, use --max-restores 2")
    assert not (tmp_path / "out").exists()
    says(emit("seed", "--replace --max-restores 2", FLEET), 0, "2 clusters will replace existing data")


REFUSED = {
    "no lock": ("", {"without": "first"}, "has no pin in fleet.lock.yaml", "neo4j-scenarios lock fleet.yaml"),
    "unpinned": ("first: {unpinned: 'true', ", {}, "leaves it without a pin", "neo4j-scenarios lock fleet.yaml"),
    "system": ("first: {database: [neo4j, system], ", {}, "'system' says which of the old servers", "leave system out"),
    "one server": ("first: {scenario: single-instance, ", {}, "is a single server", "emit job"),
    "a folder": ("", {"ending": "/"}, "not packed, not encrypted, and not a folder", "emit job"),
    "a tar": ("", {"ending": ".tar.gz"}, "a server takes only a .backup or a .dump", "emit job"),
    "encrypted": ("", {"ending": ".backup.age"}, "not encrypted", "emit job"),
    "a newline": ("", {"generation": "1\nDROP DATABASE neo4j"}, "has a control character", "emit job"),
    "an old version": ("first: {neo4j-tag: 5.20.0-enterprise, ", {}, "reads no gs:// as a seed", "emit job"),
    "no version": (
        "first: {neo4j-tag: enterprise, ",
        {},
        "does not say which version of Neo4j runs",
        "5.26.30-enterprise",
    ),
    "their own key": (
        "first: {encryption-key: secret/keys/key, ",
        {},
        "is encrypted with a key of yours",
        "emit job",
    ),
    "who pays": ("first: {requester-pays: billing-project, ", {}, "readers pay", "emit job"),
    "a point in a dump": (
        "first: {restore-until: '2026-01-31T01:30:00Z', ",
        {"ending": ".dump", "kind": "dump"},
        "restore-until needs a chain of .backup objects",
        "emit job",
    ),
    "a later point": ("first: {restore-until: '2026-02-01T00:00:00Z', ", {}, "the pinned set is older", "emit job"),
    "a point in 5.26": ("first: {restore-until: '2026-01-31T01:30:00Z', ", {}, "has no seedRestoreUntil", "emit job"),
}


@pytest.mark.parametrize(("cluster", "locked", "what", "hint"), REFUSED.values(), ids=REFUSED)
def test_what_no_statement_can_restore_is_refused_and_nothing_is_written(
    emit: Command, tmp_path: Path, cluster: str, locked: dict[str, str], what: str, hint: str
) -> None:
    fleet = FLEET
    if cluster:
        rest = "}" if "neo4j-tag" in cluster else "neo4j-tag: 5.26.30-enterprise}"
        fleet = FLEET.replace(
            "first: {neo4j-tag: 5.26.30-enterprise, labels: {env: prod}}", cluster.rstrip(", ") + ", " + rest
        )
    lock(tmp_path, fleet, **locked)
    says(emit("seed", "", fleet), 1, what, hint)
    assert not (tmp_path / "out").exists()


def test_4_4_has_no_seeds(emit: Command, tmp_path: Path) -> None:
    fleet = FLEET.replace("neo4j/neo4j", "neo4j-helm").replace("neo4j-tag: 5.26.30", "neo4j-tag: 4.4.48")
    lock(tmp_path, fleet)
    says(emit("seed", "--only first", fleet), 1, "creates no database from a URI, which came with 5", "emit job")


def test_replace_is_only_for_seeds(emit: Command) -> None:
    says(emit("script", "--replace"), 2, "--replace: is for seed, not for script", "leave --replace out")
