"""The result that a drill leaves in the bucket, on every store, and what happens where it may not."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run
from tests.restore.drill.asking import LOGIN, RESTORED, Counting, assertions, make_receipt
from tests.restore.stores.subjects import Subject, open_with
from tests.support.bolt import serving
from tests.support.gateway import Fault, Gateway
from tests.support.says import says
from tests.support.stores import Bucket

from neo4j_restore.drill import result
from neo4j_restore.sets import drills

pytestmark = pytest.mark.usefixtures("restored")


def results(subject: Subject, environment: dict[str, str]) -> dict[str, Any]:
    """Return all objects below the subject's path, parsed."""
    store, contents = open_with(environment), {}
    for each in store.list(subject.prefix):
        with store.read(store.stat(each)) as stream:
            contents[each.key.removeprefix(subject.prefix)] = json.loads(stream.readall())
    store.close()
    return contents


def below(subject: Subject) -> dict[str, str]:
    """Return the environment of a restore from the subject's path."""
    bucket = subject.environment["BUCKET"]
    path = "" if bucket.startswith("file:") else "/p"
    return {**subject.environment, "BUCKET": f"{bucket}{path}"}


def drilled(run: Run, environment: dict[str, str], expect: object = 7) -> Any:
    with serving(Counting()) as address:
        asked = {"BOLT_URI": address, "DRILL_ASSERTIONS": assertions(expect), "DRILL_NAME": "eu.prod.graph"}
        return run("drill", "--json", **LOGIN, **asked, **environment)


def test_the_result_is_in_the_bucket_and_its_name_sorts_by_time(subject: Subject, neo4j_restore: Run) -> None:
    done = drilled(neo4j_restore, below(subject))
    says(done, 0, "the result of the drill is in ")
    ((key, result),) = results(subject, below(subject)).items()
    assert re.fullmatch(r"drills/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z_eu\.prod\.graph\.json", key)
    assert result == json.loads(done.stdout)
    assert result["drill"]["result"] == f"{below(subject)['BUCKET']}/{key}"
    assert (result["drill"]["succeeded"], result["restored"]) == (True, [RESTORED])
    measured = drills.measured(result)
    assert measured is not None
    assert (measured.size_bytes, measured.seconds) == (1000, 4)
    assert measured.start_seconds == result["drill"]["phases"]["start"]


def test_the_result_of_a_drill_that_fails_is_there_too(bucket: Bucket, neo4j_restore: Run, tmp_path: Path) -> None:
    says(drilled(neo4j_restore, {}, expect=8), 42)
    (blob,) = bucket.handle.list_blobs()
    assert json.loads(blob.download_as_bytes())["drill"]["succeeded"] is False
    assert f"The result is in {bucket.url}/drills/" in json.loads((tmp_path / "reason").read_text())["hint"]


def test_an_identity_that_may_not_write_costs_one_warning_with_the_right_it_lacks(
    remote: Subject, between: Gateway, neo4j_restore: Run, tmp_path: Path
) -> None:
    between.faults += [Fault(403)] * 10
    done = drilled(neo4j_restore, {**below(remote), remote.host_variable: between.host})
    says(done, 0, "the result of the drill is not kept: cannot write ")
    rights = {"gs": "roles/storage.objectCreator", "s3": "s3:PutObject", "azb": "Storage Blob Data Contributor"}
    right = rights[remote.environment["BUCKET"].partition(":")[0]]
    assert done.stderr.count(" warning: ") == 1
    assert right in done.stderr
    assert json.loads(done.stdout)["drill"]["result"] is None
    assert right in json.loads((tmp_path / "reason").read_text())["message"]
    # No secret of the environment is in any of it.
    assert not [each for each in ("hush", "aHVzaC1rZXkt") if each in done.stderr + done.stdout]


def test_a_folder_that_is_read_only_costs_one_warning(neo4j_restore: Run, tmp_path: Path) -> None:
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "drills").write_text("a file where the folder should be")
    done = drilled(neo4j_restore, {"BUCKET": f"file://{tmp_path}/sets"})
    says(done, 0, "the result of the drill is not kept", "mount the folder without readOnly")


@pytest.mark.parametrize("lost", [False, True], ids=["busy", "answer lost"])
def test_a_store_that_is_busy_gets_the_result_later_and_once(
    remote: Subject, between: Gateway, neo4j_restore: Run, lost: bool
) -> None:
    between.faults += [Fault(lost=True)] if lost else [Fault(503)]
    reached = {**below(remote), remote.host_variable: between.host, "RETRY_SECONDS": "60"}
    says(drilled(neo4j_restore, reached), 0, "the result of the drill is in ")
    assert len(results(remote, below(remote))) == 1


def test_a_key_that_is_missing_is_no_failure_of_the_drill(neo4j_restore: Run, tmp_path: Path) -> None:
    absent = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "absent.json"), "STORAGE_EMULATOR_HOST": ""}
    says(drilled(neo4j_restore, absent), 0, "the result of the drill is not kept", "absent.json")


def test_without_a_bucket_nothing_is_written(bucket: Bucket, neo4j_restore: Run) -> None:
    done = drilled(neo4j_restore, {"BUCKET": ""})
    says(done, 0, unsaid="the result of the drill")
    assert json.loads(done.stdout)["drill"]["result"] is None
    assert list(bucket.handle.list_blobs()) == []


def test_mistakes_in_both_kinds_of_variables_are_told_at_once(neo4j_restore: Run) -> None:
    done = neo4j_restore("drill", BUCKET="gs:/x", DATABASE="", DRILL_NAME="a b")
    says(done, 2, "BUCKET: ", "DATABASE", "DRILL_NAME: ")


def test_where_the_bucket_names_the_set_the_result_is_beside_it(neo4j_restore: Run, data: Path, tmp_path: Path) -> None:
    archive = tmp_path / "sets" / "neo4j.dump"
    archive.parent.mkdir()
    archive.write_bytes(b"")
    make_receipt(data, restored=[{**RESTORED, "object": f"file://{archive}"}])
    says(drilled(neo4j_restore, {"BUCKET": f"file://{archive}"}), 0)
    (file,) = (tmp_path / "sets" / "drills").iterdir()
    assert json.loads(file.read_text())["drill"]["succeeded"] is True


def test_a_result_is_never_too_large_to_be_read() -> None:
    about = {"database": None, "query": "\u00e9" * 10_000, "expected": "1", "holds": False, "problem": "x" * 300}
    text = result.text_of({"restored": [], "drill": {"assertions": [about] * 100}})
    assert len(text) <= drills.MOST_BYTES
    assert len(json.loads(text)["drill"]["assertions"]) == 100
