"""neo4j-admin: the argv of each version, where it is found, and what its endings mean."""

import os
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives, standin
from tests.support.alive import is_alive
from tests.support.says import says
from tests.support.stores import Bucket

from neo4j_restore import cgroup, memory, spec
from neo4j_restore.admin import admin, admin_commands
from neo4j_restore.admin.admin import Admin
from neo4j_restore.admin.admin_commands import Edition, Version
from neo4j_restore.errors import AdminError, BackupDamagedError, ConfigurationError, MigrationNeededError

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
    commands = admin_commands.commands(Version(major, minor))
    argv = [
        " ".join(each).format(source="S", database="neo4j", conf="C", temp="T")
        for each in (commands.artifact, commands.load_artifact)
    ]
    assert argv == [artifact, load]


def test_a_full_artifact_is_loaded_but_by_enterprise() -> None:
    commands = admin_commands.commands(Version(5, 26))
    ways = {
        (edition, full): admin_commands.way_of_artifact(commands, edition, full=full)
        for edition in (*Edition, None)
        for full in (True, False)
    }
    loaded = {which for which, way in ways.items() if way is commands.load_artifact}
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
    commands = admin_commands.commands(Version(major, minor))
    argv = [
        " ".join(each).format(source="S", database="neo4j")
        for each in (commands.restore, commands.load, commands.load_stdin)
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
        _ = admin.find_admin({"NEO4J_HOME": str(home)}, "64m").commands


ENDINGS = {
    "damaged": ("Not a valid Neo4j archive: neo4j.dump", 1, BackupDamagedError),
    "old store, and 0": ("The loaded database 'neo4j' is not on a supported version", 0, MigrationNeededError),
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


SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "IQoJb3JpZ2lu",
    "AZURE_STORAGE_KEY": "c2VjcmV0",
    "AZURE_CLIENT_SECRET": "hunter2",
    "GOOGLE_APPLICATION_CREDENTIALS": "/auth/credentials.json",
    "HTTPS_PROXY": "http://user:proxypass@127.0.0.1:9",
    "https_proxy": "http://user:proxypass@127.0.0.1:9",
    "NEO4J_AUTH": "neo4j/serverpass",
    "NEO4J_server_directories_data": "/data",
    "NEO4J_CONF": "/conf",
    "KUBERNETES_SERVICE_HOST": "10.0.0.1",
    "SOMETHING_NEW": "from-elsewhere",
}
NEEDED = {
    "HOME": "/home/neo4j",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "JAVA_HOME": "/opt/java",
    "JAVA_OPTS": "-Xint",
    "JAVA_TOOL_OPTIONS": "-Xint",
    "NEO4J_HOME": "/var/lib/neo4j",
    "NEO4J_ACCEPT_LICENSE_AGREEMENT": "eval",
}
# What a shell adds by itself.
OF_THE_SHELL = {"PWD", "OLDPWD", "SHLVL", "_"}


def test_it_gets_what_it_needs_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        monkeypatch.delenv(name)
    for name, value in {**SECRETS, **NEEDED, "PATH": "/usr/bin:/bin"}.items():
        monkeypatch.setenv(name, value)
    script = tmp_path / "neo4j-admin"
    script.write_text(f'#!/bin/sh\nenv >"{tmp_path}/got-${{1#--}}"\necho 4.4.48\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("NEO4J_HOME")
    program = admin.find_admin(os.environ, "64m")
    program.configure(tmp_path / "conf", tmp_path / "data")
    program.load_stream([], NEO4J, tmp_path / "conf", 0, "the dump")
    found = [
        dict(line.split("=", 1) for line in (tmp_path / f"got-{command}").read_text().splitlines())
        for command in ("version", "load")
    ]
    ours = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HEAP_SIZE": "64m"}
    expected = {name: value for name, value in NEEDED.items() if name != "NEO4J_HOME"} | ours
    for each, more in zip(found, ({}, {"NEO4J_CONF": f"{tmp_path}/conf"}), strict=True):
        assert {name: value for name, value in each.items() if name not in OF_THE_SHELL} == expected | more


@pytest.mark.parametrize(
    ("script", "stall_seconds", "said"),
    [
        ("exec sleep 1000", 0.1, "did not end within 1 s"),
        ("head -c 10000000 /dev/zero | tr '\\0' x; exit 1", 60, "ended with 1: xxx"),
        ("echo 'Picked up JAVA_TOOL_OPTIONS: -Dversion=9.9.9' >&2; echo 5.26.30", 60, ""),
        ("echo 'neo4j-admin 5.26.30'", 60, ""),
    ],
    ids=["hangs", "floods", "other numbers", "as 3.x says it"],
)
def test_the_question_for_its_version_is_bounded(script: str, stall_seconds: float, said: str, tmp_path: Path) -> None:
    program = tmp_path / "bin/neo4j-admin"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    environment = {"NEO4J_HOME": str(tmp_path)}
    if said:
        with pytest.raises(AdminError, match=said) as raised:
            admin.find_admin(environment, "64m", stall_seconds=stall_seconds)
        # Of ten million bytes of output, the message has this many at most.
        assert len(str(raised.value)) < 3000
    else:
        assert admin.find_admin(environment, "64m", stall_seconds=stall_seconds).version == Version(5, 26, 30)


def test_java_that_does_not_start_is_told_before_anything_is_asked_of_the_store(
    neo4j_restore: Run, bucket: Bucket, tmp_path: Path
) -> None:
    text = "Unrecognized option: -Xfoo\nError: Could not create the Java Virtual Machine."
    home = standin.install_failing(tmp_path / "failing", text)
    script = home / "bin/neo4j-admin"
    picked_up = 'echo "Picked up JAVA_TOOL_OPTIONS: $JAVA_TOOL_OPTIONS" >&2\n'
    lines = [line for line in script.read_text().splitlines(keepends=True) if "version" not in line]
    script.write_text("".join([lines[0], picked_up, *lines[1:]]))
    done = neo4j_restore("run", NEO4J_HOME=str(home), JAVA_TOOL_OPTIONS="-Xfoo -Dtoken=hush")
    says(
        done,
        2,
        "Java does not start with the options in JAVA_TOOL_OPTIONS: Unrecognized option: -Xfoo",
        "try: correct or remove JAVA_TOOL_OPTIONS",
        unsaid="hush",
    )


def test_one_that_ends_with_0_and_makes_nothing_is_told_with_its_words(
    neo4j_restore: Run, bucket: Bucket, tmp_path: Path
) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    home = standin.install_failing(tmp_path / "idle", "the restore was skipped, says a wrapper", 0)
    done = neo4j_restore("run", NEO4J_HOME=str(home))
    says(done, 30, "created no database: the restore was skipped, says a wrapper", unsaid="another set")


def hanging(tmp_path: Path, script: str) -> Path:
    """Return the home of a neo4j-admin that runs `script` in place of restoring."""
    home = standin.install_failing(tmp_path / "hanging", "")
    program = home / "bin/neo4j-admin"
    lines = program.read_text().splitlines()
    program.write_text("\n".join([*lines[:2], f"cd {tmp_path}", script]) + "\n")
    return home


def test_one_that_says_and_does_nothing_is_told_in_the_log(
    neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    # It ends once the log has what it is waited for.
    script = f"echo thinking; until grep -q 'printed nothing' {tmp_path}/log; do sleep 0.1; done; exit 1"
    home = hanging(tmp_path, script)
    under = ["sh", "-c", f'exec "$@" 2>{tmp_path}/log', "sh"]
    done = neo4j_restore("run", under=under, NEO4J_HOME=str(home), STALL_SECONDS="0.1")
    said = (tmp_path / "log").read_text()
    assert done.returncode == 30, said
    silence = f"neo4j-admin has printed nothing for 1 s, and its files have not grown: {data}/.neo4j-restore"
    assert f"warning: {silence}" in said
    assert said.partition("Its last line: ")[2].startswith("thinking\n")


def test_told_to_stop_it_takes_all_that_neo4j_admin_started_with_it(
    neo4j_restore: Run, bucket: Bucket, tmp_path: Path
) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    # neo4j-admin has started a process in another session, and has it stop the restore: our pid is its grandparent.
    # It does so once the log shows that the restore waits for neo4j-admin.
    waits = f"until grep -q printed.nothing {tmp_path}/log; do sleep 0.1; done"
    stray = f"setsid sh -c 'echo $$ >pid; {waits}; kill -TERM $(cat ../restore); exec sleep 1000'"
    home = hanging(tmp_path / "t", f"echo $PPID >../restore; {stray} & exec sleep 1000")
    under = ["sh", "-c", f'exec "$@" 2>{tmp_path}/log', "sh"]
    done = neo4j_restore("run", under=under, NEO4J_HOME=str(home), STALL_SECONDS="0.1")
    assert done.returncode == 143, (tmp_path / "log").read_text()
    assert not is_alive((tmp_path / "t/pid").read_text())


@pytest.mark.parametrize(("given", "heap"), [("", "1024m"), ("64m", "64m")], ids=["by the limit", "HEAP_SIZE"])
def test_its_heap_is_what_the_containers_limit_has_room_for(
    given: str, heap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = memory.limit_mib("1024m") * 1024**2
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    monkeypatch.setattr(cgroup, "limit_bytes", partial(cgroup.limit_bytes, tmp_path))
    script = tmp_path / "bin/neo4j-admin"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\necho "$HEAP_SIZE" >"{tmp_path}/heap"\necho 5.26.30\n')
    script.chmod(0o755)
    assert admin.find_admin({"NEO4J_HOME": str(tmp_path)}, given).heap_size == heap
    assert (tmp_path / "heap").read_text() == f"{heap}\n"
