"""The command as its users meet it."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from tests.generator.conftest import Command
from tests.generator.inputs import all_inputs, make_scenario
from tests.support.patience import SHARED_FIXTURES
from tests.support.says import says

from neo4j_scenarios.inputs.scenario import command
from neo4j_scenarios.parse import parse
from neo4j_scenarios.render.values_file import render

IMAGE = "registry.example/neo4j-restore"

COMMAND = Path(sys.executable).with_name("neo4j-scenarios")


def test_a_values_file_goes_to_stdout(new: Command) -> None:
    done = new("--restore-image", IMAGE)
    says(done, 0)
    assert done.err == ""
    assert yaml.safe_load(done.out)["restore"]["bucket"] == "gs://graph-backups/production"


def test_a_values_file_is_written(new: Command, tmp_path: Path) -> None:
    done = new("--restore-image", IMAGE, "-o", tmp_path / "values.yaml")
    says(done, 0)
    assert done.out == ""
    assert done.err == f"written {tmp_path}/values.yaml\n"
    assert (tmp_path / "values.yaml").read_text() == render(make_scenario(restore_image=IMAGE))


def test_an_image_without_a_registry_is_warned_of_beside_the_values_file(new: Command) -> None:
    done = new()
    says(
        done, 0, "warning: restore-image is neo4j-restore, without a registry", "--restore-image REGISTRY/neo4j-restore"
    )
    assert yaml.safe_load(done.out)["restore"]["image"]["repository"] == "neo4j-restore"
    assert new("--quiet").err == ""


def test_values_come_as_json_for_programs(new: Command, tmp_path: Path) -> None:
    assert json.loads(new("--json").out) == yaml.safe_load(new().out)
    path = tmp_path / "values.yaml"
    assert json.loads(new("--json", "-o", path).out) == {"written": [str(path)], "unchanged": 0}
    assert new("--quiet", "-o", path, "--heap-size", "1g").err == ""


def test_a_file_of_someone_else_is_kept_without_force(new: Command, tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    path.write_text("mine: true\n")
    done = new("-o", path)
    says(done, 1, f"error: {path}: was not written by neo4j-scenarios", "try: ")
    assert path.read_text() == "mine: true\n"
    says(new("-o", path, "--force"), 0)


def test_a_check_compares_and_writes_nothing(new: Command, tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    done = new("--check", "-o", path)
    says(done, 3)
    assert done.out == f"missing {path}\n"
    new("-o", path)
    says(new("--check", "-o", path), 0)
    assert new("--check", "-o", path, "--heap-size", "1g").out == f"stale {path}\n"
    says(new("--check"), 2)


@settings(deadline=None, suppress_health_check=SHARED_FIXTURES)
@given(all_inputs())
def test_the_command_in_a_file_writes_it_again(neo4j_scenarios: Command, given: dict[str, str]) -> None:
    text = render(parse(given))
    line = text.splitlines()[1].removeprefix("#").strip()
    assert line == command(parse(given))
    assert neo4j_scenarios("", *shlex.split(line)[1:]).out == text


def test_all_problems_of_the_flags_are_told_and_nothing_is_written(neo4j_scenarios: Command, tmp_path: Path) -> None:
    done = neo4j_scenarios("new single-instnce --bucket b/p --heap-size big --target neo -o", tmp_path / "values.yaml")
    says(done, 2)
    assert done.out == ""
    lines = done.err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["error", "try"] * 5
    for place in ["SCENARIO", "--bucket", "--database", "--heap-size", "--target"]:
        assert sum(line.startswith(f"error: {place}: ") for line in lines) == 1
    assert not (tmp_path / "values.yaml").exists()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", "Missing command"),
        ("nwe", "Did you mean 'new'?"),
        ("new single-instance --databse x", "--database"),
        ("new single-instance --bucket", "requires an argument"),
        ("new single-instance b", "unexpected extra argument"),
        ("secret", "Missing option '--key-file'"),
        ("build", "Missing argument 'FLEET|FOLDER...'"),
    ],
)
def test_wrong_usage_is_told_in_the_same_way(neo4j_scenarios: Command, line: str, expected: str) -> None:
    done = neo4j_scenarios(line)
    says(done, 2)
    assert done.out == ""
    error, hint = done.err.splitlines()
    assert error.startswith("error: ")
    assert expected in error
    assert hint.startswith("try: neo4j-scenarios ")


@pytest.mark.parametrize("where", ["--bucket", "--secret", "--unknown", "extra"])
def test_a_pasted_key_is_shown_nowhere(new: Command, where: str) -> None:
    key = '{"type": "service_account", "private_key": "hunter2"}'
    done = new(*([key] if where == "extra" else [f"{where}={key}"]))
    says(done, 2)
    assert "hunter2" not in done.out + done.err


def test_scenarios_and_targets_are_listed(neo4j_scenarios: Command) -> None:
    table = neo4j_scenarios("list").out
    rows = json.loads(neo4j_scenarios("list --json").out)
    assert {row["target"] for row in rows} == {"neo4j-restore", "neo4j/neo4j", "neo4j-helm"}
    assert all(row["scenario"] in table and row["target"] in table for row in rows)


def test_the_installed_command_works() -> None:
    line = "new single-instance --bucket gs://graph-backups/production --database neo4j --target neo4j/neo4j"
    done = subprocess.run([COMMAND, *line.split()], capture_output=True, text=True, check=False)
    says(done, 0)
    assert done.stdout == render(make_scenario(target="neo4j/neo4j"))


def test_the_installed_command_ends_with_its_exit_code() -> None:
    done = subprocess.run([COMMAND, "new", "single-instance"], capture_output=True, text=True, check=False)
    says(done, 2, "error: --bucket: is missing\n")
    version = subprocess.run([COMMAND, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout == "neo4j-scenarios 0.1.0\n"


def test_a_stdout_without_room_is_told() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([COMMAND, "list"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    says(done, 1)
    assert done.stderr.splitlines()[0] == "error: stdout: can't be written: No space left on device"
    assert "Traceback" not in done.stderr


def test_a_reader_that_leaves_early_ends_the_command_quietly() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([COMMAND, "list"], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    says(done, 1)
    assert done.stderr == ""


def test_commands_that_render_nothing_do_not_load_what_renders() -> None:
    code = (
        "import sys; from neo4j_scenarios.cli import main; main(['list']);"
        "print([name for name in ('jinja2', 'jsonschema_rs', 'yaml') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
