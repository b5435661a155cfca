"""The page's table of decisions is what the guard decides, and its other claims are what the command does."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.docs.pages import ROOT
from tests.support import archives
from tests.support.says import says
from tests.support.stores import Bucket

from neo4j_restore import settings, spec
from neo4j_restore.errors import RestoreError
from neo4j_restore.planning import plan
from neo4j_restore.volume.receipt import Receipt
from neo4j_restore.volume.state import Found, Volume

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

NEO4J = spec.DatabaseName("neo4j")
NOW = datetime(2026, 5, 1, tzinfo=UTC)
SETTINGS = settings.from_environment({"BUCKET": "gs://backups", "DATABASE": "neo4j", "RESTORE_ID": "wish"})
DONE: Mapping[str, Mapping[str, str]] = {"wish": {NEO4J: "2026-01-31T02:00:00+00:00"}}
REMOVED = {"restore_id": "wish", "rolled_back": ["movies"], "removed": [NEO4J], "restored": []}


@dataclass(frozen=True)
class Case:
    """What the guard decides by."""

    found: Found
    in_cluster: bool
    removed: bool
    overwrite: spec.Overwrite
    done: bool
    expired: bool

    @property
    def row(self) -> str:
        """Return which row of the table it is."""
        if self.found is not Found.ABSENT:
            return "the database" if self.found is Found.DATABASE else "files that are not a database"
        if self.in_cluster:
            return "no database, but a cluster's state"
        return "nothing, because the last rollback removed it" if self.removed else "nothing of the database"

    @property
    def column(self) -> str:
        """Return which column of the table it is."""
        once = "`once`, fulfilled" if self.done else "`once`, not yet fulfilled"
        return {spec.Overwrite.NEVER: "`false`", spec.Overwrite.ONCE: once}.get(self.overwrite, "`true`")

    @property
    def said(self) -> str:
        """Return what the page says of it."""
        cell = table()[self.row, self.column]
        if not self.expired or cell not in {"restore", "replace"}:
            return cell
        return "error 2" if self.row.startswith("nothing") else "leave"

    @property
    def decided(self) -> str:
        """Return what the guard decides, in the words of the page."""
        end = NOW - timedelta(seconds=1) if self.expired else NOW + timedelta(days=1)
        receipt = replace(Receipt(), last=REMOVED if self.removed else {}, wishes=DONE if self.done else {})
        volume = Volume({NEO4J: self.found}, self.in_cluster, receipt, free_bytes=1)
        policy = replace(SETTINGS.policy, overwrite=self.overwrite)
        decisions = plan.guard(replace(SETTINGS.request, not_after=end), policy, volume, NOW)
        try:
            plan.refuse(decisions, "/data")
        except RestoreError as error:
            return f"error {error.exit_code}"
        (decision,) = decisions.values()
        return "leave" if decision.action is plan.Action.SKIP else "replace" if decision.replaces else "restore"


CASES = [
    Case(*each) for each in product(Found, [False, True], [False, True], spec.Overwrite, [False, True], [False, True])
]


def table() -> dict[tuple[str, str], str]:
    """Return the cells of the page's table by row and column."""
    lines = PAGE[PAGE.index("| on the volume |") :].split("\n\n")[0].splitlines()
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {(row[0], column): cell for row in rows for column, cell in zip(head[1:], row[1:], strict=True)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row}, {case.column}, {case.expired}")
def test_the_table_says_what_the_guard_decides(case: Case) -> None:
    assert case.decided == case.said


def test_the_table_has_no_cell_that_is_never_met() -> None:
    assert table().keys() == {(case.row, case.column) for case in CASES}


def test_every_error_that_the_page_names_is_an_exit_code() -> None:
    named = {int(code) for code in re.findall(r"(?:error|fails with) (\d+)", PAGE)}
    assert named <= spec.EXIT_CODES.keys()
    assert named >= {2, 10, 12, 20}


def test_an_emptied_volume_is_restored_again_though_the_wish_was_fulfilled(
    neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", FORCE_OVERWRITE="once"), 0)
    restored = archives.snapshot(data)
    archives.empty(data / "databases")
    archives.empty(data / "transactions")
    says(neo4j_restore("run", FORCE_OVERWRITE="once"), 0)
    assert archives.snapshot(data) == restored


def test_without_its_receipt_a_wish_is_not_fulfilled(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", FORCE_OVERWRITE="once"), 0)
    restored = archives.snapshot(data)
    archives.write_database(data, "newer")
    archives.empty(data / ".neo4j-restore")
    says(neo4j_restore("run", FORCE_OVERWRITE="once"), 0)
    assert archives.snapshot(data) == restored
