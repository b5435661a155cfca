"""A copy of a volume, from a snapshot or a clone: told from its source by VOLUME_ID, as far as the receipt knows it."""

import json
from pathlib import Path
from typing import Any

from tests.conftest import Run
from tests.support import archives
from tests.support.says import says
from tests.support.stores import Bucket

SOURCE, COPY = "production/data-graph-0", "staging/data-graph-0"


def last(data: Path) -> dict[str, Any]:
    """Return the record of the last restore or rollback."""
    record: dict[str, Any] = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]
    return record


def test_the_receipt_knows_the_volume_and_a_restart_there_says_nothing(
    neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", VOLUME_ID=SOURCE), 0)
    assert last(data)["volume"] == SOURCE
    for policy in ("keep", "fail"):
        done = neo4j_restore("run", VOLUME_ID=SOURCE, ON_FOREIGN_VOLUME=policy)
        says(done, 0)
        assert "copy of the volume" not in done.stderr


def test_a_copy_is_kept_with_a_warning(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", VOLUME_ID=SOURCE), 0)
    before = archives.snapshot(data)
    done = neo4j_restore("run", VOLUME_ID=COPY)
    says(done, 0, f"is a copy of the volume {SOURCE}, and this volume is {COPY}")
    assert archives.snapshot(data) == before


def test_a_copy_is_refused_on_request_and_nothing_changes(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", VOLUME_ID=SOURCE), 0)
    before = archives.snapshot(data)
    for command in ("run", "plan"):
        done = neo4j_restore(command, VOLUME_ID=COPY, ON_FOREIGN_VOLUME="fail", FORCE_OVERWRITE="true")
        says(done, 12, f"is of the volume {SOURCE}, expected {COPY}", "ON_FOREIGN_VOLUME=keep")
    assert archives.snapshot(data) == before


def test_a_restore_into_a_copy_makes_it_a_volume_of_its_own(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", VOLUME_ID=SOURCE), 0)
    says(neo4j_restore("run", VOLUME_ID=COPY, FORCE_OVERWRITE="once", RESTORE_ID="new", KEEP_PREVIOUS="true"), 0)
    assert last(data)["volume"] == COPY
    says(neo4j_restore("run", VOLUME_ID=COPY, ON_FOREIGN_VOLUME="fail"), 0)
    says(neo4j_restore("rollback"), 0)
    assert last(data)["volume"] == COPY


def test_a_volume_without_a_name_is_no_copy_of_another(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run"), 0)
    assert last(data)["volume"] is None
    says(neo4j_restore("run", VOLUME_ID=COPY, ON_FOREIGN_VOLUME="fail"), 0)
