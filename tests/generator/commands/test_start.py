"""What the command imports: each command only its own modules, and the shell's completion hardly any."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_RUN = """\
import atexit, sys
atexit.register(lambda: print(*sorted(sys.modules), sep="\\n", file=sys.stderr))
sys.argv = ["neo4j-scenarios", *sys.argv[1:]]
from neo4j_scenarios.entry import main
sys.exit(main())
"""


def imported(*arguments: str, **variables: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **variables},
    )
    assert done.stdout
    return set(done.stderr.splitlines())


def commands(modules: set[str]) -> set[str]:
    """Return the modules of commands among the modules, without those that commands share."""
    own = {each.removeprefix("neo4j_scenarios.commands.") for each in modules if ".commands." in each}
    return own - {"options", "outcome", "delivery", "signature", "survey_options"}


def completing(words: str) -> dict[str, str]:
    count = len(words.split()) - 1
    return {"_NEO4J_SCENARIOS_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(count)}


def test_the_version_needs_no_command() -> None:
    modules = imported("--version")
    assert commands(modules) == set()
    assert modules & {"yaml", "jinja2", "pydantic", "jsonschema_rs", "neo4j_restore.spec"} == set()


@pytest.mark.parametrize(
    ("words", "expected"),
    [("neo4j-scenarios new --bu", "new"), ("neo4j-scenarios sc", "schema")],
    ids=["flag", "command"],
)
def test_completion_imports_one_command(words: str, expected: str) -> None:
    modules = imported(**completing(words))
    assert commands(modules) == {expected}
    assert modules & {"yaml", "jinja2", "jsonschema_rs", "neo4j_scenarios.render", "neo4j_scenarios.fleet"} == set()
    assert "pydantic" not in modules


def test_new_imports_neither_fleets_nor_stores_nor_other_commands() -> None:
    modules = imported("new", "single-instance", "--bucket", "gs://graph-backups/p", "--database", "neo4j")
    assert commands(modules) == {"new"}
    assert modules & {"neo4j_scenarios.fleet", "neo4j_scenarios.survey", "neo4j_scenarios.emit"} == set()
    assert modules & {"neo4j_restore.settings", "neo4j_restore.stores", "urllib3", "multiprocessing"} == set()
    assert "pydantic" not in modules


def test_build_imports_neither_stores_nor_other_commands(tmp_path: Path) -> None:
    fleet = tmp_path / "fleet.yaml"
    fleet.write_text("clusters: [{name: eu-1, scenario: single-instance, bucket: gs://backups/eu, database: neo4j}]\n")
    modules = imported("build", str(fleet), "--json")
    assert commands(modules) == {"build"}
    assert modules & {"neo4j_scenarios.survey", "neo4j_scenarios.emit", "neo4j_scenarios.report"} == set()
    assert modules & {"neo4j_restore.settings", "neo4j_restore.stores", "urllib3", "pydantic"} == set()
