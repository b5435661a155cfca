"""Enterprise 3.3: an online backup, filed in the ways that backup jobs file it, becomes a running server."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.real.conftest import MakePod
from tests.real.databases import Made
from tests.real.neo4j import Neo4j
from tests.real.packing import tar_gz
from tests.real.people import AFTER, BEFORE, counted
from tests.real.restoring import Pod
from tests.real.serving import holds
from tests.support.archives import snapshot
from tests.support.stores import Bucket


@dataclass(frozen=True)
class Layout:
    """How a job files a backup: the object's key, the folder in the archive, and what the environment must say."""

    key: str
    entries: str
    env: dict[str, str] = field(default_factory=dict)


LAYOUTS = {
    "flat, latest": Layout("graph.db-latest.tar.gz", "backups/graph.db"),
    "in its folder, latest": Layout("graph.db/graph.db-latest.tar.gz", "backups/graph.db"),
    "stamped": Layout(
        "graph.db/graph.db-2026-01-31-02:00:00.tar.gz", "backups/graph.db", {"TIMESTAMP": "2026-01-31-02:00:00"}
    ),
    "absolute entries": Layout("graph.db-2026-01-31T02:00:00.backup.tar.gz", "/backups/graph.db"),
    "data in the middle": Layout("graph.db-backup-2020-06-01-02:00:00.tar.gz", "data/graph.db-backup"),
    "elsewhere": Layout("graph.db-latest.tar.gz", "mnt/nightly/store", {"BACKUP_SET_DIR": "mnt/nightly/store"}),
}


@pytest.mark.proves("archive")
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_a_wiped_volume_comes_back_from_an_archive(
    layout: Layout, neo4j_3: Made, pod: MakePod, backups: Bucket, request: pytest.FixtureRequest
) -> None:
    prefix = f"three/{request.node.callspec.id.replace(', ', '-').replace(' ', '-')}"
    backups.put(f"{prefix}/{layout.key}", tar_gz(neo4j_3.backups / "graph.db", layout.entries))
    backups.put(f"{prefix}/graph.db/graph.db-2026-11-01-02:00:00.report.tar.gz", b"a report, no backup")
    backups.put(f"{prefix}/graph.db-test-latest.tar.gz", b"another database's")
    volume = pod(neo4j_3, prefix, DATABASE="graph.db", **layout.env)
    ended = volume.restore()
    assert ended.code == 0, ended
    assert not volume.has_staged_files()
    # The restore of 3.x is a copy: the same files are the same database, which other tests here start.
    assert snapshot(volume.data / "databases" / "graph.db") == snapshot(neo4j_3.backups / "graph.db")


@pytest.mark.proves("directory")
def test_a_wiped_volume_comes_back_from_a_folder_of_objects_and_is_restored_once(
    neo4j_3: Made, pod: MakePod, backups: Bucket
) -> None:
    for path in (neo4j_3.backups / "graph.db").rglob("*"):
        if path.is_file():
            backups.put(f"raw/graph.db/{path.relative_to(neo4j_3.backups / 'graph.db')}", path.read_bytes())
    volume = pod(neo4j_3, "raw", DATABASE="graph.db")
    ended = volume.restore()
    assert ended.code == 0, ended
    # The second start is one after a server's.
    with Neo4j(volume.home, volume.data) as server:
        assert counted(server) == BEFORE

    before, receipt = volume.photograph(), volume.receipt()
    again = volume.restore()
    assert again.code == 0, again
    assert volume.photograph() == before
    assert volume.receipt() == receipt


@pytest.mark.proves("dump")
@pytest.mark.parametrize("name", ["graph.db.dump", "graph.db-latest.tar.gz"])
def test_a_dump_which_this_line_takes_as_a_file_alone_is_restored_whatever_its_name(
    name: str, neo4j_3: Made, pod: MakePod, backups: Bucket, tmp_path: Path
) -> None:
    stopped = Neo4j(neo4j_3.home, neo4j_3.later)
    backups.put(f"dump-3-{name}/{name}", stopped.dump("graph.db", tmp_path / "dumps").read_bytes())
    volume = pod(neo4j_3, f"dump-3-{name}", DATABASE="graph.db")
    ended = volume.restore()
    assert ended.code == 0, ended
    assert volume.receipt()["restored"][0]["kind"] == "dump"
    assert not volume.has_staged_files()
    holds(volume, AFTER)


@pytest.fixture
def existing(neo4j_3: Made, pod: MakePod, backups: Bucket) -> Pod:
    """Return a pod whose volume has the later database, with the backup in its bucket."""
    backups.put("once/graph.db-latest.tar.gz", tar_gz(neo4j_3.backups / "graph.db", "backups/graph.db"))
    return pod(neo4j_3, "once", neo4j_3.later, DATABASE="graph.db")


def test_an_existing_database_is_left_alone_by_default(existing: Pod) -> None:
    before = existing.photograph()
    ended = existing.restore()
    assert ended.code == 0, ended
    assert existing.photograph() == before


def test_force_overwrite_once_replaces_the_later_database(existing: Pod) -> None:
    ended = existing.restore(FORCE_OVERWRITE="once")
    assert ended.code == 0, ended
    holds(existing, BEFORE)


def test_a_running_server_is_not_restored_under(existing: Pod) -> None:
    with Neo4j(existing.home, existing.data) as server:
        ended = existing.restore(FORCE_OVERWRITE="once")
        assert ended.code == 12, ended
        assert counted(server) == AFTER


def truncated(archive: bytes) -> bytes:
    return archive[: len(archive) // 2]


def flipped(archive: bytes) -> bytes:
    middle = len(archive) // 2
    return archive[:middle] + bytes([archive[middle] ^ 0xFF]) + archive[middle + 1 :]


@pytest.mark.parametrize("damage", [truncated, flipped])
def test_a_damaged_archive_leaves_the_volume_as_it_was(
    damage: Callable[[bytes], bytes], neo4j_3: Made, pod: MakePod, backups: Bucket
) -> None:
    archive = tar_gz(neo4j_3.backups / "graph.db", "backups/graph.db")
    prefix = f"damaged/{damage.__name__}"
    backups.put(f"{prefix}/graph.db-latest.tar.gz", damage(archive))
    volume = pod(neo4j_3, prefix, neo4j_3.later, DATABASE="graph.db", FORCE_OVERWRITE="once")
    before = volume.photograph()
    ended = volume.restore()
    assert ended.code == 11, ended
    assert f"{prefix}/graph.db-latest.tar.gz" in ended.reason
    assert volume.photograph() == before
    assert not volume.has_staged_files()


def test_a_backup_without_its_properties_is_refused_though_neo4j_admin_would_take_it(
    neo4j_3: Made, pod: MakePod, backups: Bucket, tmp_path: Path
) -> None:
    incomplete = shutil.copytree(neo4j_3.backups / "graph.db", tmp_path / "incomplete")
    (incomplete / "neostore.propertystore.db").unlink()
    backups.put("incomplete/graph.db-latest.tar.gz", tar_gz(incomplete, "backups/graph.db"))
    volume = pod(neo4j_3, "incomplete", neo4j_3.later, DATABASE="graph.db", FORCE_OVERWRITE="once")
    before = volume.photograph()
    ended = volume.restore()
    assert ended.code == 11, ended
    assert "neostore.propertystore.db" in ended.reason
    assert volume.photograph() == before
    holds(volume, AFTER)
