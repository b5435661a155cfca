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

CHART = Path(__file__).parents[3] / "charts" / "neo4j-restore"

FILES = Path(__file__).parent
MAINTENANCE = FILES / "charts" / "maintenance"
MISTAKES = mistakes(FILES / "mistakes")
RIGHT = sorted((FILES / "right").glob("*.yaml"))
OWN = (FILES / "right" / "own.yaml").read_text(encoding="utf-8")


@pytest.fixture
def values(tmp_path: Path) -> Path:
    """Return the path of a values file that is not there yet."""
    return tmp_path / "values.yaml"


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


def test_files_are_laid_over_each_other_and_problems_are_told_where_the_bad_value_is_from(
    neo4j_scenarios: Command, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text("restore:\n  bucket: gs://graph-backups\n")
    second.write_text("restore:\n  database: neo4j\n")
    assert neo4j_scenarios("validate --each", first, second).code == 1, "neither is whole by itself"
    done = neo4j_scenarios("validate", first, second)
    says(done, 0)
    assert done.out == f"valid {first} {second}\n"
    assert done.err == ""
    second.write_text("restore:\n  database: 1neo4j\n  bucket: null\n")
    done = neo4j_scenarios("validate", first, second)
    assert f"error: {second}:2:3: restore.database: DATABASE" in done.err
    assert f"error: {second}:3:3: restore.bucket: BUCKET is not set" in done.err
    assert done.err.count("error: ") == 2, "what the contract says of a key the schema does not say again"
    assert neo4j_scenarios("validate", second, first).err.count("BUCKET") == 0, "the later file counts"


def test_a_later_list_takes_the_place_of_ours(neo4j_scenarios: Command, tmp_path: Path) -> None:
    ours, mine = tmp_path / "ours.yaml", tmp_path / "mine.yaml"
    ours.write_text(render(make_scenario(target="neo4j/neo4j")))
    mine.write_text("nodeSelector: {disk: fast}\npodSpec:\n  initContainers:\n    - {name: other, image: other}\n")
    says(neo4j_scenarios("validate", ours), 0)
    done = neo4j_scenarios("validate", ours, mine)
    says(done, 1, f"error: {mine}:3:3: podSpec.initContainers: has no restore container, and replaces")
    mine.write_text("nodeSelector: {disk: fast}\nadditionalVolumes: [{name: more, emptyDir: {}}]\n")
    done = neo4j_scenarios("validate", ours, mine)
    assert f"error: {mine}:2:1: additionalVolumes: has no volume 'restore-tmp', which is mounted at {ours}:" in done.err
    mine.write_text("nodeSelector: {disk: fast}\n")
    says(neo4j_scenarios("validate", ours, mine), 0)


def test_files_of_two_releases_are_not_laid_over_each_other(neo4j_scenarios: Command, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text(render(make_scenario(release=name)))
    done = neo4j_scenarios("validate", tmp_path / "a.yaml", tmp_path / "b.yaml")
    says(done, 2, f"error: {tmp_path}/b.yaml: was written by neo4j-scenarios, and so was {tmp_path}/a.yaml", "--each")
    says(neo4j_scenarios("validate --each", tmp_path / "a.yaml", tmp_path / "b.yaml"), 0)
    (tmp_path / "b.yaml").write_text((FILES / "right" / "labs.yaml").read_text(encoding="utf-8"))
    assert "--each" in neo4j_scenarios("validate", tmp_path / "a.yaml", tmp_path / "b.yaml").err


def test_helm_gets_all_files(neo4j_scenarios: Command, tmp_path: Path, helm: str) -> None:
    ours, mine = tmp_path / "ours.yaml", tmp_path / "mine.yaml"
    ours.write_text(OWN)
    mine.write_text("restore: {command: rollback}\ndata: {emptyDir: true}\n")
    asked = ("--render", "--helm", helm, "--chart", CHART)
    says(neo4j_scenarios("validate", ours, *asked), 0)
    assert "finds no data with data.emptyDir" in neo4j_scenarios("validate", ours, mine, *asked).err


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


def test_helm_has_the_last_word(neo4j_scenarios: Command, values: Path, helm: str) -> None:
    values.write_text(OWN)
    asked = ("--render", "--helm", helm, "--chart", CHART)
    says(neo4j_scenarios("validate", values, *asked), 0)
    values.write_text(OWN + "  command: rollback\ndata: {emptyDir: true}\n")
    says(neo4j_scenarios("validate", values), 0)
    done = neo4j_scenarios("validate", values, *asked)
    says(done, 1, "restore.command rollback finds no data with data.emptyDir")


def test_the_rendered_pod_is_checked(neo4j_scenarios: Command, helm: str) -> None:
    values = FILES / "right" / "labs.yaml"
    done = neo4j_scenarios("validate --render", values, "--helm", helm, "--chart", FILES / "charts" / "folder")
    says(
        done,
        1,
        f"error: {values}:1:1: StatefulSet/graph initContainers[0].volumeMounts[0]: differs from the server's mount",
    )


def test_a_chart_that_looks_into_the_cluster_is_rendered_without_one(
    neo4j_scenarios: Command, values: Path, helm: str
) -> None:
    values.write_text(render(make_scenario(target="neo4j/neo4j")))
    says(neo4j_scenarios("validate --render", values, "--helm", helm, "--chart", MAINTENANCE), 0)


def test_a_pod_without_a_restore_container_is_told(neo4j_scenarios: Command, values: Path, helm: str) -> None:
    text = render(make_scenario(target="neo4j/neo4j", offline_maintenance="true"))
    asked = ("--helm", helm, "--chart", MAINTENANCE)
    values.write_text(text)
    says(neo4j_scenarios("validate --render", values, *asked), 0)
    values.write_text("".join(line for line in text.splitlines(keepends=True) if "enabledInOffline" not in line))
    says(neo4j_scenarios("validate", values), 0)
    done = neo4j_scenarios("validate --render", values, *asked)
    says(done, 1, "no rendered pod has a restore container, so Neo4j starts empty")


def test_values_that_ask_for_no_restore_may_have_none(neo4j_scenarios: Command, values: Path, helm: str) -> None:
    values.write_text("restore: {enabled: false}\n")
    says(neo4j_scenarios("validate --render", values, "--helm", helm, "--chart", CHART), 0)


def test_without_helm_rendering_is_refused(neo4j_scenarios: Command, values: Path) -> None:
    values.write_text(OWN)
    done = neo4j_scenarios("validate --render --helm no-such-helm", values)
    says(done, 2, "--render: needs Helm")
    says(neo4j_scenarios("validate --chart x", values), 2)


def test_programs_get_json(neo4j_scenarios: Command, values: Path) -> None:
    values.write_text(OWN.replace("neo4j\n", "1neo4j\n"))
    done = neo4j_scenarios("validate --json", values)
    ((told,),) = ([file] for file in json.loads(done.out))
    says(done, 1)
    assert done.err == ""
    assert told["file"] == str(values)
    assert not told["valid"]
    assert told["files"] == [str(values)]
    assert {(each["key"], each["file"], each["line"], each["column"]) for each in told["problems"]} == {
        ("restore.database", str(values), 3, 3)
    }


def test_github_shows_each_problem_at_its_line(neo4j_scenarios: Command, values: Path) -> None:
    values.write_text(OWN.replace("neo4j\n", "1neo4j\n"))
    done = neo4j_scenarios("validate --format github", values)
    says(done, 1)
    assert done.out.startswith(f"::error file={values},line=3,col=3,title=neo4j-scenarios::restore.database: ")
    odd = annotation(Finding(Place("a,b:c", 1, 2), "key", "50%\nmore", "hint"))
    assert odd == "::error file=a%2Cb%3Ac,line=1,col=2,title=neo4j-scenarios::key: 50%25%0Amore%0Atry: hint"
