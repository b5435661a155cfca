"""What buckets hold, asked of real stores: folders, an emulator, and servers that don't answer."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.generator.survey.asking import NEO4J, SYSTEM, answer, ask, fill, make_question, place
from tests.support import stores
from tests.support.artifacts import Artifact

from neo4j_restore import spec
from neo4j_scenarios.survey import Options


def test_the_latest_set_is_told_with_all_that_pins_it(bucket: stores.Bucket) -> None:
    for stamp in ("2026-08-21", "2026-08-22"):
        bucket.put(f"p/neo4j-{stamp}.dump", stamp.encode())
    answered = answer(make_question(f"{bucket.url}/p", host=bucket.host))
    pin = answered.chosen[NEO4J]
    assert (answered.timestamp, pin.object) == ("2026-08-22", f"{bucket.url}/p/neo4j-2026-08-22.dump")
    assert pin.checksum.startswith("crc32c:")
    assert pin.generation.isdigit()
    assert (pin.size_bytes, pin.kind) == (10, "dump")


def test_what_the_lock_holds_and_what_is_latest_are_told_apart(tmp_path: Path) -> None:
    url = fill(tmp_path, "neo4j-2026-08-21.dump", "neo4j-2026-08-22.dump")
    answered = answer(make_question(url, pinned="2026-08-21"))
    assert answered.held[NEO4J].stamp == "2026-08-21"
    assert answered.latest[NEO4J].stamp == answered.chosen[NEO4J].stamp == "2026-08-22"


def test_a_stamp_that_tells_no_time_is_found_where_it_is_asked_for(tmp_path: Path) -> None:
    url = fill(tmp_path, "neo4j-before-upgrade.dump", "neo4j-2026-08-22.dump")
    answered = answer(make_question(url, timestamp="before-upgrade", pinned="before-upgrade"))
    assert answered.timestamp == "before-upgrade"
    assert answered.held == answered.chosen


def test_a_set_under_a_name_of_its_own_is_found_by_its_folder(tmp_path: Path) -> None:
    url = fill(tmp_path, "odd/place/neostore", updated=datetime(2026, 8, 22, tzinfo=UTC))
    answered = answer(make_question(url, directory="odd/place"))
    assert answered.counts == {NEO4J: 1}
    assert answered.problem is not None


def test_the_trend_is_of_one_set_a_night_and_leaves_pointers_out(tmp_path: Path) -> None:
    for day in range(1, 29):
        fill(tmp_path, f"neo4j-2026-07-{day:02}.dump", f"neo4j-2026-08-{day:02}.dump", size=day)
    fill(tmp_path, "neo4j-latest.dump", size=999)
    answered = answer(make_question(f"file://{tmp_path}", timestamp="2026-08-28"))
    sizes = [size for _, size in answered.trend[NEO4J]]
    assert sizes[-3:] == [26, 27, 28]
    assert (len(sizes), answered.counts[NEO4J]) == (56, 57)


def test_of_many_sets_the_newest_of_each_of_90_nights_is_kept(tmp_path: Path) -> None:
    for day in range(100):
        night = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
        fill(tmp_path, f"neo4j-{night:%Y-%m-%d}-02:00:00.dump", size=1)
        fill(tmp_path, f"neo4j-{night:%Y-%m-%d}-22:00:00.dump", size=2)
    trend = answer(make_question(f"file://{tmp_path}")).trend[NEO4J]
    assert len(trend) == 90
    assert {size for _, size in trend} == {2}
    assert trend[-1][0] == datetime(2026, 4, 10, 22, tzinfo=UTC)


def test_what_a_restore_of_the_latest_would_refuse_is_told_of_that_database_alone(tmp_path: Path) -> None:
    fill(tmp_path, "neo4j-2026-08-21.dump", "system-2026-08-21.dump")
    (tmp_path / "neo4j-2026-08-22T02-00-00.backup").write_bytes(b"")
    answered = answer(make_question(f"file://{tmp_path}", databases=(NEO4J, SYSTEM)))
    assert set(answered.refused) == {NEO4J}
    assert "neo4j-2026-08-22T02-00-00.backup" in answered.refused[NEO4J]
    assert answered.latest[SYSTEM].stamp == "2026-08-21"


def test_the_trend_compares_no_dump_with_an_archive(tmp_path: Path) -> None:
    fill(tmp_path, "neo4j-2026-08-20.dump", size=10)
    fill(tmp_path, "neo4j-2026-08-21.tar.gz", "neo4j-2026-08-22.tar.gz", size=99)
    trend = answer(make_question(f"file://{tmp_path}")).trend[NEO4J]
    assert [size for _, size in trend] == [99, 99]


def test_a_bucket_that_fails_fails_alone(tmp_path: Path) -> None:
    good = make_question(fill(tmp_path / "good", "neo4j-2026-08-22.dump"))
    bad, worse = make_question(f"file://{tmp_path}/absent"), make_question("gs://nobody", host="http://127.0.0.1:1")
    result = ask(good, bad, worse)
    assert set(result.answers) == {good}
    assert set(result.failures) == {bad.reach, worse.reach}
    assert "no such folder" in result.failures[bad.reach].what
    assert "unreachable" in result.failures[worse.reach].what


def test_a_key_file_is_the_operators_and_shown_in_no_message(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text('{"type": "service_account", "private_key": "hush"}')
    question = make_question("gs://backups")
    for options in (Options(credentials=key), Options()):
        failed = ask(question, options=options, environment={"GOOGLE_APPLICATION_CREDENTIALS": str(key)}).failures
        assert str(key) in failed[question.reach].what
        assert "hush" not in str(failed)
    assert "hush" not in repr(question)


class _Listings(BaseHTTPRequestHandler):
    """Answers each listing of any bucket with one set. That of the bucket `trickles` never ends."""

    asked: list[str]
    gate: threading.Event

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        prefix = parse_qs(url.query)["prefix"][0]
        self.asked.append(prefix)
        item = {
            "name": f"{prefix}neo4j-2026-08-22.dump",
            "size": "7",
            "updated": "2026-08-22T02:00:00Z",
            "generation": "1",
            "crc32c": "AAAAAA==",
        }
        body = json.dumps({"kind": "storage#objects", "items": [item]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        trickles = prefix == "trickles/"
        self.send_header("Content-Length", str(1_000_000 if trickles else len(body)))
        self.end_headers()
        while trickles and not self.gate.wait(0.05):
            self.wfile.write(b" ")
            self.wfile.flush()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def listings() -> Iterator[tuple[str, list[str]]]:
    """Run a server of listings. Return its URL, and the paths that it was asked for."""
    asked: list[str] = []
    gate = threading.Event()
    handler = type("Handler", (_Listings,), {"asked": asked, "gate": gate})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        gate.set()
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_bucket_shared_by_many_clusters_is_listed_once(listings: tuple[str, list[str]]) -> None:
    host, asked = listings
    questions = [
        make_question("gs://backups/p", timestamp=timestamp, databases=databases, host=host)
        for timestamp in ("latest", "2026-08-22", "2026-08-23T00:00:00Z")
        for databases in ((NEO4J,), (SYSTEM,), (NEO4J, SYSTEM))
    ]
    result = ask(*questions, *questions)
    assert asked == ["p/"]
    assert set(result.answers) == set(questions)


def test_a_bucket_that_trickles_delays_itself_alone(listings: tuple[str, list[str]]) -> None:
    host, _ = listings
    slow, *others = [make_question(f"gs://backups/{name}", host=host) for name in ("trickles", "a", "b", "c")]
    # Google's client takes a while to import, which is not to be of the seconds below.
    ask(*others)
    # With one thread the others are asked after the slow one: they have their answers as it is given up.
    result = ask(slow, *others, options=Options(threads=1, deadline_seconds=10, retry_seconds=0, stall_seconds=100))
    assert set(result.answers) == set(others)
    assert "could not be read within 10 seconds" in result.failures[slow.reach].what


def test_a_server_that_is_silent_is_one_problem(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"http://127.0.0.1:{silent.getsockname()[1]}"
        slow, good = make_question("gs://backups", host=host), make_question(fill(tmp_path, "neo4j-2026-08-22.dump"))
        result = ask(slow, good, options=Options(deadline_seconds=30, retry_seconds=0, stall_seconds=0.2))
    assert set(result.answers) == {good}
    assert "unreachable" in result.failures[slow.reach].what


def test_a_hundred_buckets_take_few_threads_and_one_listing_each(listings: tuple[str, list[str]]) -> None:
    host, asked = listings
    questions = [make_question(f"gs://backups/{number}", host=host) for number in range(100)]
    threads: list[int] = []
    steps: list[tuple[int, int]] = []

    def progress(done: int, of: int) -> None:
        threads.append(sum(thread.name == "survey" for thread in threading.enumerate()))
        steps.append((done, of))

    from neo4j_scenarios.survey import survey

    result = survey(questions, Options(threads=8), environment={}, progress=progress)
    assert len(result.answers) == 100
    assert sorted(asked) == sorted(f"{number}/" for number in range(100))
    assert max(threads) <= 8
    assert steps == [(done, 100) for done in range(1, 101)]


def test_the_same_url_reached_in_two_ways_is_two_buckets(tmp_path: Path) -> None:
    assert place("gs://backups", "http://a") != place("gs://backups", "http://b")
    assert str(place("gs://backups/p", "http://a")) == "gs://backups/p"


def artifact(folder: Path, stamp: str, hour: int, lowest: int, highest: int, database_id: int = 77) -> None:
    """Write a backup artifact whose header says `hour`, whatever its name says."""
    seconds = int(datetime(2026, 8, 22, hour, tzinfo=UTC).timestamp())
    made = Artifact(full=lowest == 1, lowest=lowest, highest=highest, seconds=seconds, database_id=database_id)
    folder.mkdir(exist_ok=True)
    (folder / f"neo4j-{stamp}.backup").write_bytes(made.write("BTV1", b""))


@pytest.mark.parametrize(
    ("timestamp", "stamp"), [("latest", "2026-08-22T01-00-00"), ("2026-08-22T06:30:00Z", "2026-08-22T03-00-00")]
)
def test_backup_artifacts_are_pinned_by_their_headers_as_a_restore_takes_them(
    timestamp: str, stamp: str, tmp_path: Path
) -> None:
    artifact(tmp_path, "2026-08-22T02-00-00", 5, 1, 100)
    artifact(tmp_path, "2026-08-22T03-00-00", 6, 101, 200)
    artifact(tmp_path, "2026-08-22T01-00-00", 7, 201, 300)
    answered = answer(make_question(f"file://{tmp_path}", timestamp=timestamp))
    assert (answered.timestamp, answered.chosen[NEO4J].stamp) == (stamp, stamp)


def test_a_chain_over_folders_below_the_bucket_is_pinned_whole(tmp_path: Path) -> None:
    artifact(tmp_path, "2026-08-22T02-00-00", 2, 1, 100)
    artifact(tmp_path / "increments", "2026-08-22T03-00-00", 3, 101, 200)
    answered = answer(make_question(f"file://{tmp_path}"))
    assert (answered.problem, answered.timestamp) == (None, "2026-08-22T03-00-00")
    assert answered.latest[NEO4J].object == f"file://{tmp_path}/increments/neo4j-2026-08-22T03-00-00.backup"


def test_another_database_in_a_folder_below_the_bucket_keeps_nothing_from_being_pinned(tmp_path: Path) -> None:
    artifact(tmp_path, "2026-08-22T02-00-00", 2, 1, 100)
    artifact(tmp_path / "staging", "2026-08-22T03-00-00", 3, 1, 900, database_id=5)
    answered = answer(make_question(f"file://{tmp_path}"))
    assert (answered.problem, answered.timestamp, answered.refused) == (None, "2026-08-22T02-00-00", {})


def test_a_newer_clone_in_a_folder_below_the_bucket_is_not_pinned_and_not_passed_over(tmp_path: Path) -> None:
    artifact(tmp_path, "2026-08-22T02-00-00", 2, 1, 100)
    artifact(tmp_path / "staging", "2026-08-22T03-00-00", 3, 1, 900)
    answered = answer(make_question(f"file://{tmp_path}"))
    assert answered.problem
    assert "it lies in staging/, which may be another environment" in answered.problem.what
    assert answered.chosen[NEO4J].stamp == "2026-08-22T02-00-00"


def test_a_damaged_artifact_that_may_be_the_newest_is_not_pinned(tmp_path: Path) -> None:
    artifact(tmp_path, "2026-08-22T05-00-00", 5, 1, 100)
    (tmp_path / "neo4j-2026-08-22T06-00-00.backup").write_bytes(b"")
    answered = answer(make_question(f"file://{tmp_path}"))
    assert answered.problem
    assert not answered.timestamp
    assert "neo4j-2026-08-22T06-00-00.backup" in answered.problem.what


def test_what_a_restore_would_refuse_is_not_pinned_until_it_is_ignored(tmp_path: Path) -> None:
    url = fill(tmp_path, "neo4j-2025-01-01.dump", "neo4j-backup-2026-01-31.dump", "neo4j-test-2026-01-31.dump")
    answered = answer(make_question(url))
    assert answered.problem
    assert not answered.timestamp
    assert "neo4j-backup-2026-01-31.dump looks like a backup of neo4j that is newer than" in answered.problem.what
    assert "IGNORE_OBJECTS=neo4j-backup-2026-01-31.dump" in answered.problem.hint
    ignored = answer(make_question(url, ignore=("neo4j-backup*",)))
    assert (ignored.problem, ignored.timestamp) == (None, "2025-01-01")
    assert answer(make_question(url, timestamp="2025-01-01")).timestamp == "2025-01-01"


def test_a_stale_pointer_is_pinned_by_what_is_said_to_count(bucket: stores.Bucket) -> None:
    for name, content in (("2026-01-30", b"a"), ("2026-01-31", b"b"), ("latest", b"a")):
        bucket.put(f"neo4j-{name}.dump", content)
    refused = answer(make_question(bucket.url, host=bucket.host))
    assert refused.problem
    assert "the pointer may be stale" in refused.problem.what
    for word, stamp in ((spec.OnStaleLatest.NEWEST, "2026-01-31"), (spec.OnStaleLatest.LATEST, "2026-01-30")):
        assert answer(make_question(bucket.url, host=bucket.host, on_stale=word)).timestamp == stamp


def test_a_bucket_that_is_one_object_is_its_set(tmp_path: Path) -> None:
    url = fill(tmp_path, "of-anybody-20260131.dump")
    question = make_question(f"{url}/of-anybody-20260131.dump")
    assert answer(question).timestamp == "20260131"
    both = answer(make_question(f"{url}/of-anybody-20260131.dump", databases=(NEO4J, SYSTEM)))
    assert both.problem
