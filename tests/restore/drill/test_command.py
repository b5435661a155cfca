"""`neo4j-restore drill` against a recording stub of a server: exit code, result, metrics, and what it asks."""

import json
import threading
from pathlib import Path
from typing import Any

from tests.conftest import Run
from tests.restore.drill.asking import LOGIN, RESTORED, Counting, assertions
from tests.support.bolt import Failure, serving
from tests.support.patience import HANGS_AFTER_SECONDS
from tests.support.says import says
from tests.support.stores import Bucket


def test_assertions_that_hold_end_with_0_and_the_result_has_the_form_of_a_receipt(
    neo4j_restore: Run, restored: Path, tmp_path: Path
) -> None:
    metrics = tmp_path / "drill.prom"
    with serving(Counting()) as address:
        done = neo4j_restore(
            "drill",
            "--json",
            BOLT_URI=address,
            DRILL_ASSERTIONS=assertions(7, {"atLeast": 5}),
            METRICS_FILE=str(metrics),
            DRILL_NAME="graph",
            **LOGIN,
        )
    says(done, 0)
    result = json.loads(done.stdout)
    assert (result["bytes"], result["seconds"], result["restored"]) == (1000, 4.0, [RESTORED])
    assert (result["drill"]["name"], result["drill"]["succeeded"]) == ("graph", True)
    assert [each["holds"] for each in result["drill"]["assertions"]] == [True, True]
    assert 'neo4j_restore_drill_bytes{name="graph"} 1000\n' in metrics.read_text()


def test_every_assertion_is_asked_and_told_also_after_one_that_fails(
    neo4j_restore: Run, restored: Path, tmp_path: Path
) -> None:
    reason = tmp_path / "termination"
    reason.touch()
    metrics = tmp_path / "drill.prom"
    with serving(Counting()) as address:
        done = neo4j_restore(
            "drill",
            BOLT_URI=address,
            DRILL_ASSERTIONS=assertions({"atMost": 5}, 7, 8),
            METRICS_FILE=str(metrics),
            TERMINATION_LOG=str(reason),
            **LOGIN,
        )
    says(
        done,
        42,
        "2 of 3 assertions do not hold: MATCH (n) RETURN count(n) AS n: found 7, expected at most 5, and 1 more",
    )
    assert "holds: MATCH (n) RETURN count(n) AS n: is 7\n" in done.stdout
    assert "fails: MATCH (n) RETURN count(n) AS n: found 7, expected 8\n" in done.stdout
    assert json.loads(reason.read_text())["code"] == 42
    assert 'assertions_failed{name="drill"} 2\n' in metrics.read_text()


def test_a_query_that_the_server_refuses_is_an_assertion_that_does_not_hold(neo4j_restore: Run, restored: Path) -> None:
    wrong = Failure("Neo.ClientError.Statement.SyntaxError", "Invalid input 'MTCH'")
    with serving(Counting(refuses=lambda cypher: wrong if "MTCH" in cypher else None)) as address:
        both = [{"query": "MTCH (n) RETURN n"}, {"query": "MATCH (n) RETURN n"}]
        done = neo4j_restore("drill", "--json", BOLT_URI=address, DRILL_ASSERTIONS=json.dumps(both), **LOGIN)
    says(done, 42, "Invalid input 'MTCH'")
    assert [each["holds"] for each in json.loads(done.stdout)["drill"]["assertions"]] == [False, True]


def test_without_assertions_a_server_that_answers_is_enough_and_the_pod_says_so(
    neo4j_restore: Run, restored: Path, tmp_path: Path
) -> None:
    reason = tmp_path / "termination"
    reason.touch()
    with serving(Counting()) as address:
        says(neo4j_restore("drill", BOLT_URI=address, TERMINATION_LOG=str(reason), **LOGIN), 0)
    ended = json.loads(reason.read_text())
    assert ended["code"] == 0
    assert "restored neo4j: 1000 bytes in 4.0 s" in ended["message"]


def test_a_volume_that_nothing_was_restored_to_is_refused(neo4j_restore: Run, data: Path) -> None:
    with serving(Counting()) as address:
        says(neo4j_restore("drill", BOLT_URI=address, **LOGIN), 2, "no receipt in", "restore into DATA_DIR first")


def test_a_server_that_does_not_answer_is_told_with_the_variable_of_its_time(
    neo4j_restore: Run, restored: Path
) -> None:
    done = neo4j_restore("drill", BOLT_URI="bolt://127.0.0.1:1", **{**LOGIN, "DRILL_SECONDS": "0.5"})
    says(done, 40, "no answer within 0.5 s (DRILL_SECONDS)")


def test_all_mistakes_are_told_at_once(neo4j_restore: Run) -> None:
    done = neo4j_restore("drill", DRILL_ASSERTIONS="[1]", DRILL_NAME="a b", PUSHGATEWAY_URL="gateway", METRICS_FILE="x")
    says(done, 2, "DRILL_ASSERTIONS: assertion 1", "DRILL_NAME: ", "METRICS_FILE: ", "PUSHGATEWAY_URL: ")


def test_a_query_that_hangs_is_an_assertion_that_does_not_hold_and_the_others_are_asked(
    neo4j_restore: Run, restored: Path
) -> None:
    over = threading.Event()

    class Hanging(Counting):
        def answer(self, cypher: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
            if "apoc.util.sleep" in cypher:
                over.wait(HANGS_AFTER_SECONDS)
            return super().answer(cypher, parameters)

    asked = [{"query": "CALL apoc.util.sleep(100000000)"}, {"query": "MATCH (n) RETURN n"}]
    with serving(Hanging()) as address:
        done = neo4j_restore(
            "drill", "--json", BOLT_URI=address, DRILL_ASSERTIONS=json.dumps(asked), **{**LOGIN, "DRILL_SECONDS": "2"}
        )
        over.set()
    says(done, 42, "apoc.util.sleep(100000000): no answer within")
    assert [each["holds"] for each in json.loads(done.stdout)["drill"]["assertions"]] == [False, True]


def test_a_database_that_never_opens_is_an_assertion_that_does_not_hold(neo4j_restore: Run, restored: Path) -> None:
    closed = Failure("Neo.TransientError.Database.DatabaseUnavailable", "Database 'sales' is unavailable.")
    asked = [{"query": "MATCH (s) RETURN s"}, {"query": "MATCH (n) RETURN n"}]
    with serving(Counting(refuses=lambda cypher: closed if "(s)" in cypher else None)) as address:
        done = neo4j_restore(
            "drill", "--json", BOLT_URI=address, DRILL_ASSERTIONS=json.dumps(asked), **{**LOGIN, "DRILL_SECONDS": "1"}
        )
    says(done, 42, "is unavailable")
    assert [each["holds"] for each in json.loads(done.stdout)["drill"]["assertions"]] == [False, True]


def test_metrics_that_can_not_be_written_hide_no_result(neo4j_restore: Run, restored: Path, bucket: Bucket) -> None:
    with serving(Counting()) as address:
        asked = {"BOLT_URI": address, "DRILL_ASSERTIONS": assertions(7), "METRICS_FILE": "/nowhere/drill.prom"}
        done = neo4j_restore("drill", **asked, **LOGIN)
    assert done.returncode
    says(done, done.returncode, "METRICS_FILE: cannot write /nowhere/drill.prom", "holds: MATCH")
    assert len(list(bucket.handle.list_blobs())) == 1


def test_no_more_than_two_rows_are_asked_for(neo4j_restore: Run, restored: Path) -> None:
    stub = Counting()
    with serving(stub) as address:
        says(neo4j_restore("drill", BOLT_URI=address, DRILL_ASSERTIONS=assertions(7), **LOGIN), 0)
    assert stub.pulls[-1] == 2
