"""The commands that change nothing: plan, list and verify, and the log for programs."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import Run
from tests.support import archives
from tests.support.says import says
from tests.support.stores import Bucket


def test_what_is_odd_about_a_choice_is_told_with_urls(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put("neo4j-2026-01-30.tar.gz", archives.tar_gz())
    bucket.put("neo4j-2026-01-31.tar.gz", archives.tar_gz(archives.store_files("newer")))
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore("plan")
    says(
        done,
        10,
        f"{bucket.url}/neo4j-latest.tar.gz is of 2026-01-30",
        f"to restore {bucket.url}/neo4j-2026-01-31.tar.gz",
    )
    taken = neo4j_restore("plan", ON_STALE_LATEST="newest")
    assert f"neo4j: taking {bucket.url}/neo4j-2026-01-31.tar.gz, of 2026-01-31" in taken.stderr


def test_plan_tells_and_changes_nothing(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    plan = json.loads(neo4j_restore("plan", "--json").stdout)
    (planned,) = plan["databases"]
    assert (plan["neo4j_admin"], planned["action"]) == ("4.4.48", "restore")
    assert planned["set"]["object"] == f"{bucket.url}/neo4j-latest.tar.gz"
    assert list(data.iterdir()) == []
    assert "neo4j     restore" in neo4j_restore("plan").stdout


def test_an_answer_that_can_not_be_written_is_one_line(data: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [str(Path(sys.executable).with_name("neo4j-restore")), "status"]
        environment = {**os.environ, "DATA_DIR": str(data)}
        done = subprocess.run(command, env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    says(done, 14, "cannot write the answer to stdout", unsaid="Traceback")


def test_an_empty_list_tells_how_many_objects_were_seen(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put("report.html", b"x")
    bucket.put("other.dump", b"x")
    done = neo4j_restore("list")
    says(done, 0, "no set of neo4j among the 2 objects seen")


def test_list_tells_time_size_kind_and_object_of_each_set(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put("neo4j/neo4j-2026-01-31-02:00:00.tar.gz", archives.tar_gz())
    bucket.put("neo4j/neo4j-2026-02-01-02:00:00.dump", b"DZV1")
    sets = json.loads(neo4j_restore("list", "--json").stdout)
    assert [(each["time"], each["kind"], each["size_bytes"]) for each in sets] == [
        ("2026-02-01T02:00:00+00:00", "dump", 4),
        ("2026-01-31T02:00:00+00:00", "archive", len(archives.tar_gz())),
    ]
    assert "2026-01-31T02:00:00+00:00" in neo4j_restore("list").stdout


def test_verify_tells_where_each_database_is_from(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    says(neo4j_restore("verify"), 10)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    neo4j_restore("run")
    archives.write_database(data, "beside", "movies")
    done = neo4j_restore("verify", DATABASE="neo4j,movies")
    says(done, 0, printed=(f"neo4j: restored from {bucket.url}/neo4j-latest.tar.gz", "movies: present"))


def test_json_logs_carry_the_runs_id(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    lines = [json.loads(line) for line in neo4j_restore("run", LOG_FORMAT="json").stderr.splitlines()]
    assert len(lines) > 3
    assert len({line["run"] for line in lines}) == 1
