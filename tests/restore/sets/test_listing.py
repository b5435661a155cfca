"""What of a listing is looked at, and what is kept of it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest

from neo4j_restore import spec
from neo4j_restore.sets import catalog, listing
from neo4j_restore.sets.listing import Listing, Sieve
from neo4j_restore.stores import StoredObject
from neo4j_restore.stores.local import LocalStore

NEO4J, MOVIES = spec.DatabaseName("neo4j"), spec.DatabaseName("movies")
UPLOADED = datetime(2026, 5, 1, tzinfo=UTC)


class Keys(LocalStore):
    """A store that lists keys, and has none of their bytes."""

    def __init__(self, keys: Iterable[tuple[str, int]]) -> None:
        super().__init__()
        self._keys = keys

    def list(self, prefix: str) -> Iterator[StoredObject]:
        return (StoredObject(key, size, UPLOADED, "1") for key, size in self._keys if key.startswith(prefix))


def read(*keys: str, prefix: str = "p/", ignore: tuple[str, ...] = (), size: int = 10) -> Listing:
    return listing.read(Keys([(key, size) for key in keys]), Sieve(prefix, [NEO4J], ignore=ignore))


@pytest.mark.parametrize(
    "key",
    ["p/", "p/neo4j/", "p/neo4j_$folder$", "p/._neo4j-latest.dump", "p/neo4j/.DS_Store", "p/__MACOSX/neo4j/._neostore"],
)
def test_markers_of_folders_and_files_of_macos_are_left_out(key: str) -> None:
    result = read(key, "p/neo4j.dump")
    assert ([each.key for each in result.candidates], sum(result.left_out.values())) == (["p/neo4j.dump"], 1)


def test_empty_objects_with_the_name_of_a_folder_are_not_files_of_a_set() -> None:
    keys = [("neo4j-2026-01-31", 0), ("neo4j-2026-01-31/neostore", 10), ("neo4j-2026-01-31/schema", 0)]
    keys += [("neo4j-2026-01-31/schema/index", 10), ("neo4j-2026-01-31/empty", 0), ("neo4j", 0)]
    there = listing.read(Keys(keys), Sieve("", [NEO4J])).candidates
    shelf = catalog.find(there, "", NEO4J)
    (only,) = shelf.sets
    assert [each.key.removeprefix(only.key) for each in only.objects] == ["neostore", "schema/index", "empty"]
    assert shelf.unclear == []


def test_what_is_ignored_counts_for_nothing() -> None:
    result = read("p/neo4j.dump", "p/old/neo4j.dump", "p/neo4j-x_y.dump", ignore=("old/*", "*x_y*"))
    assert [each.key for each in result.candidates] == ["p/neo4j.dump"]


def test_what_bears_the_name_in_any_case_and_place_is_near() -> None:
    keys = ["p/NEO4J.dump", "p/my-neo4j.dump", "p/a/b/Neo4j/c.dump", "p/neo4j2.dump"]
    result = read(*keys, "p/presneo4j.dump", "p/movies.dump")
    assert [each.key for each in result.candidates] == keys
    assert result.examples == ["p/presneo4j.dump", "p/movies.dump"]


def test_keys_with_empty_parts_are_reached() -> None:
    result = read("p//neo4j-latest.dump", "/neo4j-latest.dump", prefix="")
    assert [each.stamp for each in catalog.find(result.candidates, "", NEO4J).sets] == ["latest"]
    assert [each.key for each in catalog.find(read("p//neo4j.dump").candidates, "p/", NEO4J).sets] == ["p//neo4j.dump"]


def test_a_path_that_names_an_object_finds_it_with_its_checksum() -> None:
    keys = ("p/any.dump", "p/any.dump.sha256", "p/any.dump2")
    result = read(*keys, prefix="p/any.dump/")
    assert result.named is not None
    assert (result.named.key, [each.key for each in result.candidates]) == (keys[0], list(keys[:2]))
    assert read(*keys, prefix="p/none.dump/").named is None


def test_a_path_that_is_a_raw_directory_is_taken_whole() -> None:
    result = read("p/any/empty", "p/any/neostore", "p/any/schema/1", prefix="p/any/")
    assert (result.store_at_top, len(result.candidates)) == (True, 3)
    (only,) = catalog.find(result.candidates, "p/any/", NEO4J).sets
    assert (only.key, only.kind, len(only.objects)) == ("p/any/", "directory", 3)


def test_of_a_large_bucket_only_what_may_be_of_the_database_is_kept() -> None:
    keys = ((f"p/logs/{number}/app-{number}.tar.gz", 10) for number in range(100_000))
    result = listing.read(Keys(keys), Sieve("p/", [NEO4J, MOVIES]))
    assert (result.seen, len(result.candidates), len(result.examples)) == (100_000, 0, 1000)
