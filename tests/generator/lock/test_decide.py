"""What becomes of a lock: pins that are kept, checked, moved, taken out."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from tests.generator.lock.making import ASKED, NOW, days, make_answer, make_entry, make_pin, make_wanted, names

from neo4j_restore.spec import SYSTEM
from neo4j_scenarios.errors import Problem
from neo4j_scenarios.fleet.lockfile import Lock
from neo4j_scenarios.lock.decide import Outcome, Wanted, decide
from neo4j_scenarios.lock.guards import Guards

NONE = Guards()


def outcome(
    *wanted: Wanted,
    lock: Lock | None = None,
    guards: Guards = NONE,
    move: bool = False,
    known: frozenset[str] = frozenset(),
) -> Outcome:
    return decide(wanted, lock or {}, known | {each.name for each in wanted}, guards, NOW, move=move)


def changes_of(decided: Outcome) -> list[str]:
    return [f"{change.cluster}: {change}" for change in decided.changes]


def test_a_cluster_without_a_pin_gets_one() -> None:
    decided = outcome(make_wanted())
    assert decided.lock == {"eu-1": make_entry()}
    assert changes_of(decided) == ["eu-1: neo4j 2026-08-22, 1000 B"] or changes_of(decided) == [
        "eu-1: neo4j 2026-08-22, 1.0 KiB"
    ]


def test_lock_keeps_a_good_pin_and_update_moves_it() -> None:
    held = {"eu-1": make_entry("2026-08-01")}
    wanted = make_wanted(answer=make_answer(held=make_pin("2026-08-01")))
    kept = outcome(wanted, lock=held)
    assert (kept.lock, list(kept.changes)) == (held, [])
    moved = outcome(wanted, lock=held, move=True)
    assert moved.lock == {"eu-1": make_entry("2026-08-22")}
    assert changes_of(moved)[0].startswith("eu-1: neo4j 2026-08-01 -> 2026-08-22, ")


def test_two_sets_of_one_day_are_told_apart_by_their_time() -> None:
    before = make_pin("2026-08-22", time="2026-08-22T01:00:00Z", object="gs://backups/p/neo4j-01.dump")
    held = {"eu-1": make_entry("2026-08-22", time="2026-08-22T01:00:00Z", object="gs://backups/p/neo4j-01.dump")}
    decided = outcome(make_wanted(answer=make_answer(held=before)), lock=held, move=True)
    assert changes_of(decided)[0].startswith("eu-1: neo4j 2026-08-22 01:00:00 -> 2026-08-22 02:00:00")


def test_a_pin_for_another_place_moves_to_no_newer_set_by_itself() -> None:
    held = {"eu-1": make_entry("2026-08-01")}
    decided = outcome(make_wanted(bucket="gs://other"), lock=held)
    assert decided.lock == held
    assert "its bucket changed since it was pinned" in decided.problems[0].what
    assert "would move from 2026-08-01T02:00:00Z to 2026-08-22T02:00:00Z" in decided.problems[0].what
    assert "neo4j-scenarios lock --move --only eu-1" in decided.problems[0].hint
    moved = outcome(make_wanted(bucket="gs://other"), lock=held, move=True)
    assert moved.lock["eu-1"].asked["bucket"] == "gs://other"
    assert moved.lock["eu-1"].timestamp == "2026-08-22"


def test_a_pin_for_another_place_goes_to_the_same_or_an_older_set() -> None:
    decided = outcome(make_wanted(bucket="gs://other"), lock={"eu-1": make_entry("2026-08-22")})
    assert (decided.lock["eu-1"].asked["bucket"], decided.lock["eu-1"].timestamp) == ("gs://other", "2026-08-22")


def test_a_timestamp_that_is_lifted_moves_nothing_and_one_that_is_given_does() -> None:
    pinned = {"eu-1": replace(make_entry("2026-08-01"), asked=ASKED | {"timestamp": "2026-08-01"})}
    lifted = outcome(make_wanted(), lock=pinned)
    assert (lifted.lock, "its timestamp changed" in lifted.problems[0].what) == (pinned, True)
    given = outcome(make_wanted(timestamp="2026-08-22"), lock={"eu-1": make_entry("2026-08-01")})
    assert (given.lock["eu-1"].timestamp, list(given.problems)) == ("2026-08-22", [])


def test_a_database_more_is_pinned_beside_the_others_and_one_less_leaves_them() -> None:
    system = make_pin("2026-08-01", object="gs://backups/p/system-2026-08-01.dump")
    held = {"eu-1": make_entry("2026-08-01")}
    answer = make_answer(held=make_pin("2026-08-01"))
    both = replace(answer, held={**answer.held, SYSTEM: system})
    more = outcome(make_wanted(answer=both, database="system, neo4j"), lock=held)
    assert more.lock["eu-1"].databases == {"neo4j": make_pin("2026-08-01"), "system": system}
    less = outcome(make_wanted(answer=answer), lock=more.lock)
    assert less.lock["eu-1"] == make_entry("2026-08-01")
    without = outcome(make_wanted(answer=answer, database="system,neo4j"), lock=held)
    assert (
        "has no set for the timestamp 2026-08-01, to which the other databases are pinned" in without.problems[0].what
    )
    assert without.lock == held


def test_a_pin_is_of_the_set_whatever_name_its_database_gets() -> None:
    held = {"eu-1": make_entry("2026-08-01")}
    answer = make_answer(held=make_pin("2026-08-01"))
    renamed = outcome(make_wanted(answer=answer, database="staging=neo4j"), lock=held)
    assert (renamed.lock, list(renamed.changes), list(renamed.problems)) == (held, [], [])
    new = outcome(make_wanted(database="staging=neo4j"))
    assert new.lock["eu-1"].databases == {"neo4j": make_pin()}
    assert new.lock["eu-1"].asked["database"] == "staging=neo4j"


def test_a_set_too_long_before_the_time_asked_for_is_refused() -> None:
    wanted = make_wanted(timestamp="2026-08-23T01:30:00Z")
    lenient, strict = Guards(within_seconds=24 * 3600), Guards(within_seconds=1800)
    assert outcome(wanted, guards=lenient).lock["eu-1"].timestamp == "2026-08-22"
    (problem,) = outcome(wanted, guards=strict).problems
    assert "the set of 2026-08-22T02:00:00Z is 23" in problem.what
    assert "--within is 30 min" in problem.what
    assert outcome(make_wanted(), guards=strict).lock


def test_a_pinned_set_that_is_gone_or_replaced_is_a_problem() -> None:
    held = {"eu-1": make_entry("2026-08-01")}
    gone = outcome(make_wanted(), lock=held)
    replaced = make_pin("2026-08-01", generation="2", checksum="md5:BBBB")
    other = outcome(make_wanted(answer=make_answer(held=replaced)), lock=held)
    assert "is no longer in the bucket" in gone.problems[0].what
    assert "has changed since it was pinned" in other.problems[0].what
    assert gone.problems[0].hint == "neo4j-scenarios update --only eu-1"
    assert gone.lock == other.lock == held


def test_the_same_bytes_written_again_are_the_same_set() -> None:
    held = {"eu-1": make_entry("2026-08-01")}
    again = make_pin("2026-08-01", generation="2")
    assert outcome(make_wanted(answer=make_answer(held=again)), lock=held) == Outcome(held, [], [])


def test_without_checksums_the_generation_tells() -> None:
    held = {"eu-1": make_entry("2026-08-01", checksum="")}
    again = make_pin("2026-08-01", generation="2", checksum="")
    assert outcome(make_wanted(answer=make_answer(held=again)), lock=held).problems


def test_clusters_that_were_not_selected_keep_their_pins_and_those_that_are_gone_lose_them() -> None:
    held = {"eu-2": make_entry("2026-08-01"), "eu-9": make_entry("2026-08-02")}
    decided = outcome(make_wanted("eu-1"), lock=held, known=frozenset({"eu-2"}))
    assert set(decided.lock) == {"eu-1", "eu-2"}
    assert changes_of(decided)[-1] == "eu-9: neo4j 2026-08-02 is no longer pinned"


def test_what_fails_keeps_what_it_had() -> None:
    held = {"eu-1": make_entry("2026-08-01"), "eu-2": make_entry("2026-08-01")}
    failing = make_wanted("eu-1", Problem("gs://backups/p", "cannot list", "", ("eu-1",)))
    unnamed = make_wanted("eu-2", make_answer(problem=Problem("", "is replaced", "")))
    decided = outcome(failing, unnamed, make_wanted("eu-3"), lock=held, move=True)
    assert decided.lock == {**held, "eu-3": make_entry()}
    assert [(each.where, each.clusters) for each in decided.problems] == [
        ("gs://backups/p", ("eu-1",)),
        ("eu-2", ("eu-2",)),
    ]


def test_each_violated_guard_is_named_for_its_cluster() -> None:
    held = {"eu-1": make_entry("2026-08-01", size_bytes=4000)}
    strict = Guards(timedelta(hours=12).total_seconds(), 2000, 0.5)
    decided = outcome(make_wanted(), lock=held, guards=strict, move=True)
    assert [(each.where, each.what.rpartition("but ")[2]) for each in decided.problems] == [
        ("eu-1: neo4j", "--max-age is 12 h"),
        ("eu-1: neo4j", "--min-size is 2.0 KiB"),
        ("eu-1: neo4j", "--max-shrink is 50%"),
    ]
    assert decided.lock == held
    lenient = Guards(timedelta(days=2).total_seconds(), 1000, 0.75)
    assert not outcome(make_wanted(), lock=held, guards=lenient, move=True).problems


def test_a_kept_pin_must_pass_the_guards_as_well() -> None:
    held = {"eu-1": make_entry("2026-08-01")}
    wanted = make_wanted(answer=make_answer(held=make_pin("2026-08-01")))
    assert outcome(wanted, lock=held, guards=Guards(max_age_seconds=86400)).problems


_latest = st.dictionaries(names, days, min_size=1, max_size=4)


def _asking(latest: dict[str, str], lock: Lock) -> list[Wanted]:
    """Return the clusters, each with a bucket that has all sets up to its latest."""
    return [
        make_wanted(name, make_answer(day, held=lock[name].databases["neo4j"] if name in lock else None))
        for name, day in latest.items()
    ]


@given(_latest, _latest, st.booleans())
def test_locking_again_changes_nothing(first: dict[str, str], then: dict[str, str], move: bool) -> None:
    start = outcome(*_asking(first, {})).lock
    once = outcome(*_asking(then, start), lock=start, move=move, known=frozenset(start))
    again = outcome(*_asking(then, once.lock), lock=once.lock, move=move, known=frozenset(start))
    assert (again.lock, list(again.changes)) == (once.lock, [])
    assert not again.problems


@given(_latest, st.randoms(use_true_random=False))
def test_the_order_of_the_fleet_changes_nothing(latest: dict[str, str], draw: Random) -> None:
    wanted = _asking(latest, {})
    shuffled = list(wanted)
    draw.shuffle(shuffled)
    assert outcome(*shuffled) == outcome(*wanted)
