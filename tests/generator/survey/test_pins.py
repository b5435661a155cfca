"""Which TIMESTAMP takes the chosen sets, and goes on taking them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.generator.survey.asking import NEO4J, SYSTEM

from neo4j_restore import spec
from neo4j_restore.checksums import Checksum
from neo4j_restore.sets import catalog
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stores import StoredObject
from neo4j_scenarios.survey.pins import Pinned, Pinning

BUCKET = spec.parse_bucket("gs://backups/p")
UPLOADED = datetime(2026, 8, 22, 2, 1, tzinfo=UTC)

Objects = dict[str, str]


def stored(name: str, content: str, updated: datetime = UPLOADED) -> StoredObject:
    checksum = Checksum("md5", content.encode()) if content else None
    return StoredObject(f"p/{name}", 1000, updated, "1", checksum)


def sets(objects: Objects, databases: tuple[DatabaseName, ...] = (NEO4J,)) -> dict[DatabaseName, list[BackupSet]]:
    there = [stored(name, content) for name, content in objects.items()]
    return {each: catalog.find_sets(there, "p/", each) for each in databases}


def pinned(objects: Objects, *databases: DatabaseName, timestamp: str = "latest") -> Pinned:
    return Pinning(BUCKET, lambda it: it).pinned(sets(objects, databases or (NEO4J,)), spec.parse_timestamp(timestamp))


def keys(pins: Pinned) -> list[str]:
    return [each.key.removeprefix("p/") for each in pins.sets.values()]


def test_a_stamp_pins_its_set() -> None:
    pins = pinned({"neo4j-2026-08-21.dump": "a", "neo4j-2026-08-22.dump": "b"})
    assert (pins.timestamp, keys(pins)) == ("2026-08-22", ["neo4j-2026-08-22.dump"])


def test_a_pointer_is_pinned_by_the_twin_that_has_its_bytes() -> None:
    pins = pinned({"neo4j-latest.tar.gz": "b", "neo4j-2026-08-21.tar.gz": "a", "neo4j-2026-08-22.tar.gz": "b"})
    assert (pins.timestamp, keys(pins)) == ("2026-08-22", ["neo4j-2026-08-22.tar.gz"])


def test_a_pointer_of_older_bytes_is_pinned_by_the_older_twin() -> None:
    pins = pinned({"neo4j-latest.tar.gz": "a", "neo4j-2026-08-21.tar.gz": "a", "neo4j-2026-08-22.tar.gz": "b"})
    assert pins.timestamp == "2026-08-21"


def test_a_pointer_without_a_twin_is_refused_with_what_to_do() -> None:
    pins = pinned({"neo4j-latest.tar.gz": "c", "neo4j-2026-08-22.tar.gz": "b"})
    assert pins.problem is not None
    assert pins.problem.what.startswith("the next backup replaces gs://backups/p/neo4j-latest.tar.gz")
    assert pins.problem.hint.startswith("set timestamp to 2026-08-22")
    assert not pins.timestamp


def test_a_store_that_tells_no_checksums_gives_no_twins() -> None:
    pins = pinned({"neo4j-latest.tar.gz": "", "neo4j-2026-08-22.tar.gz": ""})
    assert pins.problem is not None


def test_a_bare_name_is_refused_without_a_twin() -> None:
    pins = pinned({"neo4j.dump": "a"})
    assert pins.problem is not None
    assert "keep a copy named neo4j-STAMP" in pins.problem.hint


def test_a_pointer_that_is_a_folder_has_a_twin_too() -> None:
    files = {"neostore": "a", "schema/index/1": "b"}
    latest, dated = (
        {f"neo4j-{stamp}/{name}": each for name, each in files.items()} for stamp in ("latest", "20260822")
    )
    assert pinned({**latest, **dated}).timestamp == "20260822"
    assert pinned({**latest, **dated, "neo4j-20260822/more": "c"}).problem is not None


def test_databases_of_one_run_are_pinned_by_the_time_of_the_last() -> None:
    objects = {"neo4j-2026-08-22-02:00:00.tar.gz": "a", "system-2026-08-22-02:00:13.tar.gz": "b"}
    pins = pinned(objects, NEO4J, SYSTEM)
    assert pins.timestamp == "2026-08-22T02:00:13Z"
    later = objects | {"neo4j-2026-08-23-02:00:00.tar.gz": "c", "system-2026-08-23-02:00:13.tar.gz": "d"}
    assert keys(pinned(later, NEO4J, SYSTEM, timestamp=pins.timestamp)) == keys(pins)


def test_sets_that_no_timestamp_takes_together_are_refused() -> None:
    # The pointer of system is of the day before; a time that takes neo4j's of today takes system's of today.
    objects = {"neo4j-2026-08-22.dump": "a", "system-latest.dump": "b", "system-2026-08-21.dump": "b"}
    pins = pinned(objects | {"system-2026-08-22.dump": "c"}, NEO4J, SYSTEM)
    assert pins.problem is not None
    assert "no single timestamp" in pins.problem.what


def test_a_missing_database_is_named_with_what_is_near() -> None:
    pins = pinned({"neo4j-2026-08-22.dump": "a"}, NEO4J, SYSTEM)
    assert pins.problem is not None
    assert pins.problem.what == "gs://backups/p has no backup of system for latest"
    absent = pinned({"neo4j-2026-08-22.dump": "a"}, timestamp="2026-08-01")
    assert absent.problem is not None
    assert "neo4j-2026-08-22.dump" in absent.problem.hint


_stamps = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map("{:%Y-%m-%d-%H:%M:%S}".format)


@given(st.sets(_stamps, min_size=1), st.sets(_stamps, min_size=1), st.sets(_stamps))
def test_what_comes_later_does_not_move_a_pin(neo4j: set[str], system: set[str], later: set[str]) -> None:
    objects = {f"neo4j-{each}.dump": each for each in neo4j} | {f"system-{each}.dump": each for each in system}
    first = pinned(objects, NEO4J, SYSTEM)
    newest = max(neo4j | system)
    after = {each for each in later if each > newest}
    more = {f"{name}-{each}.dump": each for each in after for name in (NEO4J, SYSTEM)}
    again = pinned(objects | more, NEO4J, SYSTEM, timestamp=first.timestamp)
    assert keys(again) == keys(first)
    assert again.timestamp == first.timestamp


def test_a_pin_tells_all_of_its_set() -> None:
    there = sets({"neo4j-2026-08-22.dump": "abc"})
    pin = Pinning(BUCKET, lambda it: it).pin(there[NEO4J][0])
    assert pin.object == "gs://backups/p/neo4j-2026-08-22.dump"
    assert (pin.generation, pin.checksum, pin.size_bytes) == ("1", "md5:YWJj", 1000)
    assert (pin.time, pin.stamp, pin.kind) == ("2026-08-22T23:59:59Z", "2026-08-22", "dump")


def test_the_generation_of_a_folder_changes_with_any_of_its_objects() -> None:
    def generation(*objects: StoredObject) -> str:
        (backup,) = catalog.find_sets(objects, "p/", NEO4J)
        return Pinning(BUCKET, lambda it: it).pin(backup).generation

    first = (stored("neo4j-20260822/neostore", "a"), stored("neo4j-20260822/neostore.nodestore.db", "b"))
    replaced = StoredObject(first[1].key, 1000, UPLOADED + timedelta(1), "2")
    assert generation(*first) == generation(*reversed(first))
    assert generation(*first) != generation(first[0], replaced)
