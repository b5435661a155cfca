"""`neo4j-scenarios validate`: what is wrong with a values file is told at its line, all of it at once."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from tests.generator.conftest import Command
from tests.generator.inputs import all_inputs, make_scenario
from tests.support.says import says

from neo4j_scenarios.checking import Finding, check
from neo4j_scenarios.checking.report import annotation
from neo4j_scenarios.parse import parse
from neo4j_scenarios.render.values_file import render
from neo4j_scenarios.yaml.tree import Place

ROOT = Path(__file__).parents[3]
CHART = ROOT / "charts" / "neo4j-restore"

# An official-chart file by hand, without a mistake.
OFFICIAL = """
neo4j:
  name: graph
volumes:
  data:
    mode: defaultStorageClass
services: {neo4j: {enabled: false}}
podSpec:
  initContainers:
    - name: restore
      image: registry.example/neo4j-restore:0.1.0
      env:
        - {name: BUCKET, value: gs://graph-backups}
        - {name: DATABASE, value: neo4j}
        - {name: GOOGLE_APPLICATION_CREDENTIALS, value: /auth/credentials.json}
        - {name: HTTPS_PROXY, value: "http://proxy:3128"}
      volumeMounts:
        - {name: data, mountPath: /data, subPath: data}
        - {name: key, mountPath: /auth}
additionalVolumes:
  - name: key
    secret: {secretName: graph-key}
"""
LABS = """
core:
  standalone: true
  initContainers:
    - name: restore
      image: registry.example/neo4j-restore:0.1.0
      env:
        - {name: BUCKET, value: gs://graph-backups}
        - {name: DATABASE, value: neo4j}
      volumeMounts:
        - {name: datadir, mountPath: /data}
"""
OWN = """
restore:
  bucket: gs://graph-backups
  database: neo4j
"""

# A change of such a file, the line of what is then wrong, and words of it.
MISTAKES = {
    "no bucket": (
        OFFICIAL,
        "{name: BUCKET, value: gs://graph-backups}",
        "{name: X, value: y}",
        12,
        "BUCKET is not set",
    ),
    "bucket": (OFFICIAL, "gs://graph-backups", "graph-backups", 13, "BUCKET: 'graph-backups' has no scheme"),
    "databases": (OFFICIAL, "value: neo4j}", "value: 'neo4j,Neo4j'}", 14, "names a database twice"),
    "name": (OFFICIAL, "HTTPS_PROXY", "TIMESTMP", 16, "did you mean TIMESTAMP?"),
    "prefix": (OFFICIAL, "HTTPS_PROXY", "NEO4J_TIMESTAMP", 16, "starts with NEO4J_"),
    "twice": (OFFICIAL, "HTTPS_PROXY", "DATABASE", 16, "DATABASE is set twice"),
    "number": (
        OFFICIAL,
        'name: HTTPS_PROXY, value: "http://proxy:3128"',
        "name: RETRY_SECONDS, value: 60",
        16,
        "is not a text",
    ),
    "secret": (OFFICIAL, "name: HTTPS_PROXY", "name: DB_PASSWORD", 16, "holds a secret in plain text"),
    "sub-path": (OFFICIAL, ", subPath: data", "", 18, "differs from the server's mount"),
    "no data": (OFFICIAL, "mountPath: /data", "mountPath: /dta", 17, "mounts no volume at /data"),
    "key elsewhere": (OFFICIAL, "mountPath: /auth", "mountPath: /keys", 15, "nothing is mounted at /auth"),
    "volume": (OFFICIAL, "- name: key", "- name: kee", 19, "mounts the volume 'key', but the pod has no volume"),
    "items": (
        OFFICIAL,
        "secretName: graph-key",
        "secretName: k, items: [{key: a, path: key.json}]",
        22,
        "names credentials.json",
    ),
    "password": (
        OFFICIAL,
        "name: graph\n",
        "name: graph\n  password: hunter2-hunter2\n",
        4,
        "is a password in plain text",
    ),
    "typo": (OFFICIAL, "additionalVolumes", "additionalVolume", 20, "did you mean 'additionalVolumes'?"),
    "other key": (
        OFFICIAL,
        "services: {neo4j: {enabled: false}}",
        "secretMount: {}",
        7,
        "did you mean 'secretMounts'?",
    ),
    "type": (OFFICIAL, "services: {neo4j: {enabled: false}}", "image: neo4j", 7, "must be of type object"),
    "cluster": (OFFICIAL, "name: graph\n", "name: graph\n  minimumClusterSize: 3\n", 13, "chooses by itself"),
    "always": (
        LABS,
        "value: neo4j}",
        "value: neo4j}\n        - {name: FORCE_OVERWRITE, value: 'true'}",
        10,
        "each start",
    ),
    "old image": (
        LABS,
        "registry.example/neo4j-restore:0.1.0",
        "gcr.io/neo4j-helm/restore:4.4.10",
        6,
        "the old restore",
    ),
    "labs sub-path": (
        LABS,
        "standalone: true",
        "standalone: true\n  persistentVolume: {subPath: neo}",
        12,
        "subPathExpr 'neo'",
    ),
    "read-only": (
        LABS,
        "name: restore\n",
        "name: restore\n      securityContext: {readOnlyRootFilesystem: true}\n",
        11,
        "has a read-only root",
    ),
    "small limit": (
        LABS,
        "name: restore\n",
        "name: restore\n      resources: {limits: {memory: 256Mi}}\n",
        6,
        "is 256Mi, less than the heap of neo4j-admin, which is 512m",
    ),
    "own small limit": (
        OWN,
        "database: neo4j",
        "database: neo4j\n  heapSize: 2g\n  resources: {limits: {memory: 1Gi}}",
        6,
        "is 1Gi, less than the heap of neo4j-admin, which is 2g",
    ),
    "own key": (OWN, "database:", "databse:", 4, "did you mean 'database'?"),
    "own policy": (OWN, "database: neo4j", "database: neo4j\n  forceOverwrite: 'true'", 5, "each start"),
    "own time": (OWN, "database: neo4j", "database: neo4j\n  notAfter: tomorrow", 5, "RESTORE_NOT_AFTER: 'tomorrow'"),
}


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


@pytest.mark.parametrize("text", [OFFICIAL, LABS, OWN], ids=["official", "labs", "own"])
def test_a_file_of_another_hand_without_a_mistake_is_valid(neo4j_scenarios: Command, values: Path, text: str) -> None:
    values.write_text(text)
    done = neo4j_scenarios("validate", values)
    says(done, 0)
    assert done.out == f"valid {values}\n"
    assert done.err == ""


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_at_its_line_with_a_way_out(neo4j_scenarios: Command, values: Path, mistake: str) -> None:
    text, old, new, line, words = MISTAKES[mistake]
    assert old in text
    values.write_text(text.replace(old, new))
    done = neo4j_scenarios("validate", values)
    says(done, 1)
    assert done.out == ""
    told = [each for each in done.err.splitlines() if each.startswith(f"error: {values}:{line}:")]
    assert any(words in each for each in told), done.err
    assert "hunter2" not in done.err
    assert done.err.count("try: ") == done.err.count("error: ")


def test_a_restore_container_in_the_wrong_place_is_told(neo4j_scenarios: Command, values: Path) -> None:
    values.write_text(f"imageTag: 4.4.10\n{LABS}".replace("core:\n  standalone: true", "other:"))
    done = neo4j_scenarios("validate", values)
    says(done, 1, f"error: {values}:5:7: other.initContainers[0]: is a restore container")


def test_a_file_without_a_restore_is_told(neo4j_scenarios: Command, values: Path) -> None:
    values.write_text("core: {standalone: true}")
    assert f"error: {values}:1:1: has no restore container" in neo4j_scenarios("validate", values).err


def test_all_files_are_checked_and_all_problems_told_at_once(neo4j_scenarios: Command, tmp_path: Path) -> None:
    for name, text in {"a": OWN, "b": "core: [", "c": OWN.replace("neo4j\n", "1neo4j\n").replace("gs://", "")}.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    done = neo4j_scenarios("validate --each", *(tmp_path / f"{name}.yaml" for name in "abcd"))
    says(done, 1)
    assert done.out == f"valid {tmp_path}/a.yaml\n"
    places = [line.split(": ")[1].removeprefix(f"{tmp_path}/") for line in done.err.splitlines() if "error" in line]
    assert places[0].startswith("b.yaml:")
    assert [place.rsplit(":", 1)[0] for place in places[1:3]] == ["c.yaml:3", "c.yaml:4"]
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
    (tmp_path / "b.yaml").write_text(LABS)
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


def test_the_rendered_pod_is_checked(neo4j_scenarios: Command, values: Path, tmp_path: Path, helm: str) -> None:
    # A chart that mounts its data in a folder, and hands init containers on as they are.
    (tmp_path / "chart" / "templates").mkdir(parents=True)
    (tmp_path / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: other\nversion: 1.0.0\n")
    (tmp_path / "chart" / "templates" / "set.yaml").write_text(
        """apiVersion: apps/v1
kind: StatefulSet
metadata: {name: graph}
spec:
  volumeClaimTemplates: [{metadata: {name: datadir}}]
  template:
    spec:
      initContainers: {{ toYaml .Values.core.initContainers | nindent 8 }}
      containers: [{name: neo4j, volumeMounts: [{name: datadir, mountPath: /data, subPath: graph}]}]
"""
    )
    values.write_text(LABS)
    done = neo4j_scenarios("validate --render", values, "--helm", helm, "--chart", tmp_path / "chart")
    says(
        done,
        1,
        f"error: {values}:1:1: StatefulSet/graph initContainers[0].volumeMounts[0]: differs from the server's mount",
    )


@pytest.fixture
def official(tmp_path: Path) -> Path:
    """Return a chart that leaves init containers out in the offline maintenance mode, and fails without a cluster."""
    (tmp_path / "chart" / "templates").mkdir(parents=True)
    (tmp_path / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: other\nversion: 1.0.0\n")
    (tmp_path / "chart" / "templates" / "set.yaml").write_text(
        """{{- if not .Values.disableLookups }}{{ fail "the Secret is not there" }}{{ end -}}
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: graph}
spec:
  volumeClaimTemplates: [{metadata: {name: data}}]
  template:
    spec:
      volumes: {{ toYaml .Values.additionalVolumes | nindent 8 }}
      initContainers:
      {{- range .Values.podSpec.initContainers }}
      {{- if or .enabledInOfflineMaintenanceMode (not $.Values.neo4j.offlineMaintenanceModeEnabled) }}
        - {{ omit . "enabledInOfflineMaintenanceMode" | toYaml | nindent 10 }}
      {{- end }}
      {{- end }}
      containers: [{name: neo4j, volumeMounts: [{name: data, mountPath: /data, subPathExpr: data}]}]
"""
    )
    return tmp_path / "chart"


def test_a_chart_that_looks_into_the_cluster_is_rendered_without_one(
    neo4j_scenarios: Command, values: Path, official: Path, helm: str
) -> None:
    values.write_text(render(make_scenario(target="neo4j/neo4j")))
    says(neo4j_scenarios("validate --render", values, "--helm", helm, "--chart", official), 0)


def test_a_pod_without_a_restore_container_is_told(
    neo4j_scenarios: Command, values: Path, official: Path, helm: str
) -> None:
    text = render(make_scenario(target="neo4j/neo4j", offline_maintenance="true"))
    asked = ("--helm", helm, "--chart", official)
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
        ("restore.database", str(values), 4, 3)
    }


def test_github_shows_each_problem_at_its_line(neo4j_scenarios: Command, values: Path) -> None:
    values.write_text(OWN.replace("neo4j\n", "1neo4j\n"))
    done = neo4j_scenarios("validate --format github", values)
    says(done, 1)
    assert done.out.startswith(f"::error file={values},line=4,col=3,title=neo4j-scenarios::restore.database: ")
    odd = annotation(Finding(Place("a,b:c", 1, 2), "key", "50%\nmore", "hint"))
    assert odd == "::error file=a%2Cb%3Ac,line=1,col=2,title=neo4j-scenarios::key: 50%25%0Amore%0Atry: hint"
