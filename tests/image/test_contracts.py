"""What the README promises to programs is what the commands print, and what they leave on the volume and in the pod."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run
from tests.support import archives, standin
from tests.support.artifacts import Artifact, dump
from tests.support.authfiles import auth_files
from tests.support.bolt import BoltStub, Failure, serving
from tests.support.says import says
from tests.support.stores import Bucket

from neo4j_restore import reports, spec
from neo4j_restore.admin import launch
from neo4j_restore.finalize.decide import Purpose
from neo4j_restore.finalize.outcome import Ending
from neo4j_restore.planning.plan import Action
from neo4j_restore.sets.backup_set import TimeSource
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.volume.journal import Phase

DEMO = Path(__file__).parents[2] / "demo"

README = (Path(__file__).parents[2] / "tools" / "restore" / "README.md").read_text()

KINDS: dict[type, str] = {str: "text", int: "number", float: "number", bool: "boolean", list: "list", dict: "object"}


@dataclass(frozen=True)
class Row:
    """One field of a table: its path with `*` for any name, its types, and its meaning."""

    path: str
    kinds: frozenset[str]
    tells: str

    def covers(self, path: str) -> bool:
        """Return whether the row is about the field at `path`."""
        return re.fullmatch(re.escape(self.path).replace(r"\*", r"[^.\[]+"), path) is not None


def table(before: str) -> list[Row]:
    """Return the rows of the table below the first line that starts with `before`."""
    _, _, rest = README.partition(f"\n{before}")
    lines = rest[rest.index("\n| field | type | meaning |\n") :].strip().splitlines()[2:]
    rows = [re.fullmatch(r"\| `(.+?)` \| (.+?) \|(.*)\|", line) for line in lines[: lines.index("")]]
    return [Row(row[1], frozenset(row[2].split(" or ")), row[3]) for row in rows if row]


def fields(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every field in `value` with its path: `a.b`, and `a[].b` for what a list's objects have."""
    if isinstance(value, list):
        for each in value:
            yield from fields(each, f"{path}[]")
    if isinstance(value, dict):
        for key, below in value.items():
            yield (inner := f"{path}.{key}".removeprefix(".")), below
            yield from fields(below, inner)


def fits(kind: str, value: Any) -> bool:
    """Return whether a value is what a table calls `kind`."""
    if kind in {"texts", "records"}:
        return isinstance(value, list) and all(fits(kind.removesuffix("s"), each) for each in value)
    if kind == "record":
        return isinstance(value, dict) and "restored" in value
    if kind == "time":
        return (
            isinstance(value, str) and bool(re.match(r"\d{4}-", value)) and bool(datetime.fromisoformat(value).tzinfo)
        )
    return kind == ("null" if value is None else KINDS[type(value)])


def keeps(rows: list[Row], *values: Any) -> None:
    """Assert that `values` have the fields of a table, each of its type, and no others."""
    met: set[Row] = set()
    records = tuple(row.path for row in rows if row.kinds & {"record", "records"})
    for path, value in (field for each in values for field in fields(each)):
        if path.startswith(tuple(f"{record}{mark}" for record in records for mark in ".[")):
            continue  # has a table of its own
        covering = {row for row in rows if row.covers(path)}
        assert covering, f"{path} is not in the README"
        assert any(fits(kind, value) for row in covering for kind in row.kinds), (path, value)
        met |= covering
    assert [row.path for row in rows if row not in met] == []


def words(before: str, path: str) -> list[str]:
    """Return the words in backquotes that a table has for the field at `path`."""
    (cell,) = (row.tells for row in table(before) if row.path == path)
    return re.findall(r"`([^`]+)`", cell)


@pytest.fixture
def restored(neo4j_restore: Run, bucket: Bucket, data: Path) -> Path:
    """Restore one database of two, over data that is kept. Return our folder on the volume."""
    archives.write_database(data, "newer")
    archives.write_database(data, "beside", "movies")
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    bucket.put("graph-latest.tar.gz", archives.tar_gz(below="backups/graph/"))
    again = {"FORCE_OVERWRITE": "once", "KEEP_PREVIOUS": "true"}
    says(neo4j_restore("run", **again), 0)
    says(neo4j_restore("run", DATABASE="graph,movies"), 0)
    return data / ".neo4j-restore"


def three(
    neo4j_restore: Run, bucket: Bucket, tmp_path: Path, *argv: str, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a command with neo4j-admin of 3.5 and with auth files in the bucket, on a volume `three` of its own."""
    bucket.put("three/neo4j-latest.tar.gz", archives.tar_gz())
    for name, content in auth_files("neo4j").items():
        bucket.put(f"three/dbms/{name}", content)
    home, data = tmp_path / "admin-3", tmp_path / "three"
    if not home.exists():
        standin.install(home, "3.5.35")
    data.mkdir(exist_ok=True)
    places = {"BUCKET": f"{bucket.url}/three", "DATA_DIR": str(data), "NEO4J_HOME": str(home)}
    return neo4j_restore(*argv, AUTH_FILES="true", **places, **env)


def test_a_plan_has_the_fields_of_its_table(neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path) -> None:
    archives.write_database(data, "beside", "movies")
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    bucket.put("graph-2020-02-30.dump", b"of a day that is none, and older")
    bucket.put("graph.dump", dump(archives.store_files(), b""))
    (tmp_path / "neo4j/lib").mkdir(parents=True)
    (tmp_path / "neo4j/lib/neo4j-enterprise-4.4.48.jar").touch()
    standin.install(tmp_path / "neo4j")
    sets = {"neo4j": "archive", "graph": "dump"}
    drill = {
        "finished": "2026-01-31T03:00:00+00:00",
        "bytes": 1000,
        "seconds": 4.0,
        "restored": [{"database": name, "kind": kind, "object": "x"} for name, kind in sets.items()],
        "phases": {"prepare": 1.0, "transfer": 3.0, "inspect": 0.5},
        "drill": {"succeeded": True, "phases": {"start": 8.0}},
    }
    bucket.put(f"drills/{datetime.now(UTC):%Y-%m-%d}.json", json.dumps(drill).encode())
    both = json.loads(neo4j_restore("plan", "--json", DATABASE="neo4j,movies,graph").stdout)
    nothing = json.loads(neo4j_restore("plan", "--json", DATABASE="movies").stdout)
    users = json.loads(three(neo4j_restore, bucket, tmp_path, "plan", "--json").stdout)
    keeps(table("### `plan --json`"), both, nothing, users, _plan_of_a_chain(neo4j_restore, bucket, tmp_path))
    assert [each["action"] for each in both["databases"][:2]] == words("### `plan --json`", "databases[].action")
    assert both["forecast"]["by"] in words("### `plan --json`", "forecast.by")
    assert both["databases"][0]["set"] == json.loads(neo4j_restore("list", "--json").stdout)[0]


def _plan_of_a_chain(neo4j_restore: Run, bucket: Bucket, tmp_path: Path) -> Any:
    bucket.put("chain/neo4j-20260131T020000.backup", Artifact().write("BTV1", b""))
    later = Artifact(full=False, lowest=101, highest=200)
    bucket.put("chain/neo4j-20260131T030000.backup", later.write("BTV1", b""))
    home = standin.install_enterprise_5(tmp_path / "enterprise")
    done = neo4j_restore("plan", "--json", BUCKET=f"{bucket.url}/chain", DATABASE="neo4j", NEO4J_HOME=str(home))
    return json.loads(done.stdout)


def test_a_list_has_the_fields_of_its_table(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    bucket.put("neo4j-2026-01-31-02:00:00.dump", (DEMO / "neo4j.dump").read_bytes())
    bucket.put("neo4j-2026-01-31T03-00-00.backup", Artifact().write("BZV1", b""))
    bucket.put("neo4j-2026-01-31.zip", b"PK")
    for name, content in archives.store_files().items():
        bucket.put(f"neo4j-2026-01-30/{name}", content)
    bucket.put("neo4j-2026-02-30.dump", b"of a day that is none")
    sets = json.loads(neo4j_restore("list", "--json").stdout)
    keeps(table("### `list --json`"), sets)
    assert {each["kind"] for each in sets} == {*Kind, "unknown"} == set(words("### `list --json`", "[].kind"))
    assert {*words("### `list --json`", "[].time_source")} == set(TimeSource)


def test_status_has_the_fields_of_its_table(neo4j_restore: Run, restored: Path, tmp_path: Path) -> None:
    status = json.loads(neo4j_restore("status", "--json").stdout)
    (tmp_path / "empty").mkdir()
    nothing = json.loads(neo4j_restore("status", "--json", DATA_DIR=str(tmp_path / "empty")).stdout)
    keeps(table("### `status --json`"), status, nothing)
    assert [nothing["state"], status["state"]] == words("### `status --json`", "state")
    assert status["history"][-1] == status["receipt"] == json.loads((restored / "receipt.json").read_text())["last"]


def test_every_phase_of_the_journal_is_told_in_its_order() -> None:
    _, _, below = README.partition("| phase | what is on the disk | what the next start does |\n")
    assert re.findall(r"^\| `(\w+)` \|", below.split("\n\n")[0], re.MULTILINE) == list(Phase)


def test_a_rollback_has_the_fields_of_its_table(neo4j_restore: Run, bucket: Bucket, tmp_path: Path) -> None:
    archives.write_database(tmp_path / "three", "newer")
    says(three(neo4j_restore, bucket, tmp_path, "run", FORCE_OVERWRITE="once", KEEP_PREVIOUS="true"), 0)
    done = json.loads(three(neo4j_restore, bucket, tmp_path, "rollback", "--json").stdout)
    keeps(table("### `rollback --json`"), done)
    (_, record) = map(json.loads, (tmp_path / "three/.neo4j-restore/history.jsonl").read_text().splitlines())
    keeps(table("The record of a rollback:"), record)
    assert json.loads(three(neo4j_restore, bucket, tmp_path, "rollback", "--json").stdout) == {"rolled_back": []}


def test_a_report_of_finalize_has_the_fields_of_its_table(neo4j_restore: Run, restored: Path) -> None:
    refused = Failure("Neo.ClientError.Security.Forbidden", "Permission denied")
    auth = {"NEO4J_AUTH": "neo4j/the-first-password"}
    with serving(BoltStub()) as address, serving(BoltStub(refuses=lambda _: refused)) as strict:
        done = neo4j_restore("finalize", "--json", BOLT_URI=address, DATABASE="graph,absent", **auth)
        kept = json.loads((restored / "finalize.json").read_text())
        failed = neo4j_restore("finalize", "--json", BOLT_URI=strict, DATABASE="graph", DATA_DIR="/nowhere", **auth)
    assert (done.returncode, failed.returncode) == (0, 41)
    assert kept == json.loads(done.stdout)
    keeps(table("### `finalize --json`"), kept, json.loads(failed.stdout))
    assert words("### `finalize --json`", "statements[].purpose") == list(Purpose)
    assert words("### `finalize --json`", "statements[].outcome") == list(Ending)


def test_a_result_of_a_drill_has_the_fields_of_its_table(neo4j_restore: Run, restored: Path) -> None:
    asked = json.dumps([{"query": "RETURN 1", "database": "neo4j"}, {"query": "RETURN 1"}])
    with serving(BoltStub()) as address:
        done = neo4j_restore(
            "drill", "--json", BOLT_URI=address, NEO4J_AUTH="neo4j/the-first-password", DRILL_ASSERTIONS=asked
        )
        whole = neo4j_restore("drill", "--json", BOLT_URI=address, NEO4J_AUTH="neo4j/the-first-password")
    result = json.loads(done.stdout)
    assert json.loads(whole.stdout)["drill"]["succeeded"] is True
    # The stub returns no row, so neither holds. One that holds has no problem.
    result["drill"]["assertions"].append({**result["drill"]["assertions"][0], "problem": None})
    keeps(table("### `drill --json`"), {"drill": result.pop("drill")})
    assert result == json.loads((restored / "receipt.json").read_text())["last"]


def _receipt_of_a_migration(neo4j_restore: Run, bucket: Bucket, top: Path) -> Any:
    (top / "migrated").mkdir()
    older = archives.store_files() | {"neostore": archives.neostore("AF4.3.0")}
    bucket.put("older/neo4j.dump", dump(older))
    home = {"NEO4J_HOME": str(standin.install_loading(top / "five", "5.26.30")), "DATA_DIR": str(top / "migrated")}
    says(neo4j_restore("run", BUCKET=f"{bucket.url}/older", DATABASE="neo4j", MIGRATE="true", **home), 0)
    return json.loads((top / "migrated/.neo4j-restore/receipt.json").read_text())


def test_receipt_and_history_have_the_fields_of_their_tables(
    neo4j_restore: Run, bucket: Bucket, restored: Path, tmp_path: Path
) -> None:
    for name, content in archives.store_files().items():
        bucket.put(f"people/2026-01-30/{name}", content)
    says(neo4j_restore("run", DATABASE="people,movies"), 0)
    receipt = json.loads((restored / "receipt.json").read_text())
    history = [json.loads(line) for line in (restored / "history.jsonl").read_text().splitlines()]
    migrated = _receipt_of_a_migration(neo4j_restore, bucket, tmp_path)
    keeps(table("### Receipt and history"), receipt, migrated)
    says(three(neo4j_restore, bucket, tmp_path, "run"), 0)
    (users,) = map(json.loads, (tmp_path / "three/.neo4j-restore/history.jsonl").read_text().splitlines())
    keeps(table("`.neo4j-restore/history.jsonl` has"), *history, users, migrated["last"])
    assert (len(history), history[-1]) == (3, receipt["last"])
    assert words("`.neo4j-restore/history.jsonl` has", "force_overwrite") == list(spec.Overwrite)


def test_the_termination_message_has_the_fields_of_its_table(neo4j_restore: Run, tmp_path: Path) -> None:
    done = neo4j_restore("run")
    reason = json.loads((tmp_path / "reason").read_text())
    keeps(table("### Termination message"), reason)
    assert reason["code"] == done.returncode == 10
    assert f"at most {reports._MESSAGE_BYTES} bytes" in README


def test_a_log_line_has_the_fields_of_its_table(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    lines = neo4j_restore("run", LOG_FORMAT="json").stderr.splitlines()
    keeps(table("### Log lines"), *map(json.loads, lines))


def test_what_may_not_be_done_ends_with_a_code_in_place_of_a_plan(neo4j_restore: Run, data: Path) -> None:
    archives.write_files(data / "databases/neo4j", {"precious": b"?"})
    done = neo4j_restore("plan", "--json")
    says(done, 12)
    assert done.stdout == ""
    assert set(words("### `plan --json`", "databases[].action")) | {"refuse", "expired"} == set(Action)


def test_the_variables_that_neo4j_admin_gets_are_all_named() -> None:
    _, _, section = README.partition("### What neo4j-admin gets\n")
    named = set(re.findall(r"`([A-Z0-9_]{2,})`", section.partition("\n###")[0]))
    ours = {"HEAP_SIZE", "NEO4J_CONF", "STALL_SECONDS", "NEO4J_AUTH"}
    assert named == launch.PASSED | ours
