"""`neo4j-scenarios validate`: each mistake in a values file is reported at its line, and all of them at once."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from tests.generator.conftest import Command
from tests.generator.inputs import all_inputs, make_scenario
from tests.support.mistakes import compare, mistakes
from tests.support.says import says

from neo4j_scenarios.checking import Finding, check
from neo4j_scenarios.checking.report import annotation
from neo4j_scenarios.parse import parse
from neo4j_scenarios.render.values_file import render
from neo4j_scenarios.yaml.tree import Place

FILES = Path(__file__).parent
MISTAKES = mistakes(FILES / "mistakes")
RIGHT = sorted((FILES / "right").glob("*.yaml"))
OWN = (FILES / "right" / "own.yaml").read_text(encoding="utf-8")


@settings(deadline=None)
@given(all_inputs())
def test_every_generated_file_is_valid(tmp_path_factory: pytest.TempPathFactory, given: dict[str, str]) -> None:
    path = tmp_path_factory.getbasetemp() / "values.yaml"
    path.write_text(render(parse(given)), encoding="utf-8")
    assert check([path]) == []


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_a_file_of_another_hand_without_a_mistake_is_valid(neo4j_scenarios: Command, path: Path) -> None:
    done = neo4j_scenarios("validate", path)
    says(done, 0)
    assert done.out == f"valid {path}\n"
    assert done.err == ""


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_a_mistake_is_told_at_its_line_with_a_way_out(neo4j_scenarios: Command, path: Path) -> None:
    done = neo4j_scenarios("validate", path)
    says(done, 1, unsaid="hunter2")
    assert done.out == ""
    assert "\n".join(compare(path, done.err)) == ""
    assert done.err.count("try: ") == done.err.count("error: ")


def test_all_files_are_checked_and_all_problems_told_at_once(neo4j_scenarios: Command, tmp_path: Path) -> None:
    for name, text in {"a": OWN, "b": "core: [", "c": OWN.replace("neo4j\n", "1neo4j\n").replace("gs://", "")}.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    done = neo4j_scenarios("validate --each", *(tmp_path / f"{name}.yaml" for name in "abcd"))
    says(done, 1)
    assert done.out == f"valid {tmp_path}/a.yaml\n"
    places = [line.split(": ")[1].removeprefix(f"{tmp_path}/") for line in done.err.splitlines() if "error" in line]
    assert places[0].startswith("b.yaml:")
    assert [place.rsplit(":", 1)[0] for place in places[1:3]] == ["c.yaml:2", "c.yaml:3"]
    assert places[3].startswith("d.yaml")


def test_consent_is_taken_from_the_header_the_values_or_the_command_line(
    neo4j_scenarios: Command, values: Path
) -> None:
    text = render(make_scenario(target="neo4j/neo4j", force_overwrite="true", accept_data_loss="true"))
    values.write_text(text)
    says(neo4j_scenarios("validate", values), 0)
    values.write_text("\n".join(line for line in text.splitlines() if not line.startswith("#")))
    says(neo4j_scenarios("validate", values), 1)
    says(neo4j_scenarios("validate --accept-data-loss", values), 0)
    values.write_text(OWN + "  forceOverwrite: 'true'\n  acceptDataLoss: true\n")
    says(neo4j_scenarios("validate", values), 0)


def test_an_edited_file_of_ours_is_held_to_the_whole_schema(neo4j_scenarios: Command, values: Path) -> None:
    text = render(make_scenario(target="neo4j-helm"))
    values.write_text(text.replace("runAsUser: 7474", "runAsUser: 0"))
    says(neo4j_scenarios("validate", values), 1)


def test_programs_get_json(neo4j_scenarios: Command, values: Path) -> None:
    values.write_text(OWN.replace("neo4j\n", "1neo4j\n"))
    done = neo4j_scenarios("validate --json", values)
    ((result,),) = ([file] for file in json.loads(done.out))
    says(done, 1)
    assert done.err == ""
    assert result["file"] == str(values)
    assert not result["valid"]
    assert result["files"] == [str(values)]
    assert {(each["key"], each["file"], each["line"], each["column"]) for each in result["problems"]} == {
        ("restore.database", str(values), 3, 3)
    }


def test_github_shows_each_problem_at_its_line(neo4j_scenarios: Command, values: Path) -> None:
    values.write_text(OWN.replace("neo4j\n", "1neo4j\n"))
    done = neo4j_scenarios("validate --format github", values)
    says(done, 1)
    assert done.out.startswith(f"::error file={values},line=3,col=3,title=neo4j-scenarios::restore.database: ")
    odd = annotation(Finding(Place("a,b:c", 1, 2), "key", "50%\nmore", "hint"))
    assert odd == "::error file=a%2Cb%3Ac,line=1,col=2,title=neo4j-scenarios::key: 50%25%0Amore%0Atry: hint"
