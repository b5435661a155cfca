"""The commands of each version of neo4j-admin, and how version and edition are found out."""

from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives, standin
from tests.support.says import says
from tests.support.stores import Bucket

from neo4j_restore.admin import admin_commands
from neo4j_restore.admin.admin_commands import Edition, Version
from neo4j_restore.admin.find import check_start, find_admin
from neo4j_restore.errors import AdminError, ConfigurationError

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
    assert find_admin({"NEO4J_HOME": str(home)}, "64m").edition is edition
    assert find_admin({"PATH": str(tmp_path / "elsewhere")}, "64m").edition is edition


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


def home_of(folder: Path, printed: str, *jars: str) -> Path:
    """Make a home whose neo4j-admin prints this version, with these jars beside it."""
    home = standin.install_failing(folder, "", version=printed)
    (home / "lib").mkdir()
    for jar in jars:
        (home / "lib" / jar).touch()
    return home


@pytest.mark.parametrize(
    ("jar", "version"),
    [
        ("neo4j-kernel-3.3.5.jar", Version(3, 3, 5)),
        ("neo4j-kernel-5.26.30.jar", Version(5, 26, 30)),
        ("neo4j-kernel-2026.08.1.jar", Version(2026, 8, 1)),
    ],
)
def test_the_version_is_that_of_the_jars_without_a_start_of_java(jar: str, version: Version, tmp_path: Path) -> None:
    home = home_of(tmp_path, "nothing", jar, "neo4j-kernel-api-9.9.9.jar", "neo4j-bolt-connection-12.0.0.jar")
    program = find_admin({"NEO4J_HOME": str(home)}, "64m")
    assert (program.version, program.has_started) == (version, False)
    with pytest.raises(AdminError, match="--version ended with 0: nothing"):
        check_start(program)


@pytest.mark.parametrize(
    "jars",
    [
        [],
        ["neo4j-kernel-5.0.0-drop04.jar"],
        ["neo4j-kernel-5.26.30.jar", "neo4j-kernel-5.26.29.jar"],
        ["neo4j-kernel-api-5.26.30.jar"],
    ],
    ids=["none", "a preview", "of two versions", "of the interface alone"],
)
def test_where_the_jars_tell_no_version_it_is_asked(jars: list[str], tmp_path: Path) -> None:
    program = find_admin({"NEO4J_HOME": str(home_of(tmp_path, "4.1.12", *jars))}, "64m")
    assert (program.version, program.has_started) == (Version(4, 1, 12), True)


def test_a_wrapper_is_asked_because_its_folder_is_not_that_of_the_jars(tmp_path: Path) -> None:
    home = home_of(tmp_path / "neo4j", "5.26.30", "neo4j-kernel-5.26.30.jar")
    wrapper = tmp_path / "usr/bin/neo4j-admin"
    wrapper.parent.mkdir(parents=True)
    wrapper.write_text(f'#!/bin/sh\nexec "{home}/bin/neo4j-admin" "$@"\n')
    wrapper.chmod(0o755)
    program = find_admin({"PATH": f"{wrapper.parent}:/usr/bin:/bin"}, "64m")
    assert (program.version, program.has_started) == (Version(5, 26, 30), True)


def test_a_neo4j_admin_that_is_of_another_version_than_its_jars_is_refused(tmp_path: Path) -> None:
    home = home_of(tmp_path, "5.26.30", "neo4j-kernel-4.4.48.jar")
    with pytest.raises(AdminError, match=r"--version prints 5\.26\.30, but the jars of its Neo4j are of 4\.4\.48"):
        check_start(find_admin({"NEO4J_HOME": str(home)}, "64m"))


@pytest.mark.parametrize("command", ["run", "plan"])
def test_java_is_tried_before_a_byte_of_the_set_is_fetched(
    command: str, neo4j_restore: Run, bucket: Bucket, tmp_path: Path
) -> None:
    bucket.put("neo4j-2026-01-31T02-00-00.tar.gz", archives.tar_gz())
    jars = ("neo4j-kernel-4.4.48.jar", "neo4j-enterprise-kernel-4.4.48.jar")
    home = home_of(tmp_path / "neo4j", "no Java here", *jars)
    done = neo4j_restore(command, NEO4J_HOME=str(home))
    says(done, 30, "--version ended with 0: no Java here")
    assert not (tmp_path / "data/.neo4j-restore/staging").exists()


def test_the_version_is_asked_of_the_neo4j_admin_found(tmp_path: Path) -> None:
    home = standin.install(tmp_path, "4.1.12")
    assert find_admin({"NEO4J_HOME": str(home)}, "64m").version == Version(4, 1, 12)
    assert find_admin({"PATH": f"{home}/bin"}, "64m").program == home / "bin/neo4j-admin"


@pytest.mark.parametrize(("name", "said"), [("NEO4J_HOME", "NEO4J_HOME"), ("PATH", "on PATH")])
def test_no_neo4j_admin_is_a_matter_of_configuration(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=said):
        find_admin({name: str(tmp_path)}, "64m")


@pytest.mark.parametrize(("answer", "said"), [("no Java here", "no Java here"), ("2.3.0", "expected 3.0 or later")])
def test_an_answer_that_is_no_version_is_told(answer: str, said: str, tmp_path: Path) -> None:
    home = standin.install_failing(tmp_path, "", version=f"'{answer}'")
    with pytest.raises((AdminError, ConfigurationError), match=said):
        _ = find_admin({"NEO4J_HOME": str(home)}, "64m").commands


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
            find_admin(environment, "64m", stall_seconds=stall_seconds)
        # Of ten million bytes of output, the message has this many at most.
        assert len(str(raised.value)) < 3000
    else:
        assert find_admin(environment, "64m", stall_seconds=stall_seconds).version == Version(5, 26, 30)


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


CHECK_3 = "check-consistency --database=neo4j --report-dir=T"
CHECK_5 = "database check neo4j --report-path=T --max-off-heap-memory=64m"


@pytest.mark.parametrize(
    ("version", "info", "check", "cache"),
    [
        ("3.3.5", "store-info --store=S", CHECK_3, "dbms.memory.pagecache.size"),
        ("4.1.12", "store-info S", CHECK_3, "dbms.memory.pagecache.size"),
        ("4.2.0", "store-info --structured S", CHECK_3, "dbms.memory.pagecache.size"),
        ("4.4.48", "store-info --structured S", CHECK_3, "dbms.memory.pagecache.size"),
        ("5.0.0", "database info neo4j --format=json", CHECK_5, ""),
        ("5.20.0", "database info neo4j --format=json", CHECK_5, ""),
        ("2026.8.1", "database info neo4j --format=json", CHECK_5, ""),
    ],
)
def test_each_version_is_asked_about_a_store_in_its_way(version: str, info: str, check: str, cache: str) -> None:
    major, minor = map(int, version.split(".")[:2])
    commands = admin_commands.commands(Version(major, minor))
    argv = [
        " ".join(each).format(source="S", database="neo4j", temp="T", off_heap=64)
        for each in (commands.info, commands.check)
    ]
    assert (*argv, commands.cache_setting) == (info, check, cache)


@pytest.mark.parametrize("text", ["3.3.5", "4.4.48", "5.2.0", "5.26.30", "2025.02.0", "2025.12.1", "2026.08.1"])
def test_a_version_is_written_as_neo4j_writes_it(text: str) -> None:
    major, minor, patch = map(int, text.split("."))
    assert str(Version(major, minor, patch)) == text
