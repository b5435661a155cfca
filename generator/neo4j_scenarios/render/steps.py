"""Scenario -> the commands that install it, in order, for the header of its values file."""

import shlex
from collections.abc import Iterator

from neo4j_restore.spec import Scheme
from neo4j_scenarios.charts import identity, ldap
from neo4j_scenarios.charts.neo4j_helm.write import config_map
from neo4j_scenarios.inputs.fields.access import SECRET_KEYS
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM, NEO4J_RESTORE

# Source: https://neo4j.com/docs/operations-manual/current/kubernetes/helm-charts-setup/
_REPOSITORY = "https://helm.neo4j.com/neo4j"

_PASSWORD_FILE = "PASSWORD-FILE"  # noqa: S105 - the reader puts the file's name here


def steps(scenario: Scenario) -> Iterator[str]:
    """Yield shell commands, one per line. The reader replaces the words in capitals."""
    yield from _secrets(scenario)
    yield from _account(scenario)
    yield from _directory(scenario)
    yield from _install(scenario)
    if scenario.offline_maintenance:
        for name in release_names(scenario):
            yield f"kubectl wait --for=condition=Initialized pod/{name}-0 --timeout=6h"
        for name in release_names(scenario):
            flag = "--set neo4j.offlineMaintenanceModeEnabled=false"
            yield f"helm upgrade {name} {_chart(scenario)} -f values.yaml {flag}"


def _secrets(scenario: Scenario) -> Iterator[str]:
    if scenario.secret:
        file = "KEY.json" if scenario.bucket.scheme is Scheme.GCS else "KEY-FILE"
        usual = scenario.secret_key == SECRET_KEYS.get(scenario.bucket.scheme)
        key = "" if usual else f" --secret-key {scenario.secret_key}"
        yield f"neo4j-scenarios secret --key-file {file} --name {scenario.secret}{key} | kubectl apply -f -"
    if scenario.password_secret:
        key = "neo4j-password" if scenario.target is NEO4J_HELM else "NEO4J_AUTH"
        yield f"kubectl create secret generic {scenario.password_secret} --from-file={key}=AUTH-FILE"
    for name in scenario.image_pull_secrets:
        kind = "--type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=DOCKER-CONFIG.json"
        yield f"kubectl create secret generic {name} {kind}"
    files = {
        "CERTIFICATES.pem": scenario.ca_bundle,
        "ENCRYPTION-KEY": scenario.encryption_key,
        "AGE-IDENTITY": scenario.age_identity,
    }
    for file, reference in files.items():
        if reference:
            kind = "configmap" if reference.source == "configmap" else "secret generic"
            yield f"kubectl create {kind} {reference.name} --from-file={reference.key}={file}"


def _account(scenario: Scenario) -> Iterator[str]:
    if scenario.service_account and scenario.workload_identity:
        yield f"kubectl create serviceaccount {scenario.service_account}"
        for name, value in identity.annotations(scenario).items():
            yield f"kubectl annotate serviceaccount {scenario.service_account} {name}={value}"


def _directory(scenario: Scenario) -> Iterator[str]:
    labs = scenario.target is NEO4J_HELM
    if scenario.ldap_url and labs:
        literals = [f"--from-literal={ldap.variable(key)}={text}" for key, text in ldap.settings(scenario).items()]
        yield shlex.join(["kubectl", "create", "configmap", config_map(scenario), *literals])
    if scenario.ldap_secret:
        key = ldap.variable(ldap.PASSWORD) if labs else ldap.PASSWORD_KEY
        yield f"kubectl create secret generic {scenario.ldap_secret} --from-file={key}={_PASSWORD_FILE}"


def release_names(scenario: Scenario) -> list[str]:
    """Return the names of the Helm releases: one, or one per server for a cluster of some charts."""
    if scenario.cluster and scenario.target.release_per_server:
        return [f"{scenario.release}-{number}" for number in range(1, scenario.servers + 1)]
    return [scenario.release]


def _install(scenario: Scenario) -> Iterator[str]:
    if scenario.target is NEO4J:
        yield f"helm repo add neo4j {_REPOSITORY}"
    for name in release_names(scenario):
        yield f"helm install {name} {_chart(scenario)} -f values.yaml"


def _chart(scenario: Scenario) -> str:
    """Return the chart's name for Helm, with a version if one is set. Our own chart is a folder, without versions."""
    pinned = scenario.chart_version and scenario.target is not NEO4J_RESTORE
    return f"{scenario.target.chart} --version {scenario.chart_version}" if pinned else scenario.target.chart
