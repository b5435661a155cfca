"""neo4j-admin: the argv of each version, where it is found, and what its endings mean."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import standin

from neo4j_restore import admin, families, spec
from neo4j_restore.admin import Admin
from neo4j_restore.errors import AdminError, BackupDamagedError, ConfigurationError, MigrationNeededError
from neo4j_restore.families import Edition, Version

NEO4J = spec.DatabaseName("neo4j")


ARTIFACT = "database restore neo4j --from-path=S --additional-config=C"


@pytest.mark.parametrize(
    ("version", "artifact", "load"),
    [
        ("4.4.48", "", ""),
        ("5.0.0", ARTIFACT, ""),
        ("5.19.0", ARTIFACT, ""),
        ("5.20.0", ARTIFACT, "database load neo4j --from-path=S"),
        ("5.23.0", ARTIFACT, "database load neo4j --from-path=S"),
        ("5.24.0", f"{ARTIFACT} --temp-path=T", "database load neo4j --from-path=S"),
        ("2025.2.0", f"{ARTIFACT} --temp-path=T", "database load neo4j --from-path=S"),
    ],
)
def test_each_version_has_its_way_with_backup_artifacts(version: str, artifact: str, load: str) -> None:
    major, minor = map(int, version.split(".")[:2])
    family = families.family(Version(major, minor))
    argv = [
        " ".join(each).format(source="S", database="neo4j", conf="C", temp="T")
        for each in (family.artifact, family.load_artifact)
    ]
    assert argv == [artifact, load]


def test_a_full_artifact_is_loaded_but_by_enterprise() -> None:
    family = families.family(Version(5, 26))
    ways = {
        (edition, full): families.way_of_artifact(family, edition, full=full)
        for edition in (*Edition, None)
        for full in (True, False)
    }
    loaded = {which for which, way in ways.items() if way is family.load_artifact}
    assert loaded == {(Edition.COMMUNITY, True), (None, True)}


@pytest.mark.parametrize(
    ("jars", "edition"),
    [
        ({"neo4j-5.26.30.jar", "neo4j-kernel-5.26.30.jar"}, Edition.COMMUNITY),
        ({"neo4j-5.26.30.jar", "neo4j-enterprise-kernel-5.26.30.jar"}, Edition.ENTERPRISE),
        ({"some-enterprise-thing.jar"}, None),
        (set(), None),
    ],
)
def test_the_edition_is_told_by_the_jars(jars: set[str], edition: Edition | None, tmp_path: Path) -> None:
    home = standin.install(tmp_path)
    (home / "lib").mkdir()
    for jar in jars:
        (home / "lib" / jar).touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/neo4j-admin").symlink_to(home / "bin/neo4j-admin")
    assert admin.find_admin({"NEO4J_HOME": str(home)}, "64m").edition is edition
    assert admin.find_admin({"PATH": str(tmp_path / "elsewhere")}, "64m").edition is edition


@pytest.mark.parametrize(
    ("version", "restore", "load", "stdin"),
    [
        ("3.3.5", "restore --from=S --database=neo4j", "load --from=S --database=neo4j", ""),
        ("3.5.35", "restore --from=S --database=neo4j", "load --from=S --database=neo4j", ""),
        ("4.1.12", "restore --from=S --database=neo4j", "load --from=S --database=neo4j", ""),
        ("4.2.0", "restore --from=S --database=neo4j --move", "load --from=S --database=neo4j", ""),
        (
            "4.4.48",
            "restore --from=S --database=neo4j --move",
            "load --from=S --database=neo4j",
            "load --from=- --database=neo4j",
        ),
        ("5.26.30", "", "", "database load neo4j --from-stdin"),
        ("2025.12.1", "", "", "database load neo4j --from-stdin"),
    ],
)
def test_each_version_has_its_commands(version: str, restore: str, load: str, stdin: str) -> None:
    major, minor = map(int, version.split(".")[:2])
    family = families.family(Version(major, minor))
    argv = [
        " ".join(each).format(source="S", database="neo4j") for each in (family.restore, family.load, family.load_stdin)
    ]
    assert argv == [restore, load, stdin]


def test_the_version_is_asked_of_the_neo4j_admin_found(tmp_path: Path) -> None:
    home = standin.install(tmp_path, "4.1.12")
    assert admin.find_admin({"NEO4J_HOME": str(home)}, "64m").version == Version(4, 1, 12)
    assert admin.find_admin({"PATH": f"{home}/bin"}, "64m").program == home / "bin/neo4j-admin"


@pytest.mark.parametrize(("name", "said"), [("NEO4J_HOME", "NEO4J_HOME"), ("PATH", "on PATH")])
def test_no_neo4j_admin_is_a_matter_of_configuration(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=said):
        admin.find_admin({name: str(tmp_path)}, "64m")


@pytest.mark.parametrize(("answer", "said"), [("no Java here", "no Java here"), ("2.3.0", "expected 3.0 or later")])
def test_an_answer_that_is_no_version_is_told(answer: str, said: str, tmp_path: Path) -> None:
    home = standin.install_failing(tmp_path, "", version=f"'{answer}'")
    with pytest.raises((AdminError, ConfigurationError), match=said):
        _ = admin.find_admin({"NEO4J_HOME": str(home)}, "64m").family


ENDINGS = {
    "not a valid archive": ("Not a valid Neo4j archive: neo4j.dump", 1, BackupDamagedError),
    "truncated": ("Unable to load database: ZstdIOException: Truncated source", 1, BackupDamagedError),
    "corrupt": ("Unable to load database: ZstdIOException: Data corruption detected", 1, BackupDamagedError),
    "old store, and 0": (
        "The loaded database 'neo4j' is not on a supported version (current…)",
        0,
        MigrationNeededError,
    ),
    "newer": ("is of a newer version than the current binaries", 1, AdminError),
    "usage": ("Unknown option", 64, AdminError),
    "nothing": ("", 1, AdminError),
}


@pytest.mark.parametrize(("says", "status", "error"), ENDINGS.values(), ids=ENDINGS)
def test_an_ending_becomes_the_operators_next_action(
    says: str, status: int, error: type[Exception], tmp_path: Path
) -> None:
    home = standin.install_failing(tmp_path / "neo4j", says, status)
    program = Admin(home / "bin/neo4j-admin", Version(4, 4), "64m")
    program.configure(tmp_path / "conf", tmp_path / "data")
    reader, writer = os.pipe()
    # More than a pipe holds: it ends before its input does, and the input is still read to its end.
    blocks = iter([bytes(100_000)] * 3)
    with pytest.raises(error, match="the dump"):
        program.load_stream(blocks, NEO4J, tmp_path / "conf", reader, "the dump")
    assert next(blocks, None) is None
    os.close(reader)
    os.close(writer)


def test_damage_is_told_also_when_neo4j_admin_has_given_up_before(tmp_path: Path) -> None:
    program = tmp_path / "neo4j-admin"
    program.write_text(f"#!/bin/sh\nexec 0<&-\n: >{tmp_path}/given-up\n")
    program.chmod(0o755)

    def blocks() -> Iterator[bytes]:
        yield b"less than the pipe's buffer"
        deadline = time.monotonic() + 30
        while not (tmp_path / "given-up").exists():
            assert time.monotonic() < deadline
            threading.Event().wait(0.01)
        message = "flipped"
        raise BackupDamagedError(message, hint="take another")

    with (tmp_path / "lock").open("w") as lock, pytest.raises(BackupDamagedError, match="flipped"):
        Admin(program, Version(4, 4), "64m").load_stream(blocks(), NEO4J, tmp_path / "conf", lock.fileno(), "a dump")


def test_the_servers_settings_do_not_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_CONF", "/conf")
    monkeypatch.setenv("NEO4J_server_directories_data", "/data")
    home = standin.install_failing(tmp_path / "neo4j", "$NEO4J_CONF $HEAP_SIZE $NEO4J_server_directories_data.")
    script = home / "bin/neo4j-admin"
    script.write_text(script.read_text().replace("'", '"'))
    program = Admin(script, Version(5, 26), "64m")
    program.configure(tmp_path / "conf", tmp_path / "data")
    with pytest.raises(AdminError, match=rf": {tmp_path}/conf 64m \.$"):
        program.load_stream([], NEO4J, tmp_path / "conf", 0, "the dump")
    assert (tmp_path / "conf/neo4j.conf").read_text().startswith(f"server.directories.data={tmp_path}/data\n")
