"""Java that does not start, or has too little memory, is reported with what to change. The old data stays."""

import pytest
from tests.real.conftest import MakePod
from tests.real.databases import Made

# Each of these keeps a real Java from starting, or from working; with what the message has to say.
SETTINGS = {
    "an option": ({"JAVA_TOOL_OPTIONS": "-Xfoo -Dtoken=hush-hush"}, 2, "JAVA_TOOL_OPTIONS: Unrecognized option: -Xfoo"),
    "a VM option": ({"JDK_JAVA_OPTIONS": "-XX:Foo"}, 2, "JDK_JAVA_OPTIONS: Unrecognized VM option"),
    "an agent": ({"JAVA_TOOL_OPTIONS": "-javaagent:/nowhere.jar"}, 2, "the options in JAVA_TOOL_OPTIONS"),
    "a heap beyond the machine": ({"HEAP_SIZE": "900000g"}, 2, "Java can't reserve the heap of HEAP_SIZE, 900000g"),
    "no Java": ({"JAVA_HOME": "/nowhere"}, 30, "ended with 127"),
}


@pytest.mark.parametrize(("settings", "code", "said"), SETTINGS.values(), ids=SETTINGS)
def test_java_that_does_not_start_is_told(
    settings: dict[str, str], code: int, said: str, neo4j_5: Made, pod: MakePod
) -> None:
    if "JAVA_HOME" in settings and (neo4j_5.home / "java").exists():
        settings = {"PATH": "/nowhere"}  # this home links a Java of its own, and JAVA_HOME does not count
    volume = pod(neo4j_5, "five", neo4j_5.later, DATABASE="neo4j", FORCE_OVERWRITE="once")
    before = volume.photograph()
    ended = volume.restore(**settings)
    assert (ended.code, said in ended.said, said in ended.reason) == (code, True, True), ended
    assert "hush-hush" not in ended.said
    assert volume.photograph() == before


def test_java_with_options_that_it_takes_restores(neo4j_5: Made, pod: MakePod) -> None:
    volume = pod(neo4j_5, "five", DATABASE="neo4j")
    ended = volume.restore(JAVA_TOOL_OPTIONS="-Dversion=9.9.9", LC_ALL="C.UTF-8", NEO4J_AUTH="neo4j/hush-hush")
    assert ended.code == 0, ended
