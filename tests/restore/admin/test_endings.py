"""What an ending of neo4j-admin means: exit code, the reason in a line, and what to do. The texts are the tools'."""

from dataclasses import replace

import pytest

from neo4j_restore.admin import endings
from neo4j_restore.admin.endings import Run
from neo4j_restore.errors import RestoreError

RUN = Run(1, [], ["load"], "gs://b/neo4j.dump", "512m")

PICKED_UP = "Picked up JAVA_TOOL_OPTIONS: -Xfoo -Dpassword=hush"
NO_JVM = ["Error: Could not create the Java Virtual Machine.", "Error: A fatal exception has occurred."]

FRAMES = [
    *(f"at picocli.CommandLine$RunLast.access$1300(CommandLine.java:{line})" for line in range(30)),
    "at java.base/jdk.internal.reflect.Method.<init>(Unknown Source)",
    "... 17 more",
    "at org.neo4j.cli.AdminTool.main(AdminTool.java:79)",
    "Caused by: x",
]

ENDINGS = {
    "not a valid archive": (1, ["Not a valid Neo4j archive: neo4j.dump"], 11, "damaged"),
    "truncated": (1, ["Unable to load database: ZstdIOException: Truncated source"], 11, "damaged"),
    "corrupt": (1, ["Unable to load database: ZstdIOException: Data corruption detected"], 11, "damaged"),
    "old store, and 0": (
        0,
        ["The loaded database 'neo4j' is not on a supported version (current…)"],
        31,
        "older Neo4j",
    ),
    "full": (1, ["java.io.IOException: No space left on device"], 13, "full"),
    "newer": (1, ["is of a newer version than the current binaries"], 31, "gs://b/neo4j.dump is of a newer Neo4j"),
    "newer, as 4.4 tells": (
        1,
        ["java.lang.IllegalArgumentException: The read version string length 99 is not proper.", *FRAMES],
        31,
        "gs://b/neo4j.dump is of a newer Neo4j",
    ),
    "frames": (1, ["java.lang.Exception: why", *FRAMES], 30, "why | Caused by: x"),
    "frames alone": (1, FRAMES[:-1], 30, "AdminTool.main("),
    "progress": (1, ["Files: 3/36, data: 12.0%", "why", "Files: 3/36, data: 12.1%"], 30, "gs://b/neo4j.dump: why"),
    "usage": (64, ["Unknown option"], 30, "ended with 64"),
    "nothing": (1, [], 30, "it printed nothing"),
    "a crash of Java": (-11, ["# SIGSEGV (0xb)"], 30, "was ended by SIGSEGV on"),
    "a crash below a shell": (134, [], 30, "was ended by SIGABRT on"),
    "a status beyond signals": (255, [], 30, "ended with 255 on"),
    "options": (1, [PICKED_UP, "Unrecognized option: -Xfoo", *NO_JVM], 2, "the options in JAVA_TOOL_OPTIONS"),
    "a VM option": (1, [PICKED_UP, "Unrecognized VM option 'Foo'", *NO_JVM], 2, "JAVA_TOOL_OPTIONS"),
    "an agent": (
        1,
        [
            "NOTE: Picked up JDK_JAVA_OPTIONS: -javaagent:/apm.jar",
            "Error occurred during initialization of VM",
            "agent library failed to init: instrument",
            "Error opening zip file or JAR manifest missing : /apm.jar",
        ],
        2,
        "the options in JDK_JAVA_OPTIONS",
    ),
    "two of them": (
        1,
        ["Picked up _JAVA_OPTIONS: -Xbar", PICKED_UP, "Unrecognized option: -Xbar", *NO_JVM],
        2,
        "JAVA_TOOL_OPTIONS and _JAVA_OPTIONS",
    ),
    "a heap of other options": (
        1,
        ["Picked up _JAVA_OPTIONS: -Xmx100000g", "Could not reserve enough space for 104857600000KB object heap"],
        2,
        "the options in _JAVA_OPTIONS",
    ),
    "a heap": (1, [PICKED_UP, "Could not reserve enough space for 1048576KB object heap"], 2, "HEAP_SIZE, 512m"),
    "old Java": (
        1,
        ["UnsupportedClassVersionError: A has been compiled by a more recent version (class file version 65.0)"],
        2,
        "needs Java 21 or later",
    ),
    "old Java, as 4.4 tells": (
        1,
        ["Unsupported Java 1.8.0 detected. Please use Java(TM) 11"],
        2,
        "on this image's Java",
    ),
    "killed": (-9, ["10%"], 30, "killed (SIGKILL)"),
    "killed below a shell": (137, [], 30, "killed (SIGKILL)"),
    "heap used up": (
        1,
        ["java.lang.OutOfMemoryError: Java heap space"],
        30,
        "the heap of HEAP_SIZE, 512m, is too small",
    ),
    "no memory": (1, ["There is insufficient memory for the Java Runtime Environment"], 30, "Java got no memory"),
}
OPTIONS = ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"]


def error_of(run: Run) -> RestoreError:
    error = endings.error_of(run)
    assert error
    return error


@pytest.mark.parametrize(("status", "lines", "code", "said"), ENDINGS.values(), ids=ENDINGS)
def test_an_ending_is_told_by_what_the_operator_does_next(status: int, lines: list[str], code: int, said: str) -> None:
    error = error_of(replace(RUN, status=status, lines=lines, options=OPTIONS))
    assert (error.exit_code, said in str(error), bool(error.hint)) == (code, True, True), str(error)
    assert "hush" not in str(error)


@pytest.mark.parametrize("lines", [[], ["100%"], ["WARNING: OutOfMemoryError: Java heap space"]])
def test_an_ending_with_0_is_no_error_whatever_is_said(lines: list[str]) -> None:
    assert endings.error_of(replace(RUN, status=0, lines=lines)) is None


def test_options_of_neo4j_are_named_though_java_does_not_name_them() -> None:
    lines = ["Unrecognized option: -Xfoo", *NO_JVM]
    error = error_of(replace(RUN, lines=lines, options=["JAVA_OPTS", "JAVA_TOOL_OPTIONS"]))
    assert (error.exit_code, "the options in JAVA_OPTS:" in str(error)) == (2, True)
    assert error_of(replace(RUN, lines=lines)).exit_code == 30


@pytest.mark.parametrize(
    ("heap", "limit_mib", "enough"), [("512m", 0, 1280), ("512m", 1024, 1280), ("2g", 1024, 3072), ("512m", 2048, 2560)]
)
def test_one_that_was_killed_is_told_a_limit_that_is_more(heap: str, limit_mib: int, enough: int) -> None:
    error = error_of(replace(RUN, status=-9, heap_size=heap, memory_bytes=limit_mib * 1024**2))
    assert f"a memory limit of {enough} MiB" in error.hint
    assert (f"the container has {limit_mib} MiB, the heap {heap}" in str(error)) == bool(limit_mib)


def test_one_that_created_nothing_is_an_error_with_its_output() -> None:
    error = endings.made_nothing("gs://b/neo4j.dump", "nothing to do")
    assert (error.exit_code, "nothing to do" in str(error), "another set" in error.hint) == (30, True, False)
