"""The jars of a real Neo4j are downloaded side by side, and each is held to its checksum."""

import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.docs.pages import ROOT
from tests.support.says import says

JARS = ROOT / "tools" / "neo4j" / "jars.py"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and logs nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Return the folder of a repository with 40 jars, and its URL on loopback."""
    folder = tmp_path / "repository"
    for number in range(40):
        jar = folder / f"org/example/part{number}/1.0/part{number}-1.0.jar"
        jar.parent.mkdir(parents=True)
        jar.write_bytes(b"jar %d" % number * 1000)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever).start()
        yield folder, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def listed(folder: Path, tmp_path: Path) -> Path:
    """Write the list of the repository's jars, as `tools/neo4j/lock` does."""
    jars = sorted(folder.rglob("*.jar"))
    lines = [f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  {jar.relative_to(folder)}\n" for jar in jars]
    path = tmp_path / "jars.txt"
    path.write_text("".join(lines), encoding="utf-8")
    return path


def fetch(jars: Path, into: Path, url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, JARS, jars, into], env={"MAVEN_REPOSITORY": url}, capture_output=True, text=True, check=False
    )


def test_every_jar_of_the_list_is_there_afterwards(repository: tuple[Path, str], tmp_path: Path) -> None:
    folder, url = repository
    says(fetch(listed(folder, tmp_path), tmp_path / "lib", url), 0)
    made = {jar.name: jar.read_bytes() for jar in (tmp_path / "lib").iterdir()}
    assert made == {jar.name: jar.read_bytes() for jar in folder.rglob("*.jar")}


def test_a_jar_with_another_checksum_is_refused(repository: tuple[Path, str], tmp_path: Path) -> None:
    folder, url = repository
    jars = listed(folder, tmp_path)
    (folder / "org/example/part7/1.0/part7-1.0.jar").write_bytes(b"another")
    done = fetch(jars, tmp_path / "lib", url)
    says(done, 1, "error: org/example/part7/1.0/part7-1.0.jar has the SHA-256", "expected", "try: again")
    assert not (tmp_path / "lib" / "part7-1.0.jar").exists()


def test_a_jar_that_is_not_there_is_named(repository: tuple[Path, str], tmp_path: Path) -> None:
    folder, url = repository
    jars = listed(folder, tmp_path)
    (folder / "org/example/part9/1.0/part9-1.0.jar").unlink()
    says(fetch(jars, tmp_path / "lib", url), 1, "error: 404", "part9-1.0.jar", "MAVEN_REPOSITORY")


@pytest.mark.parametrize("version", sorted((ROOT / "tools" / "neo4j").glob("[0-9]*")), ids=lambda path: path.name)
def test_the_lists_have_a_checksum_and_one_name_for_each_jar(version: Path) -> None:
    lines = [line.split() for line in (version / "jars.txt").read_text(encoding="utf-8").splitlines()]
    names = [Path(path).name for _, path in lines]
    assert len(set(names)) == len(names) > 100
    assert all(len(checksum) == 64 and path.endswith(".jar") for checksum, path in lines)
    assert any(version.name in path for _, path in lines)
