"""Scenario -> the commands that install it, in order, for the header of its values file."""

import shlex
from collections.abc import Iterator

from neo4j_restore.spec import Scheme
from neo4j_scenarios.charts import chart, identity, ldap
from neo4j_scenarios.inputs.fields.access import SECRET_KEYS
from neo4j_scenarios.inputs.scenario import Scenario, release_names

_PASSWORD_FILE = "PASSWORD-FILE"  # noqa: S105 - the reader puts the file's name here


def steps(scenario: Scenario) -> Iterator[str]:
    """Yield shell commands, one per line. The reader replaces the words in capitals."""
    yield from _secrets(scenario)
    yield from _account(scenario)
    yield from _ldap(scenario)
    yield from _install(scenario)
    if scenario.offline_maintenance:
        for name in release_names(scenario):
            yield f"kubectl wait --for=condition=Initialized pod/{name}-0 --timeout=6h"
        for name in release_names(scenario):
            flag = "--set neo4j.offlineMaintenanceModeEnabled=false"
            yield f"helm upgrade {name} {_chart(scenario)} -f values.yaml {flag}"


def _secrets(scenario: Scenario) -> Iterator[str]:
    file = "KEY.json" if scenario.bucket.scheme is Scheme.GCS else "KEY-FILE"
    usual = not scenario.secret or scenario.secret_key == SECRET_KEYS.get(scenario.bucket.scheme)
    key = "" if usual else f" --secret-key {scenario.secret_key}"
    if scenario.secret:
        yield f"neo4j-scenarios secret --key-file {file} --name {scenario.secret}{key} | kubectl apply -f -"
    if name := scenario.drill_results_secret:
        yield f"neo4j-scenarios secret --key-file DRILL-{file} --name {name}{key} | kubectl apply -f -"
    if scenario.password_secret:
        key = chart(scenario.target).password_key
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


def _ldap(scenario: Scenario) -> Iterator[str]:
    config_map = chart(scenario.target).ldap_config_map(scenario)
    if config_map:
        literals = [f"--from-literal={ldap.variable(key)}={text}" for key, text in ldap.settings(scenario).items()]
        yield shlex.join(["kubectl", "create", "configmap", config_map, *literals])
    if scenario.ldap_secret:
        key = ldap.variable(ldap.PASSWORD) if config_map else ldap.PASSWORD_KEY
        yield f"kubectl create secret generic {scenario.ldap_secret} --from-file={key}={_PASSWORD_FILE}"


def _install(scenario: Scenario) -> Iterator[str]:
    if repository := chart(scenario.target).repository:
        yield f"helm repo add {scenario.target.chart.partition('/')[0]} {repository}"
    for name in release_names(scenario):
        yield f"helm install {name} {_chart(scenario)} -f values.yaml"


def _chart(scenario: Scenario) -> str:
    """Return the chart's name for Helm, with a version if one is set. Our own chart is a folder, without versions."""
    pinned = scenario.chart_version and chart(scenario.target).versioned
    return f"{scenario.target.chart} --version {scenario.chart_version}" if pinned else scenario.target.chart
