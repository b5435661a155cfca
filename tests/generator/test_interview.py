"""The interview of `new --interactive`, as a person at a terminal meets it."""

import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from tests.support.says import says

from neo4j_scenarios.inputs.fields import Field
from neo4j_scenarios.interview import interview

COMMAND = Path(sys.executable).with_name("neo4j-scenarios")


class Person:
    """Answers by key, each answer once. An empty one, the default, for all else. Remembers what was said."""

    def __init__(self, **answers: list[str]) -> None:
        self._answers = {key.replace("_", "-"): iter(texts) for key, texts in answers.items()}
        self.asked: list[str] = []
        self.told: list[str] = []
        self.noted: list[str] = []

    def ask(self, field: Field[object], default: str) -> str:
        self.asked.append(field.key)
        return next(self._answers.get(field.key, iter([])), default)

    def tell(self, what: str, hint: str) -> None:
        self.told.append(f"{what} ({hint})")

    def note(self, what: str) -> None:
        self.noted.append(what)


def typed(answers: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(COMMAND), "new", "--interactive", *arguments]
    return subprocess.run(command, input=answers, capture_output=True, text=True, check=False)


def least(**more: list[str]) -> Person:
    return Person(scenario=["single-instance"], bucket=["gs://graph-backups/p"], database=["neo4j"], **more)


def test_empty_answers_take_the_defaults() -> None:
    inputs = interview({}, least())
    assert inputs["target"] == "neo4j-restore"
    assert inputs["force-overwrite"] == "false"
    assert "restore-id" not in inputs


def test_what_was_given_is_not_asked_for() -> None:
    person = Person()
    interview({"scenario": "single-instance", "bucket": "gs://graph-backups/p", "database": "neo4j"}, person)
    assert not {"scenario", "bucket", "database"}.intersection(person.asked)


@pytest.mark.parametrize("flags", [{}, {"database": "neo4j,system"}], ids=["an answer", "a flag"])
def test_what_a_restored_system_brings_is_told(flags: dict[str, str]) -> None:
    person = Person(scenario=["single-instance"], bucket=["gs://graph-backups/p"], database=["neo4j,system"])
    interview(flags, person)
    (note,) = person.noted
    assert "users, roles, privileges and passwords of the day of its backup" in note
    without = least()
    interview({}, without)
    assert without.noted == []


def test_the_note_about_system_is_not_part_of_the_values(tmp_path: Path) -> None:
    answers = "single-instance\n\ngs://graph-backups/p\nneo4j,system\n" + "\n" * 20
    done = typed(answers, "--output", str(tmp_path / "values.yaml"))
    says(done, 0, "note: system brings the users")
    assert "note:" not in (tmp_path / "values.yaml").read_text()


def test_a_wrong_answer_is_asked_for_again_with_an_example() -> None:
    person = Person(
        scenario=["singel-instance", "single-instance"], bucket=["bucket/p", "gs://ok-1"], database=["neo4j"]
    )
    assert interview({}, person)["bucket"] == "gs://ok-1"
    assert "did you mean 'single-instance'?" in person.told[0]
    assert "use a value such as gs://" in person.told[1]


def test_only_what_matters_is_asked() -> None:
    person = least(force_overwrite=["once"], restore_id=["incident-42"])
    assert interview({}, person)["restore-id"] == "incident-42"
    assert "restore-id" in person.asked
    assert not {"servers", "accept-license"}.intersection(person.asked)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"force_overwrite": ["true", "true"], "accept_data_loss": ["true"]}, "loses all data written"),
        ({"edition": ["enterprise", "enterprise"], "accept_license": ["", "eval"]}, "licence"),
    ],
    ids=["data loss", "licence"],
)
def test_a_danger_is_told_and_consent_asked_for(answers: Mapping[str, list[str]], said: str) -> None:
    person = least(**answers)
    inputs = interview({}, person)
    assert said in person.told[0]
    assert inputs.get("accept-data-loss") == "true" or inputs["accept-license"] == "eval"


def test_a_danger_that_is_taken_back_is_gone() -> None:
    inputs = interview({}, least(force_overwrite=["true", "once"], accept_data_loss=["false"]))
    assert inputs["force-overwrite"] == "once"


def test_on_a_terminal_it_ends_with_the_file_and_the_command_for_it() -> None:
    done = typed("single-instance\n\ngs://graph-backups/p\nneo4j\n" + "\n" * 6)
    says(done, 0)
    assert yaml.safe_load(done.stdout)["restore"]["bucket"] == "gs://graph-backups/p"
    line = done.stderr.partition("the same without questions: neo4j-scenarios ")[2]
    again = subprocess.run([COMMAND, *shlex.split(line)], capture_output=True, text=True, check=True)
    assert again.stdout == done.stdout


def test_an_end_of_the_answers_writes_nothing(tmp_path: Path) -> None:
    done = typed("single-instance\n", "-o", str(tmp_path / "values.yaml"))
    says(done, 2, "error: the answers: ended before the last question, so nothing was written", unsaid="interrupted")
    assert not (tmp_path / "values.yaml").exists()


def test_without_questions_all_that_is_missing_is_told() -> None:
    done = subprocess.run([COMMAND, "new"], capture_output=True, text=True, check=False)
    says(done, 2)
    for place in ("SCENARIO", "--bucket", "--database"):
        assert f"error: {place}: is missing" in done.stderr
