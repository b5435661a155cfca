"""The nightly drills of a fleet: spread over the night, and at the same minute after every build."""

from collections import Counter

from neo4j_scenarios.charts.neo4j_restore.drill import schedule


def minutes(count: int) -> list[int]:
    """Return the minutes of the night at which the drills of so many clusters begin."""
    times = []
    for number in range(count):
        minute, hour, *every_day = schedule(f"gs://backups/eu/cluster-{number:04}", "neo4j,system").split()
        assert every_day == ["*", "*", "*"]
        times.append(60 * int(hour) + int(minute))
    return times


def test_the_drills_of_a_thousand_clusters_are_spread_evenly_from_midnight_to_six() -> None:
    times = minutes(1000)
    hours = Counter(minute // 60 for minute in times)
    assert sorted(hours) == [0, 1, 2, 3, 4, 5]
    # A sixth of 1,000 is 167. By chance alone an hour differs by 12.
    assert all(abs(count - 1000 / 6) < 40 for count in hours.values())
    # 2.8 begin in a minute on average.
    assert max(Counter(times).values()) <= 12
    assert max(Counter(minute // 10 for minute in times).values()) <= 2 * 1000 / 36


def test_a_cluster_keeps_its_minute_whatever_others_join() -> None:
    assert minutes(1000)[:10] == minutes(10)
    # Of another version of the generator too: a fleet that is built again must not move all its drills.
    assert schedule("gs://example-backups/production", "neo4j,system") == "43 2 * * *"


def test_clusters_of_one_bucket_differ_by_their_databases() -> None:
    assert len({schedule("gs://backups", f"tenant{number}") for number in range(20)}) > 15
