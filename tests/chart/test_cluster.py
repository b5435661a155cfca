"""A cluster: what its servers are told, by version, and what keeps their data the same."""

from typing import Any

import pytest
from tests.chart.helm import Helm, Object, Rendered, Values, env, make_values

from neo4j_restore import settings, spec
from neo4j_restore.addresses import Address

MEMBERS = [f"graph-neo4j-restore-{number}.graph-neo4j-restore-members.default.svc.cluster.local" for number in range(3)]


def cluster(
    tag: str, restore: Values | None = None, cluster: Values | None = None, replicas: int = 0, **others: Any
) -> Values:
    """Return the values of three servers of a version, with consent to what is not documented for it."""
    pinned = {"timestamp": "2026-01-31T02-00-00", **(restore or {})}
    shape = {"acceptFirstBootstrap": tag[0] in "52", **(cluster or {})}
    image = {"tag": f"{tag}-enterprise"}
    return make_values(
        pinned,
        **{
            "servers": 3,
            "readReplicas": replicas,
            "cluster": shape,
            "image": image,
            "acceptLicenseAgreement": "yes",
            **others,
        },
    )


def at(port: int) -> str:
    return ",".join(f"{member}:{port}" for member in MEMBERS)


def neo4j_settings(rendered: Rendered, component: str = "database") -> dict[str, Any]:
    """Return the settings that Neo4j's container gets, by their names in neo4j.conf."""
    (container,) = rendered.workload(component)["spec"]["template"]["spec"]["containers"]
    given = {name: text for name, text in env(container).items() if name.startswith("NEO4J_")}
    return {_setting(name): text for name, text in given.items() if name != "NEO4J_ACCEPT_LICENSE_AGREEMENT"}


def _setting(variable: str) -> str:
    """Return the setting that Neo4j's image makes of a variable."""
    return variable.removeprefix("NEO4J_").replace("__", "%").replace("_", ".").replace("%", "_")


def service(rendered: Rendered, name: str) -> Object:
    (item,) = (each for each in rendered if each["kind"] == "Service" and each["metadata"]["name"] == name)
    return item["spec"]  # type: ignore[no-any-return]


# Held to the operations manuals of 3.5, 4.4, 5 and 2026: "Configuration settings", "Ports", "Deploy a cluster", and
# "Breaking changes in Neo4j 2025.01". Of 3.3 it was run.
OWN = "$(POD_NAME).graph-neo4j-restore-members.default.svc.cluster.local"
CAUSAL = {
    "dbms.mode": "CORE",
    "causal_clustering.initial_discovery_members": at(5000),
    "causal_clustering.discovery_advertised_address": f"{OWN}:5000",
    "causal_clustering.transaction_advertised_address": f"{OWN}:6000",
    "causal_clustering.raft_advertised_address": f"{OWN}:7000",
    "dbms.security.causal_clustering_status_auth_enabled": "false",
}
FROM_5 = {
    "server.default_listen_address": "0.0.0.0",  # noqa: S104 - in the pod
    "server.default_advertised_address": OWN,
    "dbms.cluster.discovery.resolver_type": "LIST",
    "dbms.cluster.minimum_initial_system_primaries_count": "3",
    "initial.dbms.default_primaries_count": "3",
    "dbms.security.cluster_status_auth_enabled": "false",
}
OF_3 = {
    "dbms.connectors.default_listen_address": "0.0.0.0",  # noqa: S104 - in the pod
    "dbms.connectors.default_advertised_address": OWN,
}
OF_4 = {
    "dbms.default_listen_address": "0.0.0.0",  # noqa: S104 - in the pod
    "dbms.default_advertised_address": OWN,
    "causal_clustering.minimum_core_cluster_size_at_formation": "3",
}


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("3.3.5", CAUSAL | OF_3 | {"causal_clustering.expected_core_cluster_size": "3"}),
        ("3.5.35", CAUSAL | OF_3 | {"causal_clustering.minimum_core_cluster_size_at_formation": "3"}),
        ("4.0.12", CAUSAL | OF_4),
        ("4.4.48", CAUSAL | OF_4),
        ("5.0.0", FROM_5 | {"dbms.cluster.discovery.endpoints": at(5000)}),
        ("5.22.0", FROM_5 | {"dbms.cluster.discovery.endpoints": at(5000)}),
        (
            "5.26.30",
            FROM_5 | {"dbms.cluster.discovery.version": "V2_ONLY", "dbms.cluster.discovery.v2.endpoints": at(6000)},
        ),
        ("2025.01.0", FROM_5 | {"dbms.cluster.endpoints": at(6000)}),
        ("2026.08.1", FROM_5 | {"dbms.cluster.endpoints": at(6000)}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_settings_of_a_cluster_are_those_of_its_version(tag: str, expected: dict[str, str], helm: Helm) -> None:
    assert neo4j_settings(helm.template(cluster(tag))) == expected


@pytest.mark.parametrize(
    ("tag", "setting"),
    [
        ("3.5.35", "dbms.backup.address"),
        ("4.4.48", "dbms.backup.listen_address"),
        ("5.26.30", "server.backup.listen_address"),
    ],
)
def test_backups_are_served_only_where_they_are_asked_for(tag: str, setting: str, helm: Helm) -> None:
    off, on = (helm.template(cluster(tag, cluster={"backups": backups})) for backups in (False, True))
    assert not [name for name in neo4j_settings(off) if ".backup." in name]
    assert neo4j_settings(on)[setting] == "0.0.0.0:6362"
    ports = [[port["port"] for port in service(each, "graph-neo4j-restore-admin")["ports"]] for each in (off, on)]
    assert ports == [[7687, 7474], [7687, 7474, 6362]]


def test_a_setting_of_config_overrides_that_of_the_cluster(helm: Helm) -> None:
    rendered = helm.template(cluster("4.4.48", config={"dbms.default_advertised_address": "graph.example"}))
    assert neo4j_settings(rendered)["dbms.default_advertised_address"] == "graph.example"


def test_the_version_of_another_tag_is_given(helm: Helm) -> None:
    rendered = helm.template(cluster("4.4.48", cluster={"neo4jVersion": "4.4"}, image={"tag": "production"}))
    assert neo4j_settings(rendered)["dbms.mode"] == "CORE"


@pytest.mark.parametrize("tag", ["3.5.35", "4.4.48", "5.26.30", "2026.08.1"])
def test_each_member_restores_the_same_set_and_asks_the_others(tag: str, helm: Helm) -> None:
    rendered = helm.template(cluster(tag))
    variables = env(rendered.restore)
    # As Kubernetes fills it in.
    variables["VOLUME_ID"] = variables["VOLUME_ID"].replace("$(POD_NAME)", "graph-neo4j-restore-1")
    del variables["POD_NAME"]
    given = settings.from_environment(variables)
    assert str(given.request.timestamp) == "2026-01-31T02-00-00"
    assert given.cluster.on_living is spec.OnLivingCluster.CATCH_UP
    assert given.cluster.members == tuple(Address(member, 7474) for member in MEMBERS)


def test_each_member_names_its_own_volume_and_helm_test_that_of_the_first_one(helm: Helm) -> None:
    rendered = helm.template(cluster("4.4.48", replicas=1))
    for component in ("database", "read-replica"):
        (restore,) = rendered.workload(component)["spec"]["template"]["spec"]["initContainers"]
        assert env(restore)["VOLUME_ID"] == "default/data-$(POD_NAME)"
        assert list(env(restore)).index("POD_NAME") < list(env(restore)).index("VOLUME_ID")
    (reader,) = rendered.reader("verify")["spec"]["containers"]
    assert env(reader)["VOLUME_ID"] == "default/data-graph-neo4j-restore-0"


def test_all_members_start_at_once_and_find_each_other_before_they_are_ready(helm: Helm) -> None:
    rendered = helm.template(cluster("4.4.48", replicas=2))
    for component, name, count in (("database", "members", 3), ("read-replica", "replicas", 2)):
        workload = rendered.workload(component)["spec"]
        assert (workload["podManagementPolicy"], workload["replicas"]) == ("Parallel", count)
        headless = service(rendered, f"graph-neo4j-restore-{name}")
        assert workload["serviceName"] == f"graph-neo4j-restore-{name}"
        assert (headless["clusterIP"], headless["publishNotReadyAddresses"]) == ("None", True)
        assert headless["selector"] == workload["selector"]["matchLabels"]
        assert headless["selector"]["app.kubernetes.io/component"] == component


def test_clients_reach_the_cores_that_serve(helm: Helm) -> None:
    rendered = helm.template(cluster("4.4.48", replicas=1))
    clients = service(rendered, "graph-neo4j-restore")
    assert clients["selector"] == rendered.workload()["spec"]["selector"]["matchLabels"]
    assert "publishNotReadyAddresses" not in clients


@pytest.mark.parametrize(
    ("tag", "component", "path"),
    [
        ("3.5.35", "database", "/db/manage/server/core/available"),
        ("3.5.35", "read-replica", "/db/manage/server/read-replica/available"),
        ("4.4.48", "database", "/db/system/cluster/available"),
        ("4.4.48", "read-replica", "/db/system/cluster/available"),
    ],
)
def test_a_member_is_ready_when_it_says_that_it_serves(tag: str, component: str, path: str, helm: Helm) -> None:
    (container,) = helm.template(cluster(tag, replicas=1)).workload(component)["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"] == {"path": path, "port": "http"}
    assert container["livenessProbe"]["tcpSocket"] == {"port": "bolt"}


def test_read_replicas_are_told_what_they_are_and_where_the_cores_are(helm: Helm) -> None:
    settings = neo4j_settings(helm.template(cluster("4.4.48", replicas=1)), "read-replica")
    assert settings["dbms.mode"] == "READ_REPLICA"
    assert settings["causal_clustering.initial_discovery_members"] == at(5000)
    assert settings["dbms.default_advertised_address"] == OWN.replace("-members", "-replicas")


@pytest.mark.parametrize(
    ("spread", "expected"),
    [
        ("preferred", ["ScheduleAnyway", "ScheduleAnyway"]),
        ("required", ["DoNotSchedule", "ScheduleAnyway"]),
        ("none", []),
    ],
)
def test_servers_are_spread_over_nodes_and_zones(spread: str, expected: list[str], helm: Helm) -> None:
    own = [{"topologyKey": "rack", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}]
    values = cluster("4.4.48", cluster={"spread": spread}, topologySpreadConstraints=own)
    first, *others = helm.template(values).pod["topologySpreadConstraints"]
    assert first == own[0]
    assert [each["whenUnsatisfiable"] for each in others] == expected
    assert {each["topologyKey"] for each in others} <= {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}


def test_a_drain_takes_one_server_at_a_time(helm: Helm) -> None:
    rendered = helm.template(cluster("4.4.48"))
    budget = rendered.only("PodDisruptionBudget")["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"] == rendered.workload()["spec"]["selector"]
    kinds = {each["kind"] for each in helm.template(cluster("4.4.48", cluster={"maxUnavailable": 0}))}
    assert "PodDisruptionBudget" not in kinds


def test_the_pods_of_helm_test_run_beside_the_server_whose_claim_they_read(helm: Helm) -> None:
    pod = helm.template(cluster("4.4.48")).reader("verify")["spec"]
    (term,) = pod["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term["labelSelector"]["matchLabels"]["statefulset.kubernetes.io/pod-name"] == "graph-neo4j-restore-0"


def test_a_single_server_has_nothing_of_a_cluster(helm: Helm) -> None:
    rendered = helm.template(make_values())
    text = str(list(rendered))
    assert {each["kind"] for each in rendered} == {"StatefulSet", "Service", "ServiceAccount", "Pod"}
    assert rendered.only("StatefulSet")["spec"]["serviceName"] == rendered.only("Service")["metadata"]["name"]
    assert not [word for word in ("POD_NAME", "CLUSTER", "httpGet", "topologySpread", "pod-name") if word in text]


LONG = "a-name-of-fifty-two-characters-with-a-hash-behind-it"


def test_a_long_name_leaves_room_for_what_kubernetes_adds(helm: Helm) -> None:
    rendered = helm.template(cluster("4.4.48", replicas=1, fullnameOverride=LONG))
    sets = [each["metadata"]["name"] for each in rendered if each["kind"] == "StatefulSet"]
    services = [each["metadata"]["name"] for each in rendered if each["kind"] == "Service"]
    assert max(map(len, sets)) <= 52
    assert max(map(len, services)) <= 63


REFUSED: dict[str, tuple[Values, str]] = {
    "budget": (cluster("4.4.48", podDisruptionBudget={"enabled": True}), "podDisruptionBudget.enabled is for a single"),
    "two": (cluster("4.4.48", servers=2), "servers 2 can't lose one of them"),
    "replicas-alone": (make_values(readReplicas=1), "readReplicas 1 needs a cluster: set servers to 3 or more"),
    "replicas-of-5": (cluster("5.26.30", replicas=1), "readReplicas 1 is for Neo4j 3.x and 4.x"),
    "community": (cluster("4.4.48", acceptLicenseAgreement="no"), "needs the Enterprise Edition: set image.tag"),
    "no-version": (cluster("4.4.48", image={"tag": "production"}), "set cluster.neo4jVersion"),
    "one-claim": (cluster("4.4.48", data={"existingClaim": "mine"}), 'data.existingClaim "mine" is one volume for 3'),
    "majority": (cluster("4.4.48", cluster={"maxUnavailable": 2}), "cluster.maxUnavailable 2 of 3 servers"),
    "no-http": (cluster("5.26.30", config={"server.http.enabled": False}), "config server.http.enabled false"),
    "ordered": (cluster("4.4.48", podManagementPolicy="OrderedReady"), "podManagementPolicy OrderedReady starts"),
    "job": (cluster("4.4.48", {"mode": "job", "into": ["data-a-0"]}), "servers 3 has no effect with restore.mode job"),
    "latest": (cluster("4.4.48", {"timestamp": "latest"}), "cluster.acceptUnpinned: true"),
    "always": (
        cluster("4.4.48", {"forceOverwrite": "true", "acceptDataLoss": True}),
        'restore.forceOverwrite "true" puts one server of the cluster back',
    ),
    "empty": (cluster("4.4.48", {"onMissing": "start-empty"}), "restore.onMissing start-empty lets a server start"),
    "rollback": (cluster("4.4.48", {"command": "rollback"}), "restore.command rollback would put the servers back"),
    "bootstrap": (
        cluster("5.26.30", cluster={"acceptFirstBootstrap": False}),
        "accept it with cluster.acceptFirstBootstrap: true",
    ),
    "system-of-5": (
        cluster("2026.08.1", {"database": "neo4j, system"}),
        "restore.database has system, which says which",
    ),
}


@pytest.mark.parametrize(("values", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_give_the_members_different_data_is_refused_with_what_to_write(
    values: Values, said: str, helm: Helm
) -> None:
    assert said in " ".join(helm.refusal(values).split())


def test_a_cluster_whose_restore_is_off_may_be_empty_and_seeded_with_cypher(helm: Helm) -> None:
    values = cluster("2026.08.1", {"enabled": False, "timestamp": "latest"}, {"acceptFirstBootstrap": False})
    assert "initContainers" not in helm.template(values).pod
