"""Whose a folder or file in an archive is: names tell, general ones do not."""

import pytest

from neo4j_restore import spec
from neo4j_restore.sets.owners import owner

SALES, LATEST, GRAPH = (spec.DatabaseName(name) for name in ("sales", "sales-latest", "graph.db"))
KEY = "path/sales-latest.tar.gz"


@pytest.mark.parametrize(
    "folder",
    [
        "sales",
        "backups/sales",
        "backups/SALES",
        "data/databases/Sales",
        "sales-2026-01-31-02:00:00",
        "sales_2026-01-31",
        "sales-backup",
        "sales/2026-01-31",
        "backups/sales/2026/01/31",
    ],
)
def test_a_folder_with_its_name_is_the_databases(folder: str) -> None:
    assert owner(folder, SALES, KEY) == "sales"


@pytest.mark.parametrize(
    "folder",
    [
        *("", "backups", "backup", "data", "databases", "tmp", "export", "dump", "var/lib", "mnt/backups"),
        *("2026-01-31", "2026-01-31T02-00-00", "backup-2026-01-31", "full_backup", "20260131", "sales-latest"),
    ],
)
def test_a_general_name_a_stamp_or_the_objects_own_tell_nothing(folder: str) -> None:
    assert owner(folder, SALES, KEY) == ""


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("backups/sales-latest", "sales-latest"),
        ("data/databases/sales-2026-01-31", "sales-2026-01-31"),
        ("data/databases/2026-01-31", "2026-01-31"),
        ("data/databases/backup", "backup"),
        ("backups/movies", "movies"),
        ("movies/2026-01-31", "movies"),
        ("sales-test", "sales-test"),
        ("backups/salesforce", "salesforce"),
    ],
)
def test_any_other_name_is_another_databases(folder: str, name: str) -> None:
    assert owner(folder, SALES, KEY) == name


def test_the_object_may_be_of_a_database_whose_name_ends_with_latest() -> None:
    assert owner("backups/sales-latest", LATEST, KEY) == "sales-latest"
    assert owner("backups/sales", LATEST, KEY) == "sales"


def test_the_tools_of_3_put_backup_behind_a_name() -> None:
    assert owner("data/graph.db-backup", GRAPH, "graph.db-latest.tar.gz") == "graph.db"


@pytest.mark.parametrize("path", ["sales.dump", "dumps/SALES.dump", "sales-latest.dump", "x/sales-2026-01-31.dump"])
def test_a_dumps_file_has_the_databases_name(path: str) -> None:
    assert owner(path, SALES, "sales-1.tar.gz", file=True) == "sales"
    assert owner("dumps/movies.dump", SALES, "sales-1.tar.gz", file=True) == "movies"
    assert owner("backup.dump", SALES, "sales-1.tar.gz", file=True) == ""
