"""What of an archive is the database: by its entries alone, all of them or the first."""

from pathlib import Path

import pytest
from tests.support import archives
from tests.support.artifacts import Artifact, dump

from neo4j_restore import spec
from neo4j_restore.errors import BackupDamagedError, ConfigurationError
from neo4j_restore.inspection import layouts
from neo4j_restore.inspection.entries import Entry
from neo4j_restore.inspection.layouts import File, Store, Wanted

NEO4J, GRAPH = map(spec.parse_database, ("neo4j", "graph.db"))
DUMP = dump(archives.store_files())


def wanted(database: spec.DatabaseName = NEO4J, directory: str = "") -> Wanted:
    return Wanted(database, f"p/{database}-latest.tar.gz", "the set", directory)


def files(*names: str, head: bytes = b"") -> list[Entry]:
    return [Entry(name, 1, head=head) for name in names]


def stores(*folders: str) -> list[Entry]:
    return [entry for folder in folders for entry in files(*(f"{folder}/{name}" for name in archives.store_files()))]


def artifact(name: str, **says: object) -> Entry:
    return Entry(name, 9, head=Artifact(**says).write("BTV1", b""))  # type: ignore[arg-type]  # keywords of one kind


def chosen(entries: list[Entry], one: Wanted, *, whole: bool = True) -> str | None:
    content = layouts.content_of(entries, one, whole=whole)
    return content.entry.name if isinstance(content, File) else content.folder if content else None


@pytest.mark.parametrize(
    ("database", "folders", "folder"),
    [
        (NEO4J, ["backups/neo4j"], "backups/neo4j"),
        (NEO4J, ["backups/NEO4J"], "backups/NEO4J"),
        (NEO4J, ["neo4j-2026-01-31-02:00:00"], "neo4j-2026-01-31-02:00:00"),
        (NEO4J, ["backups/neo4j", "backups/movies"], "backups/neo4j"),
        (NEO4J, ["backups", "backups/neo4j"], "backups/neo4j"),
        (GRAPH, ["data/graph.db-backup"], "data/graph.db-backup"),
    ],
)
def test_the_store_is_found(database: spec.DatabaseName, folders: list[str], folder: str) -> None:
    assert layouts.content_of(stores(*folders), wanted(database), whole=True) == Store(
        folder, None, Entry(f"{folder}/neostore", 1)
    )


def test_a_store_at_the_top_is_found() -> None:
    assert chosen(files(*archives.store_files()), wanted()) == ""


def test_a_data_folder_has_its_logs_apart() -> None:
    entries = files(*(f"var/lib/data/{name}" for name in archives.data_folder(archives.store_files())))
    content = layouts.content_of(entries, wanted(), whole=True)
    assert isinstance(content, Store)
    assert (content.folder, content.logs) == ("var/lib/data/databases/neo4j", "var/lib/data/transactions/neo4j")
    # The folder of 3.x has the logs in it.
    graph = layouts.content_of(stores("data/databases/graph.db"), wanted(GRAPH), whole=True)
    assert isinstance(graph, Store)
    assert graph.logs is None


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([], "holds no database, no dump and no backup artifact: it is empty"),
        (files("readme.txt"), "no backup artifact: it holds readme.txt"),
        (files("a/neo4j.dump", "b.txt"), "holds a/neo4j.dump, but the first bytes are not those of a dump or artifact"),
        (files("a/neo4j.tar.gz", "b.txt"), "holds other archives, which are not unpacked: a/neo4j.tar.gz"),
        (stores("backups/movies"), "holds the database movies, not neo4j: backups/movies"),
        (stores("neo4j-test"), "holds the database neo4j-test, not neo4j"),
        (files("dumps/movies.dump", head=DUMP), "holds the database movies, not neo4j: dumps/movies.dump"),
        ([artifact("neo4j.backup", database="movies")], "holds the database movies, not neo4j: neo4j.backup"),
    ],
)
def test_nothing_or_anothers_is_damage(entries: list[Entry], said: str) -> None:
    with pytest.raises(BackupDamagedError, match=said):
        layouts.content_of(entries, wanted(), whole=True)


def test_the_first_entries_refuse_nothing_that_later_ones_may_bring() -> None:
    assert chosen(stores("backups/movies"), wanted(), whole=False) is None
    assert chosen(files("backups/neo4j/neostore.nodestore.db"), wanted(), whole=False) == "backups/neo4j"


def test_of_the_first_entries_of_a_data_folder_the_logs_are_expected() -> None:
    content = layouts.content_of(files("databases/neo4j/neostore.nodestore.db"), wanted(), whole=False)
    assert content == Store("databases/neo4j", "transactions/neo4j")


def test_several_stores_that_could_be_meant_are_asked_about() -> None:
    with pytest.raises(ConfigurationError, match="several sets that could be neo4j: a/neo4j, b/neo4j") as raised:
        layouts.content_of(stores("a/neo4j", "b/neo4j"), wanted(), whole=True)
    assert "BACKUP_SET_DIR" in raised.value.hint
    assert chosen(stores("a/neo4j", "b/neo4j"), wanted(directory="b/neo4j")) == "b/neo4j"


def test_a_dump_or_an_artifact_is_found_by_name_or_header() -> None:
    dumps = files("dumps/neo4j.dump", "dumps/system.dump", head=DUMP)
    assert chosen([*dumps, *files("dumps/readme")], wanted()) == "dumps/neo4j.dump"
    # What the file is called does not count where the header tells.
    artifacts = [artifact("a.backup", database="Neo4j"), artifact("neo4j.backup", database="movies")]
    assert chosen(artifacts, wanted()) == "a.backup"


def test_of_a_chain_in_an_archive_the_last_is_taken() -> None:
    chain = [artifact("b.backup", seconds=1), artifact("a.backup", full=False, lowest=101, highest=150, seconds=2)]
    assert chosen(chain, wanted()) == "a.backup"


def test_backup_set_dir_overrides_names_inside() -> None:
    assert chosen(stores("backups/movies"), wanted(directory="backups/movies")) == "backups/movies"
    assert chosen(files("d/movies.dump", head=DUMP), wanted(directory="d/movies.dump")) == "d/movies.dump"
    with pytest.raises(ConfigurationError, match="It has: backups/neo4j"):
        layouts.content_of(stores("backups/neo4j"), wanted(directory="backup/neo4j"), whole=True)


def test_what_is_unpacked_is_read_as_what_an_archive_lists(tmp_path: Path) -> None:
    archives.write_files(tmp_path, {"d/neo4j.dump": DUMP, "d/readme": b"x", **archives.data_folder({"neostore": b"1"})})
    entries = {entry.name: entry for entry in layouts.entries_of(tmp_path, "the set")}
    assert set(entries) == {"d/neo4j.dump", "d/readme", "databases/neo4j/neostore"}
    assert entries["d/neo4j.dump"].head == DUMP
