"""Which folder of an unpacked set is the database."""

from pathlib import Path

import pytest

from neo4j_restore import layouts, spec
from neo4j_restore.errors import BackupDamagedError, ConfigurationError

NEO4J, GRAPH = spec.parse_databases("neo4j,graph.db")


def store_in(top: Path, *folders: str) -> Path:
    for folder in folders:
        (top / folder).mkdir(parents=True, exist_ok=True)
        (top / folder / "neostore").touch()
    return top


@pytest.mark.parametrize(
    ("database", "folders", "found"),
    [
        (NEO4J, ["backups/neo4j"], "backups/neo4j"),
        (NEO4J, ["."], "."),
        (NEO4J, ["neo4j-2026-01-31-02:00:00"], "neo4j-2026-01-31-02:00:00"),
        (NEO4J, ["neo4j-backup"], "neo4j-backup"),
        (NEO4J, ["backups/neo4j", "backups/movies"], "backups/neo4j"),
        (GRAPH, ["data/graph.db-backup"], "data/graph.db-backup"),
    ],
)
def test_the_store_is_found(database: spec.DatabaseName, folders: list[str], found: str, tmp_path: Path) -> None:
    assert layouts.find_store(store_in(tmp_path, *folders), database, "", "the set") == tmp_path / found


@pytest.mark.parametrize(
    ("folders", "said"),
    [
        ([], "holds no database"),
        (["backups/movies"], "another database than neo4j: backups/movies"),
        (["neo4j-test"], "another database than neo4j: neo4j-test"),
    ],
)
def test_no_store_or_anothers_is_damage(folders: list[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(BackupDamagedError, match=said):
        layouts.find_store(store_in(tmp_path, *folders), NEO4J, "", "the set")


def test_several_stores_that_could_be_meant_are_asked_about(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="several stores") as raised:
        layouts.find_store(store_in(tmp_path, "a/neo4j", "b/neo4j"), NEO4J, "", "the set")
    assert "BACKUP_SET_DIR" in raised.value.hint
    assert layouts.find_store(tmp_path, NEO4J, "b/neo4j", "the set") == tmp_path / "b/neo4j"


def test_a_wrong_backup_set_dir_is_told_with_the_right_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="it has backups/neo4j"):
        layouts.find_store(store_in(tmp_path, "backups/neo4j"), NEO4J, "backup/neo4j", "the set")
