"""What Argo CD is told of a fleet, against its published schemas."""

from pathlib import Path

from tests.generator.conftest import Command
from tests.generator.emit.engines import CHARTS, FLEET, GIT, objects, run_emit, valid
from tests.generator.fleets import make_fleet
from tests.support.says import says


def test_argo_cd_syncs_wave_by_wave_from_git(emit: Command, tmp_path: Path) -> None:
    says(emit("argocd", f"{CHARTS} {GIT} --at-once 4 --revision main"), 0)
    (own,) = objects(tmp_path / "out/applicationset.neo4j-restore.yaml")
    (official,) = objects(tmp_path / "out/applicationset.neo4j.yaml")
    valid([own, official])
    steps = own["spec"]["strategy"]["rollingSync"]["steps"]
    assert [(step["matchExpressions"][0]["values"], step["maxUpdate"]) for step in steps] == [(["0"], 4), (["10"], 4)]
    trial, live = own["spec"]["generators"][0]["list"]["elements"]
    assert (trial["application"], trial["kubernetes"], trial["namespace"]) == ("fleet-trial", "in-cluster", "trial")
    assert (live["application"], live["kubernetes"], live["namespace"]) == ("fleet-live", "us-prod", "graph")
    chart, values = own["spec"]["template"]["spec"]["sources"]
    assert (chart["repoURL"], chart["chart"]) == ("registry.example:5000/charts", "neo4j-restore")
    assert chart["helm"]["valueFiles"] == ["$values/fleets/prod/{{.values}}"]
    assert values == {"repoURL": "https://git.example/graphs.git", "targetRevision": "main", "ref": "values"}
    assert all((tmp_path / "out" / each["values"]).is_file() for each in (trial, live))
    assert own["spec"]["syncPolicy"] == {"preserveResourcesOnDeletion": True}


def test_argo_cd_leaves_the_servers_of_a_cluster_to_a_hand(emit: Command, tmp_path: Path) -> None:
    emit("argocd", f"{CHARTS} {GIT}")
    path = tmp_path / "out/applicationset.neo4j.yaml"
    (official,) = objects(path)
    valid([official])
    # Without a strategy and without automation Argo CD syncs nothing by itself.
    assert "strategy" not in official["spec"]
    assert "automated" not in official["spec"]["template"]["spec"]["syncPolicy"]
    assert "argocd app sync --async --selector neo4j-scenarios/cluster=CLUSTER" in path.read_text()
    emit("argocd", f"{CHARTS} {GIT}", FLEET.replace("trial: {}", "trial: {target: neo4j/neo4j, password-secret: a}"))
    (mixed,) = objects(path)
    (step,) = mixed["spec"]["strategy"]["rollingSync"]["steps"]
    assert step["matchExpressions"][1] == {"key": "neo4j-scenarios/servers", "operator": "In", "values": ["1"]}
    servers = {each["application"]: each["servers"] for each in mixed["spec"]["generators"][0]["list"]["elements"]}
    assert servers == {"fleet-trial": "1", **{f"fleet-big-{number}": "3" for number in (1, 2, 3)}}


def test_argo_cd_renders_the_official_chart_without_a_look_into_the_cluster(emit: Command, tmp_path: Path) -> None:
    emit("argocd", f"{CHARTS} {GIT}")
    (official,) = objects(tmp_path / "out/applicationset.neo4j.yaml")
    assert official["spec"]["template"]["spec"]["sources"][0]["helm"]["valuesObject"] == {"disableLookups": True}
    elements = official["spec"]["generators"][0]["list"]["elements"]
    assert [(each["application"], each["release"], each["values"]) for each in elements] == [
        (f"fleet-big-{number}", f"neo4j-{number}", "big/values.neo4j.yaml") for number in (1, 2, 3)
    ]


def test_argo_cd_has_a_project_with_windows_where_that_is_asked_for(emit: Command, tmp_path: Path) -> None:
    emit("argocd", f"{CHARTS} {GIT} --project graphs --argocd-namespace gitops")
    assert not (tmp_path / "out/project.yaml").exists()
    path = make_fleet(tmp_path, FLEET)
    command = f"emit argocd {path} -o {tmp_path / 'out'} {CHARTS} {GIT} --project graphs --argocd-namespace gitops"
    window = "deny;0 8 * * 1-5;10h"
    done = run_emit(*command.split(), "--sync-window", window)
    says(done, 0)
    resources = [each for file in (tmp_path / "out").glob("*.yaml") for each in objects(file)]
    valid(resources)
    assert {each["metadata"]["namespace"] for each in resources} == {"gitops"}
    (project,) = (each for each in resources if each["kind"] == "AppProject")
    assert project["spec"]["syncWindows"] == [
        {"kind": "deny", "schedule": "0 8 * * 1-5", "duration": "10h", "applications": ["*"], "manualSync": True}
    ]
    assert project["spec"]["destinations"] == [
        {"name": "in-cluster", "namespace": "*"},
        {"name": "us-prod", "namespace": "*"},
    ]
    (own,) = (each for each in resources if each["metadata"]["name"].endswith("-neo4j-restore"))
    assert own["spec"]["template"]["spec"]["project"] == "graphs"


def test_argo_cd_is_not_given_a_chart_that_makes_another_password_at_each_render(emit: Command) -> None:
    alone = "clusters:\n  one: {target: neo4j/neo4j}\n  two: {target: neo4j-helm, password-secret: first}\n"
    charts = f"{CHARTS} --chart neo4j-helm=https://helm.example/labs/neo4j:4.4.10"
    done = emit("argocd", f"{charts} {GIT}", FLEET.partition("groups:")[0] + alone)
    says(
        done,
        2,
        "error: password-secret: is missing for one: neo4j/neo4j makes a new password",
        "try: defaults: {password-secret: neo4j-password}",
    )
    says(emit("flux", charts, FLEET.partition("groups:")[0] + alone), 0)


def test_argo_cd_is_not_given_more_than_kubernetes_takes(emit: Command) -> None:
    clusters = "".join(f"  {'c' * 40}-{number}: {{}}\n" for number in range(5000))
    done = emit("argocd", f"{CHARTS} {GIT}", FLEET.partition("groups:")[0] + "clusters:\n" + clusters)
    says(done, 2, "error: the ApplicationSet: for neo4j-restore would have ")
