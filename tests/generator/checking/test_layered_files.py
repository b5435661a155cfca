"""`neo4j-scenarios validate` of several files: they are laid over each other, as Helm does."""

from pathlib import Path

from tests.generator.conftest import Command
from tests.generator.inputs import make_scenario
from tests.support.says import says

from neo4j_scenarios.render.values_file import render

FILES = Path(__file__).parent


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
