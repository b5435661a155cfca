"""`neo4j-restore finalize` against Community 5.26 and 2026.08: what it does there, and what it says it can't do."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.real.databases import FIRST_USER, home_of
from tests.real.neo4j import DEADLINE_SECONDS, Neo4j, free_port
from tests.real.restoring import COMMAND
from tests.support import archives, used


@dataclass(frozen=True)
class Site:
    """A running server, and how to finalize it."""

    server: Neo4j
    version: str

    def finalize(self, *argv: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """Run the command as a pod beside the server does: with the Secret as a variable, and without the volume."""
        used.real(self.server.home)
        environment = {
            "PATH": os.environ["PATH"],
            "BOLT_URI": f"bolt://127.0.0.1:{self.server.ports[0]}",
            "NEO4J_AUTH": "/".join(FIRST_USER),
            "DATABASE": "neo4j,system",
            "DATA_DIR": "/not-mounted",
            **changed,
        }
        return subprocess.run(
            [COMMAND, "finalize", *argv],
            env=environment,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )


@pytest.fixture(scope="module", params=["5.26.30", "2026.08.1"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run one Community server with a login for all tests of a version."""
    folder = tmp_path_factory.mktemp("finalize")
    folder.chmod(0o755)
    server = Neo4j(home_of(request.param), folder / "data", FIRST_USER)
    server.set_password()
    with server:
        yield Site(server, request.param)


@pytest.mark.proves("finalize")
def test_a_server_that_needs_nothing_gets_nothing_however_often_it_is_asked(site: Site) -> None:
    for _ in range(2):
        done = site.finalize("--json")
        assert done.returncode == 0, done.stderr
        result = json.loads(done.stdout)
        assert (result["edition"], result["default"], result["statements"]) == ("community", "neo4j", [])
        assert [each["status"] for each in result["databases"]] == ["online", "online"]
    assert set(site.server.status_of_databases()) == {"neo4j", "system"}


@pytest.mark.refuses("finalize", because="Community serves one database, and has no roles")
def test_a_second_database_is_refused_by_name_and_nothing_is_changed(site: Site) -> None:
    done = site.finalize(DATABASE="neo4j,sales,movies")
    assert done.returncode == 2
    assert "can't serve sales, movies" in done.stderr
    assert "try: use Enterprise, or restore only the database of this server: DATABASE=neo4j" in done.stderr
    assert set(site.server.status_of_databases()) == {"neo4j", "system"}


def test_another_default_database_is_refused(site: Site) -> None:
    done = site.finalize(DEFAULT_DATABASE="system")
    assert done.returncode == 2
    assert "Community can't change its default database, which is neo4j" in done.stderr


def test_a_metadata_script_is_left_out_with_the_reason(site: Site, tmp_path: Path) -> None:
    archives.write_files(tmp_path, {"script.cypher": b"CREATE ROLE reader;"})
    done = site.finalize("--json", DATABASE="neo4j", METADATA_FILE=str(tmp_path / "script.cypher"))
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["left_out"] == ["the metadata script of neo4j: Community has neither roles nor privileges"]


def test_a_foreign_script_is_refused_and_the_data_is_there(site: Site, tmp_path: Path) -> None:
    site.server.query("MERGE (:Kept)")
    archives.write_files(tmp_path, {"script.cypher": b"MATCH (n) DETACH DELETE n;"})
    done = site.finalize(DATABASE="neo4j", METADATA_FILE=str(tmp_path / "script.cypher"))
    assert done.returncode == 11
    assert site.server.query("MATCH (n:Kept) RETURN count(n) AS n") == [{"n": 1}]


@pytest.mark.parametrize("auth", ["neo4j/another-password", "none"])
def test_a_wrong_login_ends_at_once(site: Site, auth: str) -> None:
    done = site.finalize(NEO4J_AUTH=auth)
    assert done.returncode == 40
    assert "Neo.ClientError.Security.Unauthorized" in done.stderr
    assert "another-password" not in done.stderr


def test_a_mounted_secret_is_the_login(site: Site, tmp_path: Path) -> None:
    archives.write_files(tmp_path, {"username": FIRST_USER[0].encode(), "password": FIRST_USER[1].encode()})
    done = site.finalize(NEO4J_AUTH="", BOLT_AUTH_FILE=str(tmp_path))
    assert done.returncode == 0, done.stderr


def test_a_server_that_never_comes_ends_at_the_deadline() -> None:
    environment = {"PATH": os.environ["PATH"], "DATABASE": "neo4j", "DATA_DIR": "/not-mounted", "FINALIZE_SECONDS": "1"}
    environment["BOLT_URI"] = f"bolt://127.0.0.1:{free_port()}"
    done = subprocess.run([COMMAND, "finalize"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 40
    assert "no answer within 1 s" in done.stderr
