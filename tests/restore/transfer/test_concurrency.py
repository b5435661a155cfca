"""How many connections: more while they pay off, fewer when the store asks for it."""

from neo4j_restore.transfer.concurrency import Concurrency

MB = 1_000_000


def looks(concurrency: Concurrency, rates: list[int], *, waited: float = 1.0, now: float = 0.0) -> list[int]:
    """Return the limits after each two looks a second, at these bytes a second: after a change the first is void."""
    limits = []
    for number, rate in enumerate(rates):
        concurrency.judge(now + number, 0.5, waited / 2, rate // 2)
        limits.append(concurrency.limit)
        concurrency.judge(now + number + 0.5, 0.5, 0, rate // 2)
    return limits


def test_a_reader_that_does_not_wait_gets_no_more_connections() -> None:
    assert looks(Concurrency(32), [100 * MB] * 4, waited=0.1) == [1] * 4


def test_one_that_waits_gets_more_while_they_bring_more() -> None:
    assert looks(Concurrency(32), [100 * MB, 200 * MB, 400 * MB, 800 * MB, 1600 * MB]) == [2, 4, 8, 16, 32]


def test_a_guess_goes_on_to_more_where_the_reader_waits() -> None:
    assert looks(Concurrency(32, guesses=True), [200 * MB, 400 * MB, 420 * MB, 400 * MB]) == [4, 8, 4, 4]


def test_a_guess_goes_back_to_one_where_the_reader_does_not_wait() -> None:
    concurrency = Concurrency(32, guesses=True)
    assert concurrency.limit == 2
    assert looks(concurrency, [800 * MB, 800 * MB], waited=0.05) == [1, 1]
    assert looks(concurrency, [400 * MB, 800 * MB], now=2.0) == [2, 4]


def test_a_guess_is_judged_once() -> None:
    concurrency = Concurrency(32, guesses=True)
    assert looks(concurrency, [200 * MB, 400 * MB]) == [4, 8]
    assert looks(concurrency, [400 * MB], waited=0.05, now=2.0) == [8]


def test_more_that_end_the_waiting_are_kept_although_the_reader_can_gain_little() -> None:
    concurrency = Concurrency(32, guesses=True)
    assert looks(concurrency, [218 * MB], waited=0.12) == [4]
    assert looks(concurrency, [235 * MB, 235 * MB], waited=0.02, now=1.0) == [4, 4]


def test_a_guess_is_never_above_the_most() -> None:
    assert Concurrency(1, guesses=True).limit == 1


def test_never_more_than_the_most() -> None:
    assert looks(Concurrency(3), [1 * MB, 2 * MB, 4 * MB]) == [2, 3, 3]
    assert looks(Concurrency(1), [1 * MB] * 3) == [1, 1, 1]


def test_more_that_brings_nothing_is_given_back_and_tried_again_later() -> None:
    concurrency = Concurrency(32)
    assert looks(concurrency, [100 * MB, 105 * MB, 100 * MB]) == [2, 1, 1]
    assert looks(concurrency, [100 * MB], now=10.0) == [2]


def test_small_objects_get_all_that_are_allowed_from_the_start() -> None:
    assert (Concurrency(32).ceiling, Concurrency(3).ceiling) == (32, 3)


def test_it_halves_once_for_refusals_that_come_together_and_grows_again_while_none_comes() -> None:
    concurrency = Concurrency(32)
    for now in (100.0, 100.1, 100.2):
        concurrency.throttled(now)
    assert concurrency.ceiling == 16
    concurrency.throttled(102.0)
    assert concurrency.ceiling == 8
    looks(concurrency, [1 * MB], now=103.0)
    assert concurrency.ceiling == 8
    looks(concurrency, [1 * MB] * 12, now=107.0)
    assert concurrency.ceiling == 32


def test_a_refusal_takes_from_large_objects_what_they_have_too_many() -> None:
    concurrency = Concurrency(8)
    assert looks(concurrency, [100 * MB, 200 * MB, 400 * MB]) == [2, 4, 8]
    concurrency.throttled(10.0)
    assert concurrency.limit == 4


def test_throttled_for_ever_one_connection_is_left() -> None:
    concurrency = Concurrency(32)
    for now in range(10):
        concurrency.throttled(now * 2.0)
    assert (concurrency.limit, concurrency.ceiling) == (1, 1)
