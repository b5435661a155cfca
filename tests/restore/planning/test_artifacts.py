"""Which backup artifact is taken, and with which others: by headers, whatever names and clocks say."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.support import archives
from tests.support.artifacts import Artifact

from neo4j_restore import settings, spec
from neo4j_restore.errors import BackupDamagedError, BackupNotFoundError, ConfigurationError, StoreError
from neo4j_restore.inspection.heads import Heads
from neo4j_restore.planning import artifacts, histories
from neo4j_restore.planning.artifacts import Artifacts
from neo4j_restore.sets import catalog
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.stores import StoredObject
from neo4j_restore.timestamps import latest, stamped, until

NEO4J = spec.DatabaseName("neo4j")
START = datetime(2026, 1, 1, tzinfo=UTC)


class Bytes(io.RawIOBase):
    """An answer."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return self._stream.readinto(buffer)


class Memory:
    """A store of these objects, by their keys, that counts the bytes it gave."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects, self.updated = objects, dict.fromkeys(objects, START)
        self.reads: list[tuple[str, int]] = []

    def list(self, prefix: str) -> Iterator[StoredObject]:
        for key, data in self.objects.items():
            if key.startswith(prefix):
                yield StoredObject(key, len(data), self.updated[key], "1")

    def stat(self, stored: StoredObject) -> StoredObject:
        return stored

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> io.RawIOBase:
        if stored.key not in self.objects:
            message = f"{stored.key}: it is not there"
            gone = StoreError(message, hint="")
            gone.gone = True
            raise gone
        self.reads.append((stored.key, (end or stored.size_bytes) - start))
        return Bytes(self.objects[stored.key][start:end])

    def close(self) -> None:
        """Nothing is held."""


def reader_of(store: Memory, timestamp: str = "latest") -> Artifacts:
    given = settings.from_environment({"BUCKET": "file:///b", "DATABASE": "neo4j", "TIMESTAMP": timestamp})
    return Artifacts(given.request, Heads.of(given, store), given.pace.connections)


def sets_of(store: Memory, timestamp: str = "latest") -> list[BackupSet]:
    found = catalog.find_sets(store.list(""), "", NEO4J, exact=timestamp)
    return reader_of(store, timestamp).dated(found)


def content(
    lowest: int, highest: int, hours: float, *, full: bool = False, database_id: int = 1, pad: int = 0
) -> bytes:
    """Return an artifact of so many hours after the start; `pad` makes it larger."""
    seconds = int((START + timedelta(hours=hours)).timestamp())
    made = Artifact(full=full, lowest=lowest, highest=highest, seconds=seconds, database_id=database_id)
    return made.write("BTV1", archives.tar_bytes({"x": bytes(pad)}))


def name(hours: float, tail: str = "") -> str:
    return f"neo4j-{START + timedelta(hours=hours):%Y-%m-%dT%H-%M-%S}{tail}.backup"


def taken(store: Memory, timestamp: str = "latest", *, overlaps: bool = True) -> list[str]:
    """Return the keys of the chain that is restored."""
    sets = sets_of(store, timestamp)
    chosen = histories.choose(sets, spec.parse_timestamp(timestamp))
    assert chosen
    reader = reader_of(store, timestamp)
    return [each.key for each in reader.chained(chosen, sets, overlaps=overlaps).objects]


FULL, ONE, TWO = content(1, 100, 0, full=True), content(101, 150, 1), content(151, 200, 2)


def test_a_clock_that_went_back_hides_no_differential() -> None:
    store = Memory({name(5): FULL, name(3): content(101, 150, -2), name(4): content(151, 200, -1)})
    assert taken(store) == [name(5), name(3), name(4)]


def test_a_moment_is_compared_with_headers_and_not_with_names() -> None:
    store = Memory({name(0): content(1, 100, 5, full=True), name(9): content(1, 90, 4, full=True)})
    assert taken(store, "2026-01-01T04:30:00Z") == [name(9)]
    assert taken(store, "2026-01-01T05:00:00Z") == taken(store) == [name(0)]


def test_an_exact_stamp_is_that_object_and_its_chain() -> None:
    store = Memory({name(0): FULL, name(1): ONE, name(2): TWO, name(3): content(1, 150, 3, full=True)})
    assert taken(store, "2026-01-01T01-00-00") == [name(0), name(1)]


def test_a_full_artifact_that_is_named_exactly_costs_one_header() -> None:
    store = Memory({name(0): FULL, name(1): ONE, name(2): TWO})
    assert taken(store, "2026-01-01T00-00-00") == [name(0)]
    assert {key for key, _ in store.reads} == {name(0)}


def test_of_two_databases_of_one_name_the_newer_one_is_taken_and_the_other_mentioned() -> None:
    anew = content(1, 20, 3, full=True, database_id=2)
    store = Memory({name(0): FULL, name(1): ONE, name(3): anew, name(4): content(21, 30, 4, database_id=2)})
    assert taken(store) == [name(3), name(4)]
    assert taken(store, "2026-01-01T02:00:00Z") == [name(0), name(1)]
    sets = sets_of(store)
    assert [each.key for each in histories.others(sets[0], sets)] == [name(1)]


def test_the_chain_with_the_fewest_bytes_is_taken() -> None:
    days = {name(hour): content(hour * 50 + 51, hour * 50 + 100, hour, pad=60_000) for hour in (1, 2, 3, 4)}
    later = {name(3.5): content(1, 260, 3.5, full=True, pad=90_000)}
    whole = {name(0): FULL, **days, **later}
    assert taken(Memory(whole)) == [name(3.5), name(4)]
    # The full one and the last differential one overlap, which older versions do not know.
    assert taken(Memory(whole), overlaps=False) == [name(0), *days]


def test_empty_differentials_are_left_out() -> None:
    store = Memory({name(0): FULL, name(1): ONE, name(2): content(0, 0, 2)})
    assert taken(store) == taken(store, "2026-01-01T02-00-00") == [name(0), name(1)]


def test_an_empty_differential_alone_is_a_gap() -> None:
    store = Memory({name(2): content(0, 0, 2)})
    with pytest.raises(BackupNotFoundError, match="the full backup is missing"):
        taken(store)


@pytest.mark.parametrize(
    "damaged", [b"", b"BTV1\1", FULL[:50], b"nonsense" * 100], ids=["empty", "magic", "cut", "none"]
)
def test_a_damaged_artifact_is_no_obstacle_unless_it_may_be_the_newest(damaged: bytes) -> None:
    store = Memory({name(0): FULL, name(1): damaged, name(2): content(1, 200, 2, full=True)})
    sets = sets_of(store)
    chosen = histories.choose(sets, latest())
    assert chosen
    assert chosen.key == name(2)
    assert histories.doubtful(chosen, sets, latest()) is None
    # Named like the newest, it is what `latest` finds.
    newest = histories.choose(sets_of(Memory({**store.objects, name(3): damaged})), latest())
    assert newest
    assert isinstance(newest.problem, BackupDamagedError)
    # A moment before it takes what was there then.
    earlier = histories.choose(sets, until(START + timedelta(minutes=30)))
    assert earlier
    assert earlier.key == name(0)
    assert histories.doubtful(earlier, sets, until(START + timedelta(minutes=30))) is None


def test_what_may_be_newer_by_names_in_another_zone_or_by_upload_times_is_doubtful() -> None:
    # Names are five hours behind: the damaged one is newer than what its name says.
    store = Memory({name(0): content(1, 100, 5, full=True), name(1): b""})
    sets = sets_of(store)
    chosen = next(each for each in sets if each.header)
    assert histories.doubtful(chosen, sets, latest()) is not None
    assert histories.doubtful(chosen, sets, stamped("2026-01-01T00-00-00")) is None
    # Named like an older one, but uploaded later; not believed where all was copied long after.
    store = Memory({name(2): content(1, 100, 2, full=True), name(1): b""})
    for days, doubtful in ((0, True), (30, False)):
        store.updated = {name(2): START + timedelta(days, hours=2), name(1): START + timedelta(days, hours=3)}
        sets = sets_of(store)
        assert (histories.doubtful(sets[0], sets, latest()) is not None) is doubtful


def test_a_gap_tells_of_artifacts_that_cannot_be_read() -> None:
    store = Memory({name(0): FULL, name(1): b"", name(2): TWO})
    with pytest.raises(BackupNotFoundError, match="The headers of 1 artifacts can't be read, for example"):
        taken(store)


def test_what_vanished_since_the_listing_is_told_where_it_is_needed() -> None:
    store = Memory({name(0): FULL, name(1): ONE, name(2): TWO})
    found = catalog.find_sets(list(store.list("")), "", NEO4J)
    del store.objects[name(1)]
    reader = reader_of(store)
    sets = reader.dated(found)
    with pytest.raises(StoreError) as raised:
        reader.chained(sets[0], sets, overlaps=True)
    assert raised.value.gone


def test_headers_are_read_once_and_a_few_kib_of_each() -> None:
    store = Memory({name(hour): content(1, hour + 1, hour, full=True, pad=500_000) for hour in range(50)})
    reader = reader_of(store)
    sets = catalog.find_sets(store.list(""), "", NEO4J)
    assert reader.dated(reader.dated(sets))[0].key == name(49)
    assert len(store.reads) == 50
    assert max(count for _, count in store.reads) <= 4096


def test_more_artifacts_than_can_be_looked_at_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifacts, "MOST_ARTIFACTS", 2)
    with pytest.raises(ConfigurationError, match="has 3 backup artifacts of neo4j, expected at most 2"):
        sets_of(Memory({name(0): FULL, name(1): ONE, name(2): TWO}))


@dataclass(frozen=True)
class Made:
    """A backup in a schedule: its object, and the state of the database when it was made."""

    key: str
    content: bytes
    database_id: int
    transaction: int
    time: float


@st.composite
def schedules(draw: st.DrawFn) -> list[Made]:
    """Return backups as jobs make them, hour by hour: full, differential or empty; `!` makes the database anew.

    Names make no sense, and the clock that headers are written by jumps.
    """
    made: list[Made] = []
    transaction, database_id, ends = 1, 1, list[int]()
    kinds = st.lists(st.tuples(st.sampled_from("ffdddde!"), st.integers(1, 20)), min_size=1, max_size=12)
    for hour, (kind, passed) in enumerate(draw(kinds)):
        if kind == "!":
            database_id, transaction, ends = database_id + 1, 1, []
            continue
        full = kind == "f" or not ends
        if kind != "e" or full:
            transaction += passed
        # A job that knows an older backup alone begins further back.
        lowest = 1 if full else draw(st.sampled_from(ends)) + 1
        says = (0, 0) if kind == "e" and not full else (lowest, transaction)
        ends += [transaction] if says[1] else []
        # It jumps by less than the time between two databases of one name.
        time = hour + draw(st.sampled_from([0, 0, 0.4, -0.4]))
        data = content(*says, time, full=full, database_id=database_id, pad=draw(st.integers(0, 3)) * 30_000)
        key = name(draw(st.integers(0, 50)), f"-{hour:08x}")
        made.append(Made(key, data, database_id, transaction, time))
    return made


@given(schedules())
def test_latest_is_the_last_state_of_the_newest_database_whatever_names_and_clocks_say(made: list[Made]) -> None:
    assume(made)
    chain = taken(Memory({each.key: each.content for each in made}))
    by_key = {each.key: each for each in made}
    newest = max(each.database_id for each in made)
    assert {by_key[key].database_id for key in chain} == {newest}
    assert by_key[chain[-1]].transaction == max(each.transaction for each in made if each.database_id == newest)


@given(schedules(), st.integers(0, 12))
def test_a_moment_never_takes_what_its_header_says_is_later(made: list[Made], hour: int) -> None:
    before = [each for each in made if each.time <= hour]
    assume(before)
    sets = sets_of(Memory({each.key: each.content for each in made}))
    chosen = histories.choose(sets, until(START + timedelta(hours=hour)))
    assert chosen
    assert chosen.header
    own = [each for each in before if each.database_id == max(one.database_id for one in before)]
    assert chosen.time <= START + timedelta(hours=hour)
    assert chosen.header.highest_tx in {0, max(each.transaction for each in own)}


@pytest.mark.parametrize(("first", "second", "expected"), [(10, 30, "T02-30-00"), (190, 150, "T03-00-00")])
def test_uploads_tell_a_clock_that_went_back_from_a_history_that_was_given_up(
    first: int, second: int, expected: str
) -> None:
    """first, second: minutes after two o'clock at which the two were uploaded."""
    names = [f"neo4j-2026-01-01{time}.backup" for time in ("T03-00-00", "T02-30-00")]
    begin = int(START.timestamp())
    earlier = Artifact(highest=100, seconds=begin + 3 * 3600).write("BTV1", b"")
    store = Memory({names[0]: earlier, names[1]: Artifact(highest=150, seconds=begin + 9000).write("BTV1", b"")})
    for name, minutes in zip(names, (first, second), strict=True):
        store.updated[name] = START + timedelta(hours=2, minutes=minutes)
    assert [expected in key for key in taken(store)] == [True]
