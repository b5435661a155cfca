"""What a single value must look like: Helm and `neo4j-scenarios validate` refuse the same ones, with the same words."""

import json
import re
from typing import Any

import pytest
from tests.chart import schema
from tests.chart.helm import Helm, Values, make_values, merged
from tests.chart.schema import DEFAULTS, SCHEMA, Schema

from neo4j_scenarios.charts.schema import errors
from neo4j_scenarios.targets import TARGETS

OURS = TARGETS["neo4j-restore"]

# A wrong value for each form, by the first of its keys. YAML gives some of them another type than they seem to have.
WRONG: dict[str, Any] = {
    "restore.bucket": "gs://",
    "restore.database": "   ",
    "restore.timestamp": "31/01/2026",
    "restore.restoreUntil": "the end",
    "restore.backupSetDir": "a\nb",
    "restore.restoreId": "incident 42",
    "restore.volumePrefix": "-prod",
    "restore.ignoreObjects[]": "**",
    "restore.endpointUrl": "http://minio:port",
    "restore.emulatorHost": "gcs:9023",
    "restore.heapSize": "-1g",
    "restore.region": "EU-Central-1",
    "restore.requesterPays": "My Project",
    "restore.image.repository": "https://registry.example.org/neo4j-restore",
    "restore.image.tag": "0.1.0 ",
    "image.tag": "",
    "restore.image.digest": "5f2a",
    "restore.secretName": "My Secret",
    "restore.into[]": "Data_Prod",
    "restore.secretKey": "a/b",
    "restore.caBundle.key": "",
    "restore.extraEnv[].name": "HTTPS PROXY",
    "nameOverride": "Graph",
    "cluster.neo4jVersion": "five",
    "cluster.domain": "cluster local",
    "finalize.boltUri": "graph",
    "finalize.defaultDatabase": "My DB",
    "drill.assertions[].database": "no",
    "drill.schedule": "nightly",
    "drill.timeZone": "Europe Berlin",
    "data.size": "0Gi",
    "resources.limits.*": "2GB",
    "resources{}": "memory",
    "updateStrategy{}": "strategy",
    "updateStrategy.type": "Recreate",
    "drill.pushgatewayUrl": "pushgateway:9091",
    "drill.cluster": "prod eu",
    "drill.results.secretName": "My Secret",
    "drill.metricsFile": "drill.prom",
    "config{}": "server memory",
    "apocConfig{}": "export.file",
    "plugins[]": "APOC!",
    "jvmOptions[]": "-Da=b c",
    "data.subPath": "/data",
    "service.loadBalancerClass": "an internal one",
    "service.loadBalancerIP": "localhost",
    "service.loadBalancerSourceRanges[]": "10.0.0.0",
    "ingress.hosts[]": "https://graph.example.org",
    "ingress.path": "neo4j",
    "metrics.serviceMonitor.interval": "half a minute",
    "commonLabels{}": "the team",
    "commonLabels.*": "a b",
}

# Where a key is in a map or list of its own, which needs more than the one key.
AROUND: dict[str, Values] = {
    "drill.assertions[].database": {"query": "RETURN 1"},
    "restore.extraEnv[].name": {"value": "x"},
}


def nested(key: str, value: Any) -> Any:
    """Return values with `value` at a key of the table."""
    step, _, rest = key.partition(".")
    name = step.removesuffix("[]").removesuffix("{}")
    if step.endswith("{}"):
        return {name: {value: "1"}}
    inner = nested(rest, value) if rest else value
    if step == "*":
        return {"team": inner}
    return {name: [inner] if step.endswith("[]") else inner}


def wrong_values() -> Values:
    """Return values with all wrong ones."""
    values = make_values()
    for key, value in WRONG.items():
        given = nested(key, value)
        if key in AROUND:
            block, name = key.split(".")[0], key.split(".")[1].removesuffix("[]")
            given[block][name][0].update(AROUND[key])
        values = merged(values, given)
    return values


def place(key: str) -> str:
    """Return the path that a message names for the wrong value at a key."""
    return key.replace("[]", "[0]").replace("{}", "").replace("*", "team")


def patterns(node: Schema) -> list[str]:
    """Return the patterns in a schema."""
    inside = [child for child in node.values() if isinstance(child, dict)]
    own = [node["pattern"]] if isinstance(node.get("pattern"), str) else []
    return [*own, *("names" for _ in [0] if "propertyNames" in node), *(p for child in inside for p in patterns(child))]


def test_the_schema_has_no_pattern_which_helm_would_print_to_the_operator() -> None:
    assert patterns(SCHEMA) == []


def test_every_form_has_a_wrong_value_here() -> None:
    assert list(WRONG) == [keys[0] for keys in schema.FORM_KEYS]


def test_a_wrong_value_is_refused_with_its_path_and_what_to_write(helm: Helm) -> None:
    refusal = helm.refusal(wrong_values())
    for key in WRONG:
        assert re.search(rf"- {re.escape(place(key))}( \".*\")? is not .*: write ", refusal), f"{key}: {refusal}"


def test_validate_refuses_it_with_the_same_words(helm: Helm) -> None:
    refusal = helm.refusal(wrong_values())
    reasons = [message.partition(" is not ")[2] for _, message in errors(OURS, wrong_values())]
    assert len(reasons) == len(WRONG)
    for words in reasons:
        assert f" is not {words}" in refusal


def test_the_charts_own_values_have_the_right_form() -> None:
    """`validate` relies on it: it looks only at the values of a file."""
    assert list(errors(OURS, merged(DEFAULTS, make_values()))) == []


@pytest.mark.parametrize("key", [key for keys in schema.FORM_KEYS for key in keys])
def test_every_key_of_the_table_is_one_of_the_values(key: str) -> None:
    node: Any = DEFAULTS
    for step in key.split("."):
        if not isinstance(node, dict) or step == "*":
            return
        name = step.removesuffix("[]").removesuffix("{}")
        # `resources` and `assertions` have keys of Kubernetes and of their own, which no default has.
        if name not in node and node in ({}, {"requests": node.get("requests")}):
            return
        node = node[name]
        kind = list if step.endswith("[]") else dict if step.endswith("{}") else object
        assert isinstance(node, kind), key


def amounts(*given: object) -> Values:
    """Return values with amounts, named by their number."""
    return make_values(tests={"resources": {"limits": {f"a{number}": each for number, each in enumerate(given)}}})


def test_amounts_of_kubernetes_are_taken(helm: Helm) -> None:
    helm.template(amounts("500m", "2", 2, 0.5, "2Gi", "1.5Gi", 8000000000, "1e9", "128974848k"))


def test_other_amounts_are_refused(helm: Helm) -> None:
    wrong = ("2GB", "two", -1, "-1Gi", "1 Gi", "", "2gi")
    refusal = helm.refusal(amounts(*wrong))
    for number, amount in enumerate(wrong):
        text = amount if isinstance(amount, str) else json.dumps(amount)
        assert f'tests.resources.limits.a{number} "{text}" is not an amount: write memory as 2Gi' in refusal


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (make_values(podSecurityContext={"runAsUser": "7474"}), 'runAsUser "7474" is a text: write the number'),
        (make_values(podSecurityContext={"runAsUser": 0}), "podSecurityContext.runAsUser 0 is root"),
        (make_values({"bucket": "azb://account"}), "names no container: write azb://account/container/path"),
        (
            make_values(acceptLicenseAgreement="yes", metrics={"enabled": True, "port": 7474}),
            "metrics.port 7474 is the port of http: write another one",
        ),
        (make_values(extraVolumes=[{"emptyDir": {}}]), "'/extraVolumes/0': missing property 'name'"),
        (make_values(hostAliases=[{"ip": "10.0.0.5", "hostnames": "a"}]), "'/hostAliases/0/hostnames': got string"),
        (make_values(extraEnvFrom=[{"secret": "a"}]), "'/extraEnvFrom/0': additional properties 'secret' not allowed"),
        (
            make_values(drill={"enabled": True, "assertions": [{"query": "RETURN 1", "expect": {"atleast": 1}}]}),
            "'/drill/assertions/0/expect': additional properties 'atleast' not allowed",
        ),
        (
            make_values(
                drill={
                    "enabled": True,
                    "assertions": [{"query": "RETURN 1", "expect": {"atLeast": 1, "nonEmpty": True}}],
                }
            ),
            "drill.assertions[0].expect has nonEmpty beside bounds: write one of the two",
        ),
    ],
    ids=["text", "root", "container", "port", "volume", "hosts", "source", "bound", "two bounds"],
)
def test_what_kubernetes_or_the_image_would_refuse_later_is_refused_here(
    helm: Helm, values: Values, words: str
) -> None:
    assert words in helm.refusal(values)
