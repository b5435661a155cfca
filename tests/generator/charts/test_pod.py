"""Containers, volumes and mounts of one's own, pull Secrets, CPU, and data volumes that are there already."""

import json
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.generator.conftest import Command
from tests.generator.fleets import DEFAULTS, make_fleet
from tests.generator.inputs import make_scenario
from tests.support.says import says

from neo4j_scenarios.charts import values
from neo4j_scenarios.charts.neo4j_restore.read import CHARTS_CPU
from neo4j_scenarios.charts.schema import defaults
from neo4j_scenarios.errors import UsageError
from neo4j_scenarios.importing.imported import import_located
from neo4j_scenarios.render.values_file import render
from neo4j_scenarios.targets import NEO4J, NEO4J_RESTORE, TARGETS
from neo4j_scenarios.yaml.located import at, locate

README = (Path(__file__).parents[3] / "generator" / "README.md").read_text(encoding="utf-8")

TOOLS = [{"name": "tools", "image": "tools:1"}]
VOLUMES = [{"name": "mine", "emptyDir": {}}]
MOUNTS = [{"name": "mine", "mountPath": "/plugins"}]

GIVEN: dict[str, Any] = {
    "init-containers-before": TOOLS,
    "init-containers-after": TOOLS,
    "extra-containers": TOOLS,
    "extra-volumes": VOLUMES,
    "restore-mounts": MOUNTS,
    "neo4j-mounts": MOUNTS,
    "image-pull-secrets": "registry",
    "restore-cpu": "2",
    "data-volume": "claim/graph",
}

# Where the restore container is, for cells of the README's table that name it.
RESTORE = {"neo4j/neo4j": ("podSpec", "initContainers", 0), "neo4j-helm": ("core", "initContainers", 0)}


def rows() -> list[tuple[str, str, str]]:
    """Return the cells of the README's table: input, target, and where its chart has it."""
    _, table = README.split("| input | `neo4j-restore` | `neo4j/neo4j` | `neo4j-helm` |\n")
    lines = [line.strip("| ").split(" | ") for line in table.split("\n\n")[0].splitlines()[1:]]
    return [
        (cells[0], target, cell)
        for cells in lines
        for target, cell in zip(TARGETS, cells[1:], strict=True)
        if not cells[0].endswith("`volumeClaimTemplate`")
    ]


def made(said: str, target: str) -> tuple[str, dict[str, Any]]:
    """Return the input that a cell names, and the values with that input and what it needs."""
    name = re.findall(r"[a-z0-9-]+", said)[0]
    text = "selector/disk=fast" if "selector" in said else GIVEN[name]
    given = {name: text, **({"extra-volumes": VOLUMES} if "mounts" in name else {})}
    texts = {key: each if isinstance(each, str) else json.dumps(each) for key, each in given.items()}
    return name, values(make_scenario(target=target, **{key.replace("-", "_"): text for key, text in texts.items()}))


@pytest.mark.parametrize(("said", "target", "cell"), rows())
def test_each_input_stands_where_the_table_says(said: str, target: str, cell: str) -> None:
    if cell == "refused":
        with pytest.raises(UsageError, match="--data-volume: the chart"):
            made(said, target)
        return
    key, generated = made(said, target)
    if cell == "the restore container":
        part = {"restore-mounts": "volumeMounts", "restore-cpu": "resources"}[key]
        assert str(GIVEN[key][0] if isinstance(GIVEN[key], list) else "'cpu': '2'") in str(
            at(generated, (*RESTORE[target], part))
        )
        return
    (path,) = re.findall(r"`([\w.]+)`", cell)
    held = at(generated, tuple(path.split(".")))
    expected = GIVEN[key][0] if isinstance(GIVEN[key], list) else "registry" if "pull" in key else ""
    assert held, generated
    assert expected in held or [{"name": expected}] == held or not expected
    assert held == generated["restore"]["resources"] if key == "restore-cpu" else True


@pytest.mark.parametrize("target", TARGETS)
def test_init_containers_stand_around_the_restore(target: str) -> None:
    around = {"init_containers_before": "[{name: a, image: x}]", "init_containers_after": "[{name: b, image: x}]"}
    generated = values(make_scenario(target=target, **around))
    if target in RESTORE:
        assert [each["name"] for each in at(generated, RESTORE[target][:2])] == ["a", "restore", "b"]
    else:
        assert (generated["initContainersBefore"][0]["name"], generated["initContainersAfter"][0]["name"]) == ("a", "b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", {"requests": {"cpu": "2", "memory": "1280Mi"}, "limits": {"cpu": "2", "memory": "1280Mi"}}),
        ("500m/2", {"requests": {"cpu": "500m", "memory": "1280Mi"}, "limits": {"cpu": "2", "memory": "1280Mi"}}),
        ("500m/none", {"requests": {"cpu": "500m", "memory": "1280Mi"}, "limits": {"memory": "1280Mi"}}),
        ("auto", {"requests": {"memory": "1280Mi"}, "limits": {"memory": "1280Mi"}}),
    ],
)
def test_requests_equal_limits_where_one_amount_is_asked_for(text: str, expected: dict[str, Any]) -> None:
    generated = values(make_scenario(target="neo4j/neo4j", restore_cpu=text))
    assert generated["podSpec"]["initContainers"][0]["resources"] == expected


def test_without_cpu_ours_takes_the_charts_request_back() -> None:
    assert defaults(NEO4J_RESTORE)["restore"]["resources"]["requests"] == {"cpu": CHARTS_CPU}
    assert values(make_scenario(restore_cpu="none"))["restore"]["resources"] == {"requests": {"cpu": None}}


BAD = {
    "no list": ({"extra_volumes": "{name: a}"}, "--extra-volumes: must be a list of volumes"),
    "no name": ({"extra_volumes": "[{emptyDir: {}}]"}, "--extra-volumes: volume 1 has no text under 'name'"),
    "no path": ({"restore_mounts": "[{name: data}]"}, "--restore-mounts: mount 1 has no text under 'mountPath'"),
    "no YAML": ({"extra_volumes": "[{"}, "--extra-volumes: is neither JSON nor YAML of one line"),
    "twice": ({"extra_volumes": "[{name: a}, {name: a}]"}, "--extra-volumes: has the volume 'a' twice"),
    "two lists": (
        {"extra_containers": json.dumps(TOOLS), "init_containers_after": json.dumps(TOOLS)},
        "--extra-containers: names a container 'tools', which is the name of one of --init-containers-after",
    ),
    "restore": (
        {"init_containers_before": "[{name: restore, image: x}]"},
        "--init-containers-before: names a container 'restore', which is the name of the restore container",
    ),
    "neo4j": ({"extra_containers": "[{name: neo4j, image: x}]"}, "which is the name of the Neo4j container"),
    "no image": ({"extra_containers": "[{name: a}]"}, "--extra-containers: the container 'a' has no image"),
    "unknown volume": (
        {"restore_mounts": json.dumps(MOUNTS)},
        "--restore-mounts: mounts the volume 'mine', but the pod has no volume of that name",
    ),
    "unknown volume of a container": (
        {"extra_containers": json.dumps([{**TOOLS[0], "volumeMounts": MOUNTS}])},
        "--extra-containers: the container 'tools' mounts the volume 'mine', but the pod has no volume of that name",
    ),
    "taken volume": ({"extra_volumes": "[{name: data}]"}, "--extra-volumes: the volume 'data' has the name of a"),
    "over the data": (
        {"neo4j_mounts": "[{name: data, mountPath: /data/}]"},
        "--neo4j-mounts: mounts something at /data/, where the container already has a volume",
    ),
    "over the key": ({"restore_mounts": "[{name: data, mountPath: /auth}]"}, "mounts something at /auth"),
    "secret": (
        {"extra_containers": json.dumps([{**TOOLS[0], "env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}])},
        "--extra-containers: the container 'tools' has a secret in the open, in its variable DB_PASSWORD",
    ),
    "offline": (
        {"init_containers_before": json.dumps(TOOLS), "target": "neo4j/neo4j", "offline_maintenance": "true"},
        "--init-containers-before: the chart leaves the container 'tools' out in its offline maintenance mode",
    ),
    "other key": (
        {"extra_containers": json.dumps([{**TOOLS[0], "enabledInOfflineMaintenanceMode": True}])},
        "which only the chart neo4j/neo4j knows",
    ),
    "two pull secrets": (
        {"image_pull_secrets": "a,b", "target": "neo4j-helm"},
        "--image-pull-secrets: the chart neo4j-helm takes one pull Secret, but 2 are given",
    ),
    "pull secret": ({"image_pull_secrets": "a,B"}, "--image-pull-secrets: 'B' is not a name in Kubernetes"),
    "cpu": ({"restore_cpu": "0"}, "--restore-cpu: '0' is not an amount of CPU"),
    "cpu limit": ({"restore_cpu": "1/0m"}, "--restore-cpu: '1/0m' is not an amount of CPU"),
    "labs": (
        {"data_volume": "claim/a", "target": "neo4j-helm"},
        "--data-volume: the chart neo4j-helm makes its own data",
    ),
    "own": ({"data_volume": "selector"}, "--data-volume: the chart neo4j-restore takes an existing claim"),
    "mode": ({"data_volume": "{share: {name: a}}", "target": "neo4j/neo4j"}, "is not claim/NAME, selector"),
    "label": ({"data_volume": "selector/a", "target": "neo4j/neo4j"}, "--data-volume: 'a' is not a label"),
    "size": (
        {"data_volume": "claim/a", "storage_size": "5Gi"},
        "--storage-size: has no effect on the data volume 'claim'",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_would_keep_the_pod_from_starting_is_refused(case: str) -> None:
    changes, expected = BAD[case]
    with pytest.raises(UsageError) as caught:
        make_scenario(**changes)
    assert expected in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("volume", ["claim/graph", '{"volume": {"persistentVolumeClaim": {"claimName": "a"}, "x": 1}}'])
def test_one_claim_is_not_for_all_servers_of_a_cluster(volume: str) -> None:
    cluster = {"scenario": "cluster", "target": "neo4j/neo4j", "edition": "enterprise", "accept_license": "yes"}
    cluster |= {"accept_first_bootstrap": "true", "timestamp": "2026-01-31T02:00:00Z"}
    with pytest.raises(UsageError, match="--data-volume: is a single claim, but each server of a cluster"):
        make_scenario(data_volume=volume, **cluster)
    assert make_scenario(data_volume="selector", **cluster)


def test_a_file_has_lists_as_they_are_with_the_types_of_helm(neo4j_scenarios: Command, tmp_path: Path) -> None:
    (example,) = re.findall(
        r"(?<=fleet file they are lists. A flag takes one\nline of YAML or JSON:\n\n)(?:    .*\n)+", README
    )
    (tmp_path / "scenario.yaml").write_text(
        textwrap.dedent(example) + "extra-containers: [{name: side, image: '5', args: ['no', no, 080, 0440, 1.0, ~]}]\n"
    )
    says(neo4j_scenarios("build", tmp_path), 0)
    for target in TARGETS.values():
        generated = yaml.safe_load((tmp_path / f"values.{target.slug}.yaml").read_text())
        side = {"neo4j-restore": ("extraContainers",), "neo4j": ("podSpec", "containers")}
        container = at(generated, side.get(target.slug, ("core", "sidecarContainers")))[0]
        assert container == {"name": "side", "image": "5", "args": ["no", False, "080", 288, 1.0, None]}


def test_lists_of_a_fleet_replace_each_other_and_have_expressions_in_their_texts(
    neo4j_scenarios: Command, tmp_path: Path
) -> None:
    fleet = DEFAULTS + textwrap.dedent("""\
          extra-volumes: [{name: "of-{{ name }}", configMap: {name: "{{ labels['env'] }}", defaultMode: 0440}}]
          image-pull-secrets: [one, two]
        clusters:
          a: {}
          b: {extra-volumes: [{name: mine, emptyDir: {}}]}
          c: {extra-volumes: null}
        """).replace("\nextra", "\n  extra").replace("\nimage", "\n  image")
    fleet = re.sub(r"^(extra|image)", r"  \1", fleet, flags=re.MULTILINE)
    says(neo4j_scenarios("build", make_fleet(tmp_path, fleet)), 0)
    by_cluster = {
        name: yaml.safe_load((tmp_path / "out" / name / "values.neo4j-restore.yaml").read_text()) for name in "abc"
    }
    held = {name: [each["name"] for each in each_.get("extraVolumes", [])] for name, each_ in by_cluster.items()}
    assert held == {"a": ["of-a"], "b": ["mine"], "c": []}
    assert by_cluster["a"]["extraVolumes"][0]["configMap"] == {"name": "dev", "defaultMode": 288}
    assert by_cluster["a"]["imagePullSecrets"] == [{"name": "one"}, {"name": "two"}]


MODES: dict[str, tuple[dict[str, Any], str]] = {
    "claim": ({"mode": "volume", "volume": {"persistentVolumeClaim": {"claimName": "graph"}}}, "claim/graph"),
    "volume": (
        {"mode": "volume", "volume": {"setOwnerAndGroupWritableFilePermissions": True, "nfs": {"path": "/a"}}},
        '{"volume": {"nfs": {"path": "/a"}, "setOwnerAndGroupWritableFilePermissions": true}}',
    ),
    "template": (
        {"mode": "volumeClaimTemplate", "volumeClaimTemplate": {"accessModes": ["ReadWriteOnce"]}},
        '{"volumeClaimTemplate": {"accessModes": ["ReadWriteOnce"]}}',
    ),
    "selector": ({"mode": "selector"}, "selector"),
    "labels": (
        {"mode": "selector", "selector": {"selectorTemplate": {"matchLabels": {"disk": "fast"}}}},
        "selector/app=graph,disk=fast,helm.neo4j.com/volume-role=data",
    ),
    "labels alone": (
        {"mode": "selector", "selector": {"selectorTemplate": {"matchLabels": {
            "disk": "fast", "app": None, "helm.neo4j.com/volume-role": None}}}},
        "selector/disk=fast",
    ),
}  # fmt: skip


@pytest.mark.parametrize("folder", [{}, {"disableSubPathExpr": True}, {"subPathExpr": "graph"}], ids=str)
@pytest.mark.parametrize("mode", MODES)
def test_each_mode_of_the_official_charts_volume_is_carried(
    neo4j_scenarios: Command, tmp_path: Path, mode: str, folder: dict[str, Any]
) -> None:
    data, expected = MODES[mode]
    given = {"neo4j": {"name": "graph"}, "volumes": {"data": {**data, **folder}}}
    imported = import_located(locate(yaml.safe_dump(given), "values.yaml"), NEO4J, NEO4J)
    assert imported.inputs["data-volume"] == expected
    assert {each.key for each in imported.left} == {"bucket", "database"}
    scenario = make_scenario(
        **{key.replace("-", "_"): text for key, text in imported.inputs.items() if key != "scenario"}
    )
    (tmp_path / "values.yaml").write_text(render(scenario))
    says(neo4j_scenarios("validate", tmp_path / "values.yaml"), 0)
    mounted = values(scenario)["podSpec"]["initContainers"][0]["volumeMounts"][0]
    below = {} if folder.get("disableSubPathExpr") else {"subPathExpr": folder.get("subPathExpr", "data")}
    assert mounted == {"name": "data", "mountPath": "/data", **below}
    assert values(scenario)["volumes"]["data"]["mode"] == data["mode"]


def test_labels_that_are_templates_are_told() -> None:
    labels = {"selectorTemplate": {"matchLabels": {"app": "{{ .Release.Name }}"}}}
    given = {"neo4j": {"name": "graph"}, "volumes": {"data": {"mode": "selector", "selector": labels}}}
    imported = import_located(locate(yaml.safe_dump(given), "values.yaml"), NEO4J, NEO4J)
    assert "volumes.data.selector.selectorTemplate.matchLabels" in {each.key for each in imported.left}


def test_init_containers_of_a_file_without_a_restore_run_after_the_new_one() -> None:
    given = {"podSpec": {"initContainers": TOOLS}, "additionalVolumes": VOLUMES, "additionalVolumeMounts": MOUNTS}
    imported = import_located(locate(yaml.safe_dump(given), "values.yaml"), NEO4J, NEO4J)
    assert json.loads(imported.inputs["init-containers-after"])[0]["name"] == "tools"
    assert {each.key for each in imported.left} == {"bucket", "database"}


def test_a_volume_that_a_container_of_the_users_mounts_too_keeps_its_name() -> None:
    text = render(make_scenario(target="neo4j/neo4j"))
    given = yaml.safe_load(text.replace("restore-service-key", "creds").replace('secretName: "creds"', "secretName: k"))
    given["podSpec"]["initContainers"].append({**TOOLS[0], "volumeMounts": [{"name": "creds", "mountPath": "/k"}]})
    imported = import_located(locate(yaml.safe_dump(given), "values.yaml"), NEO4J, NEO4J)
    assert imported.left == ()
    assert imported.inputs["secret"] == "k"
    assert [each["name"] for each in json.loads(imported.inputs["extra-volumes"])] == ["creds"]
