"""How Neo4j is reached: certificates, Service, Ingress and HTTPRoute."""

import pytest
from tests.chart.helm import CHART, Helm, Values, env, load, make_values, mounts, volumes

ALL = load(CHART / "ci" / "all-values.yaml")


def make_tls(*policies: str, **others: object) -> Values:
    """Return values with certificates for some purposes."""
    return make_values(None, tls={policy: {"secretName": f"{policy}-tls"} for policy in policies}, **others)


def test_certificates_lie_where_the_settings_say_in_the_shape_of_cert_manager(helm: Helm) -> None:
    rendered = helm.template(make_tls("bolt", "https", "cluster"))
    environment = env(rendered.neo4j)
    for policy in ("bolt", "https", "cluster"):
        folder = environment[f"NEO4J_dbms_ssl_policy_{policy}_base__directory"]
        assert mounts(rendered.neo4j)[f"tls-{policy}"] == {
            "name": f"tls-{policy}",
            "mountPath": folder,
            "readOnly": True,
        }
        sources = volumes(rendered.pod)[f"tls-{policy}"]["projected"]["sources"]
        needed, trusted = (source["secret"] for source in sources)
        assert needed["name"] == trusted["name"] == f"{policy}-tls"
        assert {item["path"] for item in needed["items"]} == {
            environment[f"NEO4J_dbms_ssl_policy_{policy}_private__key"],
            environment[f"NEO4J_dbms_ssl_policy_{policy}_public__certificate"],
        }
        assert (trusted["optional"], trusted["items"]) == (True, [{"key": "ca.crt", "path": "trusted/ca.crt"}])
    assert environment["NEO4J_server_bolt_tls__level"] == "REQUIRED"
    assert environment["NEO4J_server_https_enabled"] == "true"
    assert environment["NEO4J_dbms_ssl_policy_cluster_client__auth"] == "REQUIRE"


def test_neo4j_4_has_its_own_names_for_the_connectors(helm: Helm) -> None:
    environment = env(helm.template(make_tls("bolt", "https", image={"tag": "4.4"})).neo4j)
    assert environment["NEO4J_dbms_connector_bolt_tls__level"] == "REQUIRED"
    assert environment["NEO4J_dbms_connector_https_enabled"] == "true"
    assert environment["NEO4J_dbms_ssl_policy_bolt_enabled"] == "true"


def test_without_a_certificate_nothing_of_it_is_left(helm: Helm) -> None:
    assert not any("tls" in name for name in volumes(helm.template(make_values()).pod))
    assert env(helm.template(make_values()).neo4j) == {}


def test_https_has_a_port_when_it_has_a_certificate(helm: Helm) -> None:
    rendered = helm.template(make_tls("https"))
    ports = {port["name"]: port["port"] for port in rendered.service["spec"]["ports"]}
    assert ports == {"bolt": 7687, "http": 7474, "https": 7473}
    assert {port["name"]: port["containerPort"] for port in rendered.neo4j["ports"]} == ports


@pytest.mark.parametrize(("level", "scheme"), [("REQUIRED", "bolt+s"), ("OPTIONAL", "bolt")])
def test_what_finalizes_encrypts_where_the_server_demands_it(helm: Helm, level: str, scheme: str) -> None:
    values = make_values(
        tls={"bolt": {"secretName": "tls", "level": level}},
        auth={"existingSecret": "login"},
        finalize={"enabled": True},
    )
    (container,) = helm.template(values).only("Job")["spec"]["template"]["spec"]["containers"]
    assert env(container)["BOLT_URI"].partition("://")[0] == scheme


def test_the_service_has_what_the_values_say_of_it(helm: Helm) -> None:
    service = helm.template(ALL).service
    assert service["metadata"]["labels"]["exposed"] == "internally"
    spec = service["spec"]
    for key in ("loadBalancerClass", "loadBalancerIP", "loadBalancerSourceRanges", "externalTrafficPolicy"):
        assert spec[key] == ALL["service"][key]
    assert {port["name"]: port["nodePort"] for port in spec["ports"]} == ALL["service"]["nodePorts"]


def test_a_service_without_wishes_leaves_the_choice_to_the_cluster(helm: Helm) -> None:
    spec = helm.template(make_values()).service["spec"]
    assert spec.keys() == {"type", "selector", "ports"}
    assert all("nodePort" not in port for port in spec["ports"])


def test_an_ingress_leads_http_to_the_service(helm: Helm) -> None:
    values = make_values(ingress={"enabled": True, "hosts": ["a.example.org", "b.example.org"], "className": "web"})
    rendered = helm.template(values)
    spec = rendered.only("Ingress")["spec"]
    assert (spec["ingressClassName"], "tls" in spec) == ("web", False)
    assert [rule["host"] for rule in spec["rules"]] == ["a.example.org", "b.example.org"]
    backend = {"service": {"name": rendered.service["metadata"]["name"], "port": {"name": "http"}}}
    for rule in spec["rules"]:
        assert rule["http"]["paths"] == [{"path": "/", "pathType": "Prefix", "backend": backend}]


def test_a_route_leads_http_from_a_gateway_to_the_service(helm: Helm) -> None:
    rendered = helm.template(ALL)
    spec = rendered.only("HTTPRoute")["spec"]
    assert spec["parentRefs"] == [{"name": "public", "namespace": "gateways"}]
    assert spec["hostnames"] == ["graph.example.com"]
    (rule,) = spec["rules"]
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/graph"}}]
    assert rule["backendRefs"] == [{"name": rendered.service["metadata"]["name"], "port": 7474}]


def rules(helm: Helm, direction: str, **values: object) -> list[Values]:
    """Return the rules of the NetworkPolicy, without the first one, which is for the pods of the release."""
    policy = helm.template(make_values(values.pop("restore", None), **values)).only("NetworkPolicy")  # type: ignore[arg-type]
    own, *others = policy["spec"][direction]
    (peer,) = next(iter(own.values()))
    assert peer == {"podSelector": policy["spec"]["podSelector"]}
    rest: list[Values] = others
    return rest


def test_there_is_no_policy_unless_asked_for(helm: Helm) -> None:
    assert {item["kind"] for item in helm.template(make_values())} == {
        "StatefulSet",
        "Service",
        "ServiceAccount",
        "Pod",
    }


def test_a_policy_selects_every_pod_of_the_release(helm: Helm) -> None:
    rendered = helm.template(ALL)
    selector = rendered.only("NetworkPolicy")["spec"]["podSelector"]["matchLabels"].items()
    assert selector <= rendered.only("StatefulSet")["spec"]["template"]["metadata"]["labels"].items()
    assert selector <= rendered.only("Job")["spec"]["template"]["metadata"]["labels"].items()


def test_a_policy_lets_clients_in_and_the_store_and_dns_out(helm: Helm) -> None:
    team = {"podSelector": {"matchLabels": {"team": "graph"}}}
    given = {"enabled": True, "clients": [team], "store": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}
    assert rules(helm, "ingress", networkPolicy=given) == [
        {"ports": [{"port": "bolt"}, {"port": "http"}], "from": [team]}
    ]
    dns, store = rules(helm, "egress", networkPolicy=given)
    assert {(port["port"], port["protocol"]) for port in dns["ports"]} == {(53, "UDP"), (53, "TCP")}
    assert store == {"ports": [{"port": 443}], "to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}


@pytest.mark.parametrize(
    ("restore", "ports"),
    [
        ({"endpointUrl": "https://minio.example.org:9000"}, [443, 9000]),
        ({"endpointUrl": "http://minio/"}, [443, 80]),
        ({"emulatorHost": "https://emulator"}, [443]),
    ],
    ids=["port", "http", "https"],
)
def test_a_policy_opens_the_port_of_a_store_of_one_s_own(helm: Helm, restore: Values, ports: list[int]) -> None:
    _, store = rules(helm, "egress", restore=restore, networkPolicy={"enabled": True})
    assert store == {"ports": [{"port": port} for port in ports]}


def test_a_policy_lets_a_pod_without_a_key_ask_for_its_identity(helm: Helm) -> None:
    *_, identity = rules(helm, "egress", restore={"secretName": ""}, networkPolicy={"enabled": True})
    assert identity["to"] == [{"ipBlock": {"cidr": "169.254.0.0/16"}}]


def test_metrics_have_a_port_a_service_and_a_monitor_that_finds_it(helm: Helm) -> None:
    rendered = helm.template(ALL)
    assert env(rendered.neo4j)["NEO4J_server_metrics_prometheus_endpoint"] == "0.0.0.0:2005"
    assert {port["name"]: port["containerPort"] for port in rendered.neo4j["ports"]}["metrics"] == 2005
    clients = rendered.service
    (metrics,) = (item for item in rendered if item["kind"] == "Service" and item != clients)
    assert [port["name"] for port in metrics["spec"]["ports"]] == ["metrics"]
    assert "metrics" not in [port["name"] for port in clients["spec"]["ports"]]
    assert metrics["spec"]["selector"] == clients["spec"]["selector"]
    monitor = rendered.only("ServiceMonitor")
    wanted = monitor["spec"]["selector"]["matchLabels"].items()
    assert wanted <= metrics["metadata"]["labels"].items()
    assert not wanted <= clients["metadata"]["labels"].items()
    assert monitor["spec"]["endpoints"] == [{"port": "metrics", "interval": "60s", "scrapeTimeout": "20s"}]
    assert monitor["metadata"]["labels"]["prometheus"] == "main"


def test_neo4j_4_has_its_own_names_for_metrics(helm: Helm) -> None:
    values = make_values(metrics={"enabled": True}, acceptLicenseAgreement="yes", image={"tag": "4.4.48-enterprise"})
    environment = env(helm.template(values).neo4j)
    assert environment["NEO4J_metrics_prometheus_enabled"] == "true"
    assert environment["NEO4J_metrics_prometheus_endpoint"] == "0.0.0.0:2004"
