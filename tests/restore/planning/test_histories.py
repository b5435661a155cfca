"""Which state of a database is the newest: by the headers of its artifacts, whatever names and clocks say."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.restore.planning.artifact_store import FULL, ONE, START, Memory, content, key_at, sets_of, taken
from tests.support.artifacts import Artifact

from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.planning import histories
from neo4j_restore.timestamps import latest, stamped, until


def test_a_clock_that_went_back_hides_no_differential() -> None:
    store = Memory({key_at(5): FULL, key_at(3): content(101, 150, -2), key_at(4): content(151, 200, -1)})
    assert taken(store) == [key_at(5), key_at(3), key_at(4)]


def test_a_moment_is_compared_with_headers_and_not_with_names() -> None:
    store = Memory({key_at(0): content(1, 100, 5, full=True), key_at(9): content(1, 90, 4, full=True)})
    assert taken(store, "2026-01-01T04:30:00Z") == [key_at(9)]
    assert taken(store, "2026-01-01T05:00:00Z") == taken(store) == [key_at(0)]


def test_of_two_databases_of_one_name_the_newer_one_is_taken_and_the_other_mentioned() -> None:
    anew = content(1, 20, 3, full=True, database_id=2)
    store = Memory({key_at(0): FULL, key_at(1): ONE, key_at(3): anew, key_at(4): content(21, 30, 4, database_id=2)})
    assert taken(store) == [key_at(3), key_at(4)]
    assert taken(store, "2026-01-01T02:00:00Z") == [key_at(0), key_at(1)]
    sets = sets_of(store)
    assert [each.key for each in histories.others(sets[0], sets)] == [key_at(1)]


@pytest.mark.parametrize(
    "damaged", [b"", b"BTV1\1", FULL[:50], b"nonsense" * 100], ids=["empty", "magic", "cut", "none"]
)
def test_a_damaged_artifact_is_no_obstacle_unless_it_may_be_the_newest(damaged: bytes) -> None:
    store = Memory({key_at(0): FULL, key_at(1): damaged, key_at(2): content(1, 200, 2, full=True)})
    sets = sets_of(store)
    chosen = histories.choose(sets, latest())
    assert chosen
    assert chosen.key == key_at(2)
    assert histories.doubtful(chosen, sets, latest()) is None
    # Named like the newest, it is what `latest` finds.
    newest = histories.choose(sets_of(Memory({**store.objects, key_at(3): damaged})), latest())
    assert newest
    assert isinstance(newest.problem, BackupDamagedError)
    # A moment before it takes what was there then.
    earlier = histories.choose(sets, until(START + timedelta(minutes=30)))
    assert earlier
    assert earlier.key == key_at(0)
    assert histories.doubtful(earlier, sets, until(START + timedelta(minutes=30))) is None


def test_what_may_be_newer_by_names_in_another_zone_or_by_upload_times_is_doubtful() -> None:
    # Names are five hours behind: the damaged one is newer than what its name says.
    store = Memory({key_at(0): content(1, 100, 5, full=True), key_at(1): b""})
    sets = sets_of(store)
    chosen = next(each for each in sets if each.header)
    assert histories.doubtful(chosen, sets, latest()) is not None
    assert histories.doubtful(chosen, sets, stamped("2026-01-01T00-00-00")) is None
    # Named like an older one, but uploaded later; not believed where all was copied long after.
    store = Memory({key_at(2): content(1, 100, 2, full=True), key_at(1): b""})
    for days, doubtful in ((0, True), (30, False)):
        store.updated = {key_at(2): START + timedelta(days, hours=2), key_at(1): START + timedelta(days, hours=3)}
        sets = sets_of(store)
        assert (histories.doubtful(sets[0], sets, latest()) is not None) is doubtful


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
    """Return backups as jobs make them, hour by hour: full, differential or empty. `!` makes the database anew.

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
        key = key_at(draw(st.integers(0, 50)), f"-{hour:08x}")
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
