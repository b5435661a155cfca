"""`neo4j-scenarios validate --render`: Helm renders the chart, and the pod is checked."""

from pathlib import Path

from tests.generator.conftest import Command
from tests.generator.inputs import make_scenario
from tests.support.says import says

from neo4j_scenarios.render.values_file import render

CHART = Path(__file__).parents[3] / "charts" / "neo4j-restore"
FILES = Path(__file__).parent
MAINTENANCE = FILES / "charts" / "maintenance"
OWN = (FILES / "right" / "own.yaml").read_text(encoding="utf-8")


def test_helm_has_the_last_word(neo4j_scenarios: Command, values: Path, helm: str) -> None:
    values.write_text(OWN)
    asked = ("--render", "--helm", helm, "--chart", CHART)
    says(neo4j_scenarios("validate", values, *asked), 0)
    values.write_text(OWN + "  command: rollback\ndata: {emptyDir: true}\n")
    says(neo4j_scenarios("validate", values), 0)
    done = neo4j_scenarios("validate", values, *asked)
    says(done, 1, "restore.command rollback finds no data with data.emptyDir")


def test_helm_gets_all_files(neo4j_scenarios: Command, tmp_path: Path, helm: str) -> None:
    ours, mine = tmp_path / "ours.yaml", tmp_path / "mine.yaml"
    ours.write_text(OWN)
    mine.write_text("restore: {command: rollback}\ndata: {emptyDir: true}\n")
    asked = ("--render", "--helm", helm, "--chart", CHART)
    says(neo4j_scenarios("validate", ours, *asked), 0)
    assert "finds no data with data.emptyDir" in neo4j_scenarios("validate", ours, mine, *asked).err


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
