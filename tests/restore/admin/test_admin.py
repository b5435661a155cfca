"""neo4j-admin: the argv of each version, where it is found, and what its endings mean."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives, standin
from tests.support.alive import is_alive
from tests.support.patience import until
from tests.support.says import says
from tests.support.stores import Bucket

from neo4j_restore import cgroup, memory, spec
from neo4j_restore.admin.admin import Admin
from neo4j_restore.admin.admin_commands import Version
from neo4j_restore.admin.find import find_admin
from neo4j_restore.errors import AdminError, BackupDamagedError, MigrationNeededError

NEO4J = spec.DatabaseName("neo4j")


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
        until((tmp_path / "given-up").exists)
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
    program = find_admin(os.environ, "64m")
    program.configure(tmp_path / "conf", tmp_path / "data")
    program.load_stream([], NEO4J, tmp_path / "conf", 0, "the dump")
    environments = [
        dict(line.split("=", 1) for line in (tmp_path / f"got-{command}").read_text().splitlines())
        for command in ("version", "load")
    ]
    ours = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HEAP_SIZE": "64m"}
    expected = {name: value for name, value in NEEDED.items() if name != "NEO4J_HOME"} | ours
    for each, more in zip(environments, ({}, {"NEO4J_CONF": f"{tmp_path}/conf"}), strict=True):
        assert {name: value for name, value in each.items() if name not in OF_THE_SHELL} == expected | more


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "-XX:TieredStopAtLevel=1 -Xmx64m "),
        ({"JAVA_OPTS": "-Xint"}, "-Xint 64m"),
        ({"JDK_JAVA_OPTIONS": "-Xint"}, " 64m"),
    ],
    ids=["no options", "JAVA_OPTS", "JDK_JAVA_OPTIONS"],
)
def test_java_compiles_little_for_a_look_or_a_load_unless_the_operator_has_options(
    given: dict[str, str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HEAP_SIZE", "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    script = tmp_path / "bin/neo4j-admin"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\necho "$JAVA_OPTS $HEAP_SIZE" >"{tmp_path}/${{1#--}}"\necho 4.4.48\n')
    script.chmod(0o755)
    program = find_admin({"NEO4J_HOME": str(tmp_path)}, "64m")
    program.configure(tmp_path / "conf", tmp_path / "data")
    program.load_stream([], NEO4J, tmp_path / "conf", 0, "the dump")
    with pytest.raises(AdminError, match="does not describe a store"):
        program.info(tmp_path, NEO4J, tmp_path / "conf", 0, "the dump")
    assert [(tmp_path / name).read_text() for name in ("load", "store-info")] == [f"{expected}\n"] * 2


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
    assert find_admin({"NEO4J_HOME": str(tmp_path)}, given).heap_size == heap
    assert (tmp_path / "heap").read_text() == f"{heap}\n"
