"""`neo4j-restore finalize` against a recording stub of Enterprise: exit code, report, receipt, and what it sends."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run
from tests.support import archives
from tests.support.bolt import BoltStub, Failure, row, serving
from tests.support.certificates import make_authority

AUTH = {"NEO4J_AUTH": "neo4j/the-first-password", "FINALIZE_SECONDS": "30"}

SCRIPT = """\
CREATE ROLE reader IF NOT EXISTS;
GRANT ACCESS ON DATABASE $database TO reader;
CREATE USER anna SET ENCRYPTED PASSWORD '1,hush-hush,salt' CHANGE NOT REQUIRED;
"""


def write_receipt(data: Path, *databases: str) -> None:
    """Write what a restore of these databases leaves on the volume."""
    home = data / ".neo4j-restore"
    home.mkdir(exist_ok=True)
    last = {"restore_id": "incident-42", "restored": [{"database": name, "wish": "w"} for name in databases]}
    (home / "receipt.json").write_text(json.dumps({"format": 1, "last": last, "wishes": {}}))
    for name in databases:
        if not (data / "databases" / name).exists():
            archives.write_database(data, "restored", name)


def report(data: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((data / ".neo4j-restore" / "finalize.json").read_text())
    return content


@pytest.mark.proves("finalize")
def test_the_databases_of_the_receipt_are_created_and_the_script_beside_them_replayed(
    neo4j_restore: Run, data: Path
) -> None:
    write_receipt(data, "neo4j", "sales")
    archives.write_files(data / "databases/sales/tools", {"metadata_script.cypher": SCRIPT.encode()})
    stub = BoltStub(agent="Neo4j/2026.08.1")
    with serving(stub) as address:
        done = neo4j_restore("finalize", BOLT_URI=address, DATABASE="", **AUTH)
        assert (done.returncode, stub.sent) == (
            0,
            [
                ("CYPHER 25 CREATE DATABASE $name IF NOT EXISTS", {"name": "sales"}),
                ("CYPHER 5 CREATE ROLE reader IF NOT EXISTS", {}),
                ("CYPHER 5 GRANT ACCESS ON DATABASE $database TO reader", {"database": "sales"}),
            ],
        )
        kept = report(data)
        assert kept["restore_id"] == "incident-42"
        assert [each["outcome"] for each in kept["statements"]] == ["done"] * 3
        assert {each["database"]: each["status"] for each in kept["databases"]} == {
            "neo4j": "online",
            "sales": "online",
        }

        # Again: only what leaves things as they are.
        again = neo4j_restore("finalize", "--json", BOLT_URI=address, DATABASE="", **AUTH)
    assert again.returncode == 0
    assert [each["purpose"] for each in json.loads(again.stdout)["statements"]] == ["metadata", "metadata"]


def test_users_are_replayed_if_told_and_no_password_is_anywhere(neo4j_restore: Run, data: Path) -> None:
    write_receipt(data, "neo4j")
    archives.write_files(data / "databases/neo4j/tools", {"metadata_script.cypher": SCRIPT.encode()})
    stub = BoltStub(refuses=lambda cypher: Failure("Neo.ClientError.Statement.SyntaxError", f"bad: {cypher}"))
    with serving(stub) as address:
        done = neo4j_restore("finalize", "--json", BOLT_URI=address, METADATA="users", **AUTH)
    assert done.returncode == 41
    accepting = BoltStub(refuses=lambda cypher: Failure("X.Y.Z.A", f"bad: {cypher}") if "USER" in cypher else None)
    with serving(accepting) as address:
        done = neo4j_restore("finalize", BOLT_URI=address, METADATA="users", **AUTH)
    assert done.returncode == 41
    assert "hush-hush" in accepting.sent[-1][0]
    everywhere = done.stdout + done.stderr + json.dumps(report(data))
    assert "hush" not in everywhere
    assert "the-first-password" not in everywhere
    assert "failed: neo4j: CREATE USER anna IF NOT EXISTS" in done.stdout


def test_a_foreign_script_is_refused_before_anything_is_changed(neo4j_restore: Run, data: Path) -> None:
    write_receipt(data, "neo4j", "sales")
    hostile = {"metadata_script.cypher": b"CREATE ROLE a;\nMATCH (n) DETACH DELETE n;"}
    archives.write_files(data / "databases/sales/tools", hostile)
    before = archives.snapshot(data)
    stub = BoltStub()
    with serving(stub) as address:
        done = neo4j_restore("finalize", BOLT_URI=address, DATABASE="", **AUTH)
        assert (done.returncode, stub.sent) == (11, [])
        assert "line 2 is foreign: MATCH ( n ) DETACH DELETE n" in done.stderr
        assert "METADATA=none" in done.stderr.partition("try: ")[2]
        assert archives.snapshot(data) == before
        without = neo4j_restore("finalize", BOLT_URI=address, DATABASE="", METADATA="none", **AUTH)
    assert without.returncode == 0
    assert [cypher for cypher, _ in stub.sent] == ["CREATE DATABASE $name IF NOT EXISTS"]


@pytest.mark.parametrize("content", [b"CREATE ROLE a;" * 400_000, b"\xff"], ids=["too large", "no text"])
def test_a_script_that_is_too_large_or_no_text_is_refused(neo4j_restore: Run, data: Path, content: bytes) -> None:
    write_receipt(data, "neo4j")
    archives.write_files(data / "databases/neo4j/tools", {"metadata_script.cypher": content})
    with serving(BoltStub()) as address:
        assert neo4j_restore("finalize", BOLT_URI=address, **AUTH).returncode == 11


def test_a_stopped_database_is_started_and_waited_for(neo4j_restore: Run, tmp_path: Path) -> None:
    stub = BoltStub(rows=[row("neo4j", "offline", "offline"), row("system")])
    with serving(stub) as address:
        done = neo4j_restore("finalize", BOLT_URI=address, DATA_DIR=str(tmp_path / "not-mounted"), **AUTH)
    assert (done.returncode, stub.sent) == (0, [("START DATABASE $name", {"name": "neo4j"})])
    assert "neo4j: online" in done.stdout
    assert "no report is kept" in done.stderr


@pytest.mark.proves("finalize")
def test_the_default_database_is_changed_with_the_old_one_stopped_meanwhile(neo4j_restore: Run) -> None:
    stub = BoltStub()
    with serving(stub) as address:
        done = neo4j_restore(
            "finalize", BOLT_URI=address, DATABASE="sales", DEFAULT_DATABASE="sales", DATA_DIR="/nowhere", **AUTH
        )
    assert (done.returncode, [(cypher.split("$")[0], each["name"]) for cypher, each in stub.sent]) == (
        0,
        [
            ("CREATE DATABASE ", "sales"),
            ("STOP DATABASE ", "neo4j"),
            ("CALL dbms.setDefaultDatabase(", "sales"),
            ("START DATABASE ", "neo4j"),
        ],
    )


def test_a_refused_default_leaves_the_old_one_running(neo4j_restore: Run) -> None:
    refused = Failure("Neo.ClientError.Procedure.ProcedureNotFound", "There is no such procedure")
    stub = BoltStub(rows=[row("neo4j"), row("sales"), row("system")])
    stub.refuses = lambda cypher: refused if cypher.startswith("CALL") else None
    with serving(stub) as address:
        done = neo4j_restore(
            "finalize", BOLT_URI=address, DATABASE="sales", DEFAULT_DATABASE="sales", DATA_DIR="/nowhere", **AUTH
        )
    assert done.returncode == 41
    assert "There is no such procedure (Neo.ClientError.Procedure.ProcedureNotFound)" in done.stderr
    assert [cypher.split(" ")[0] for cypher, _ in stub.sent] == ["STOP", "CALL", "START"]


def test_after_a_refused_statement_no_other_is_sent(neo4j_restore: Run, data: Path, tmp_path: Path) -> None:
    write_receipt(data, "sales", "movies")
    stub = BoltStub(refuses=lambda _: Failure("Neo.ClientError.Security.Forbidden", "Permission denied"))
    with serving(stub) as address:
        done = neo4j_restore("finalize", "--json", BOLT_URI=address, DATABASE="", **AUTH)
    assert (done.returncode, len(stub.sent)) == (41, 1)
    assert [each["outcome"] for each in json.loads(done.stdout)["statements"]] == ["failed", "not run"]
    reason = json.loads((tmp_path / "reason").read_text())
    assert (reason["code"], reason["database"]) == (41, "sales")
    assert "Permission denied" in report(data)["error"]


def test_what_passes_is_tried_again(neo4j_restore: Run, data: Path) -> None:
    write_receipt(data, "sales")
    passing = iter([Failure("Neo.TransientError.General.DatabaseUnavailable", "in a moment")])
    stub = BoltStub(refuses=lambda _: next(passing, None))
    with serving(stub) as address:
        done = neo4j_restore("finalize", BOLT_URI=address, DATABASE="", **AUTH)
    assert (done.returncode, [cypher for cypher, _ in stub.sent]) == (0, ["CREATE DATABASE $name IF NOT EXISTS"] * 2)


def test_a_database_that_does_not_start_is_told_with_the_servers_reason(neo4j_restore: Run, data: Path) -> None:
    write_receipt(data, "neo4j")
    broken = row("neo4j", "offline", statusMessage="Store files are missing")
    with serving(BoltStub(rows=[broken, row("system")])) as address:
        done = neo4j_restore("finalize", BOLT_URI=address, **AUTH)
    assert done.returncode == 41
    assert "neo4j does not serve: it is offline: Store files are missing" in done.stderr


def test_a_wrong_password_is_not_tried_again_and_not_told(neo4j_restore: Run, data: Path) -> None:
    write_receipt(data, "neo4j", "system")
    with serving(BoltStub()) as address:
        done = neo4j_restore("finalize", BOLT_URI=address, **{**AUTH, "NEO4J_AUTH": "neo4j/another-password"})
    assert done.returncode == 40
    assert "refuses the user neo4j" in done.stderr
    assert "passwords are those of the backup" in done.stderr
    assert "another-password" not in done.stdout + done.stderr
    assert not (data / ".neo4j-restore" / "finalize.json").exists()


def test_a_server_that_never_comes_ends_at_the_deadline(neo4j_restore: Run) -> None:
    done = neo4j_restore("finalize", BOLT_URI="bolt://127.0.0.1:9", **{**AUTH, "FINALIZE_SECONDS": "0.3"})
    assert done.returncode == 40
    assert "no answer within 0.3 s (FINALIZE_SECONDS): bolt://127.0.0.1:9" in done.stderr


def test_a_host_without_an_address_ends_at_the_deadline(neo4j_restore: Run) -> None:
    done = neo4j_restore("finalize", BOLT_URI="bolt://no-such-host.invalid", **{**AUTH, "FINALIZE_SECONDS": "0.3"})
    assert done.returncode == 40
    assert "is the name of the Service" in done.stderr


def test_another_product_is_told(neo4j_restore: Run) -> None:
    with serving(BoltStub(agent="Graph/1.0")) as address:
        done = neo4j_restore("finalize", BOLT_URI=address, DATA_DIR="/nowhere", **AUTH)
    assert done.returncode == 2
    assert "is not Neo4j: it says that it is 'Graph/1.0'" in done.stderr


def test_without_database_and_receipt_nothing_is_known(neo4j_restore: Run) -> None:
    with serving(BoltStub()) as address:
        done = neo4j_restore("finalize", BOLT_URI=address, DATABASE="", **AUTH)
    assert done.returncode == 2
    assert "neither DATABASE nor a receipt" in done.stderr


def test_a_job_that_starts_during_the_restore_sees_what_the_restore_has_brought(neo4j_restore: Run, data: Path) -> None:
    def restores_meanwhile() -> None:
        write_receipt(data, "sales")

    stub = BoltStub(before_answer=restores_meanwhile)
    with serving(stub) as address:
        done = neo4j_restore("finalize", BOLT_URI=address, DATABASE="sales", **AUTH)
    assert (done.returncode, [cypher for cypher, _ in stub.sent]) == (0, ["CREATE DATABASE $name IF NOT EXISTS"])


def test_a_database_without_a_store_on_the_volume_is_not_created(neo4j_restore: Run, data: Path) -> None:
    write_receipt(data, "neo4j")
    stub = BoltStub()
    with serving(stub) as address:
        done = neo4j_restore("finalize", BOLT_URI=address, DATABASE="neo4j,sales", **AUTH)
    assert (done.returncode, stub.sent) == (0, [])
    assert "left out: sales: the volume has no store of it" in done.stdout


def test_a_ca_file_that_is_none_is_told(neo4j_restore: Run, tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("no certificate")
    done = neo4j_restore("finalize", BOLT_URI="bolt+s://127.0.0.1:9", BOLT_CA_FILE=str(tmp_path / "ca.crt"), **AUTH)
    assert done.returncode == 2
    assert "BOLT_CA_FILE: cannot read certificates" in done.stderr


@pytest.mark.parametrize("scheme", ["bolt+s", "bolt"])
def test_tls_is_trusted_by_the_ca_file(neo4j_restore: Run, data: Path, tmp_path: Path, scheme: str) -> None:
    write_receipt(data, "neo4j")
    make_authority(tmp_path)
    with serving(BoltStub(), tmp_path) as address:
        uri, ca_file = address.replace("bolt", scheme), str(tmp_path / "ca.crt")
        done = neo4j_restore("finalize", BOLT_URI=uri, BOLT_CA_FILE=ca_file, **AUTH)
    assert done.returncode == 0, done.stderr


def test_an_unknown_certificate_is_refused_at_once(neo4j_restore: Run, data: Path, tmp_path: Path) -> None:
    write_receipt(data, "neo4j")
    make_authority(tmp_path)
    with serving(BoltStub(), tmp_path) as address:
        done = neo4j_restore("finalize", BOLT_URI=address.replace("bolt", "bolt+s"), **AUTH)
    assert done.returncode == 40
    assert "TLS failed" in done.stderr
    assert "BOLT_CA_FILE" in done.stderr


def test_it_waits_until_the_restore_container_of_its_values_has_ended(neo4j_restore: Run, data: Path) -> None:
    stub, start = BoltStub(), data / ".neo4j-restore/start.json"
    write_receipt(data, "neo4j", "sales")
    start.write_text(json.dumps({"format": 1, "start_id": "of-before"}))
    environment = {**AUTH, "START_ID": "of-now"}
    with serving(stub) as address:
        early = neo4j_restore("finalize", BOLT_URI=address, **environment | {"FINALIZE_SECONDS": "1"})
        assert (early.returncode, stub.sent) == (40, [])
        assert "the restore container with START_ID=of-now has not ended yet" in early.stderr
        assert "has of-before" in early.stderr
        assert "try: see why the new pod does not start" in early.stderr

        start.write_text(json.dumps({"format": 1, "start_id": "of-now"}))
        done = neo4j_restore("finalize", BOLT_URI=address, DATABASE="", **environment)
    assert (done.returncode, [cypher for cypher, _ in stub.sent]) == (0, ["CREATE DATABASE $name IF NOT EXISTS"])
