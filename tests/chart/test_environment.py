"""Values become the environment of the containers, by the vocabulary of `spec`."""

import re

import pytest
from tests.chart.helm import CHART, CI_FILES, Helm, env, load, make_values, mounts, volumes

from neo4j_restore import spec

LICENCE = "NEO4J_ACCEPT_LICENSE_AGREEMENT"

DEFAULTS = {variable.name: variable.default for variable in spec.VARIABLES}


def test_the_least_values_set_the_documented_defaults(helm: Helm) -> None:
    assert env(helm.template(make_values()).restore) == {
        "BUCKET": "gs://graph-backups/production",
        "DATABASE": "neo4j",
        "GOOGLE_APPLICATION_CREDENTIALS": "/auth/credentials.json",
        "VOLUME_ID": "default/data-graph-neo4j-restore-0",
        # A single server has no other members to ask.
        **{name: default for name, default in DEFAULTS.items() if default and name != "ON_LIVING_CLUSTER"},
    }


def test_every_value_of_the_restore_block_reaches_the_container(helm: Helm) -> None:
    values = make_values(
        {
            "bucket": "graph-backups/production",
            "cloudProvider": "gcp",
            "database": "neo4j,system",
            "timestamp": "2026-01-31T02:00:00Z",
            "restoreUntil": "2026-01-31T01:30:00Z",
            "backupSetDir": "data/backups/neo4j",
            "forceOverwrite": "once",
            "restoreId": "incident-4711",
            "keepPrevious": True,
            "notAfter": "2026-02-28T00:00:00+01:00",
            "onMissing": "start-empty",
            "onStaleLatest": "newest",
            "onForeignVolume": "fail",
            "volumePrefix": "europe",
            "ignoreObjects": ["neo4j-test*", "old/*"],
            "requireChecksum": True,
            "consistencyCheck": True,
            "authFiles": True,
            "migrate": "by-server",
            "spaceMode": "keep",
            "purgeOnComplete": False,
            "heapSize": "2g",
            "retrySeconds": 999999,
            "stallSeconds": 999999,
            "deadlineSeconds": 999999,
            "connections": 64,
            "startJitterSeconds": 999999,
            "logFormat": "json",
            "emulatorHost": "http://emulator:9023",
            "endpointUrl": "https://storage.example.org",
            "region": "europe-west3",
            "addressingStyle": "virtual",
            "caBundle": {"configMapName": "authorities"},
            "requesterPays": "billing-project",
            "encryptionKey": {"secretName": "encryption"},
            "ageIdentity": {"secretName": "identity"},
            "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}],
        }
    )
    assert env(helm.template(values).restore) == {
        "BUCKET": "graph-backups/production",
        "CLOUD_PROVIDER": "gcp",
        "DATABASE": "neo4j,system",
        "TIMESTAMP": "2026-01-31T02:00:00Z",
        "RESTORE_UNTIL": "2026-01-31T01:30:00Z",
        "BACKUP_SET_DIR": "data/backups/neo4j",
        "FORCE_OVERWRITE": "once",
        "RESTORE_ID": "incident-4711",
        "KEEP_PREVIOUS": "true",
        "RESTORE_NOT_AFTER": "2026-02-28T00:00:00+01:00",
        "ON_MISSING": "start-empty",
        "ON_STALE_LATEST": "newest",
        "ON_FOREIGN_VOLUME": "fail",
        "VOLUME_ID": "europe/default/data-graph-neo4j-restore-0",
        "IGNORE_OBJECTS": "neo4j-test*,old/*",
        "REQUIRE_CHECKSUM": "true",
        "CONSISTENCY_CHECK": "true",
        "AUTH_FILES": "true",
        "MIGRATE": "by-server",
        "SPACE_MODE": "keep",
        "PURGE_ON_COMPLETE": "false",
        "GOOGLE_APPLICATION_CREDENTIALS": "/auth/credentials.json",
        "STORAGE_EMULATOR_HOST": "http://emulator:9023",
        "ENDPOINT_URL": "https://storage.example.org",
        "REGION": "europe-west3",
        "ADDRESSING_STYLE": "virtual",
        "CA_BUNDLE": "/certificates/ca.crt",
        "REQUESTER_PAYS": "billing-project",
        "ENCRYPTION_KEY_FILE": "/encryption/key",
        "AGE_IDENTITY_FILE": "/age/identity",
        "DATA_DIR": "/data",
        "HEAP_SIZE": "2g",
        "RETRY_SECONDS": "999999",
        "STALL_SECONDS": "999999",
        "DEADLINE_SECONDS": "999999",
        "CONNECTIONS": "64",
        "START_JITTER_SECONDS": "999999",
        "LOG_FORMAT": "json",
        "TERMINATION_LOG": "/dev/termination-log",
        "HTTPS_PROXY": "http://proxy:3128",
    }


def test_the_chart_sets_every_variable_of_the_contract_and_no_other(helm: Helm) -> None:
    emitted: set[str] = set()
    for file in CI_FILES:
        values = load(file)
        if values["restore"].get("enabled", True):
            extra = {item["name"] for item in values["restore"].get("extraEnv", [])}
            emitted |= env(helm.template(values).restore).keys() - extra
    # By POD_NAME Kubernetes fills in the volume of a member.
    assert emitted == DEFAULTS.keys() | {LICENCE, "POD_NAME"}


def test_old_data_may_go_first_where_losing_it_was_accepted(helm: Helm) -> None:
    environment = env(helm.template(load(CHART / "ci" / "reclaim-values.yaml")).restore)
    assert (environment["SPACE_MODE"], environment["FORCE_OVERWRITE"], environment["KEEP_PREVIOUS"]) == (
        "reclaim",
        "true",
        "false",
    )


@pytest.mark.parametrize("given", [False, "false"], ids=["boolean", "text"])
def test_a_policy_may_be_written_without_quotes(helm: Helm, given: object) -> None:
    assert env(helm.template(make_values({"forceOverwrite": given})).restore)["FORCE_OVERWRITE"] == "false"


def test_the_key_is_mounted_read_only_for_the_restore_container_alone(helm: Helm) -> None:
    rendered = helm.template(make_values({"secretName": "bucket-key"}))
    secret = volumes(rendered.pod)["restore-service-key"]["secret"]
    assert secret["secretName"] == "bucket-key"
    assert secret["items"] == [{"key": "credentials.json", "path": "credentials.json"}]
    assert secret["defaultMode"] == 0o440
    assert mounts(rendered.restore)["restore-service-key"]["mountPath"] == "/auth"
    assert mounts(rendered.restore)["restore-service-key"]["readOnly"] is True
    assert "restore-service-key" not in mounts(rendered.neo4j)


@pytest.mark.parametrize(
    ("values", "variable", "path"),
    [
        ({"bucket": "gs://graph-backups"}, "GOOGLE_APPLICATION_CREDENTIALS", "credentials.json"),
        ({"bucket": "gs://graph-backups", "secretKey": "key"}, "GOOGLE_APPLICATION_CREDENTIALS", "key"),
        ({"bucket": "s3://graph-backups"}, "CREDENTIALS_FILE", "credentials"),
        ({"bucket": "graph-backups", "cloudProvider": "aws"}, "CREDENTIALS_FILE", "credentials"),
        ({"bucket": "azb://account/container"}, "CREDENTIALS_FILE", "credentials"),
        ({"bucket": "container/path", "cloudProvider": "azure"}, "CREDENTIALS_FILE", "credentials"),
        ({"bucket": "s3://graph-backups", "secretKey": "aws.ini"}, "CREDENTIALS_FILE", "aws.ini"),
    ],
)
def test_the_key_has_the_name_that_its_store_s_have(
    helm: Helm, values: dict[str, object], variable: str, path: str
) -> None:
    rendered = helm.template(make_values(values))
    assert volumes(rendered.pod)["restore-service-key"]["secret"]["items"] == [{"key": path, "path": path}]
    environment = env(rendered.restore)
    assert environment[variable] == f"/auth/{path}"
    assert {"GOOGLE_APPLICATION_CREDENTIALS", "CREDENTIALS_FILE"} & environment.keys() == {variable}


@pytest.mark.parametrize("kind", ["configMap", "secret"])
def test_certificates_are_mounted_where_the_variable_says(helm: Helm, kind: str) -> None:
    rendered = helm.template(make_values({"caBundle": {f"{kind}Name": "authorities", "key": "all.pem"}}))
    volume = volumes(rendered.pod)["restore-certificates"][kind]
    assert volume["items"] == [{"key": "all.pem", "path": "ca.crt"}]
    assert volume.get("name", volume.get("secretName")) == "authorities"
    mount = mounts(rendered.restore)["restore-certificates"]
    assert f"{mount['mountPath']}/ca.crt" == env(rendered.restore)["CA_BUNDLE"]


@pytest.mark.parametrize("bundle", ["configMapName", "secretName"])
def test_no_secret_and_no_configmap_of_the_store_keeps_a_pod_with_data_from_starting(helm: Helm, bundle: str) -> None:
    values = {
        "caBundle": {bundle: "authorities"},
        "encryptionKey": {"secretName": "encryption"},
        "ageIdentity": {"secretName": "identity"},
    }
    rendered = helm.template(make_values(values))
    for pod in (rendered.pod, rendered.reader("plan")["spec"]):
        sources = [volume.get("secret") or volume.get("configMap") for volume in pod["volumes"]]
        assert [source["optional"] for source in sources if source] == [True] * 4


@pytest.mark.parametrize(
    ("key", "volume", "variable"),
    [
        ("encryptionKey", "restore-encryption-key", "ENCRYPTION_KEY_FILE"),
        ("ageIdentity", "restore-age-identity", "AGE_IDENTITY_FILE"),
    ],
)
def test_keys_of_the_sets_are_mounted_for_the_restore_container_alone(
    key: str, volume: str, variable: str, helm: Helm
) -> None:
    rendered = helm.template(make_values({key: {"secretName": "secret", "key": "own"}}))
    secret, mount = volumes(rendered.pod)[volume]["secret"], mounts(rendered.restore)[volume]
    (item,) = secret["items"]
    assert (secret["secretName"], item["key"], secret["defaultMode"]) == ("secret", "own", 0o440)
    assert (f"{mount['mountPath']}/{item['path']}", mount["readOnly"]) == (env(rendered.restore)[variable], True)
    assert volume not in mounts(rendered.neo4j)


def test_workload_identity_needs_no_key_and_annotates_the_service_account(helm: Helm) -> None:
    annotations = {"iam.gke.io/gcp-service-account": "restore@example.iam.gserviceaccount.com"}
    rendered = helm.template(make_values({"secretName": ""}, serviceAccount={"annotations": annotations}))
    assert "GOOGLE_APPLICATION_CREDENTIALS" not in env(rendered.restore)
    assert "restore-service-key" not in volumes(rendered.pod)
    assert "restore-service-key" not in mounts(rendered.restore)
    assert rendered.only("ServiceAccount")["metadata"]["annotations"] == annotations
    assert rendered.pod["serviceAccountName"] == rendered.only("ServiceAccount")["metadata"]["name"]


def test_settings_reach_neo4j_as_its_image_reads_them(helm: Helm) -> None:
    config = {
        "server.memory.heap.max_size": "4g",
        "db.tx_log.rotation.retention_policy": "2 days 2G",
        "server.metrics.enabled": False,
        "db.checkpoint.interval.tx": 10000000,
    }
    environment = env(helm.template(make_values(config=config)).neo4j)
    assert environment == {
        "NEO4J_server_memory_heap_max__size": "4g",
        "NEO4J_db_tx__log_rotation_retention__policy": "2 days 2G",
        "NEO4J_server_metrics_enabled": "false",
        "NEO4J_db_checkpoint_interval_tx": "10000000",
    }
    # The image's rule: the prefix goes, "_" becomes ".", and ".." becomes "_".
    read = {re.sub(r"\.\.", "_", name.removeprefix("NEO4J_").replace("_", ".")) for name in environment}
    assert read == config.keys()


@pytest.mark.parametrize("answer", ["yes", "eval"])
def test_an_accepted_licence_reaches_both_containers(helm: Helm, answer: str) -> None:
    rendered = helm.template(make_values(acceptLicenseAgreement=answer))
    assert env(rendered.restore)[LICENCE] == answer
    assert env(rendered.neo4j)[LICENCE] == answer


def test_a_licence_is_never_accepted_by_itself(helm: Helm) -> None:
    rendered = helm.template(make_values())
    assert LICENCE not in env(rendered.restore) | env(rendered.neo4j)


def test_the_first_password_comes_from_a_secret(helm: Helm) -> None:
    environment = env(helm.template(make_values(auth={"existingSecret": "graph-password"})).neo4j)
    assert environment == {"NEO4J_AUTH": {"secretKeyRef": {"name": "graph-password", "key": "NEO4J_AUTH"}}}


def test_passwords_can_be_switched_off_and_are_not_by_default(helm: Helm) -> None:
    assert env(helm.template(make_values(auth={"enabled": False})).neo4j) == {"NEO4J_AUTH": "none"}
    assert env(helm.template(make_values()).neo4j) == {}


@pytest.mark.parametrize(
    ("data", "volume"),
    [
        ({}, "default/data-graph-neo4j-restore-0"),
        ({"existingClaim": "old"}, "default/old"),
        ({"emptyDir": True}, None),
    ],
    ids=["own claim", "existing claim", "no claim"],
)
def test_the_volume_has_the_name_of_namespace_and_claim(helm: Helm, data: dict[str, object], volume: object) -> None:
    assert env(helm.template(make_values(data=data)).restore).get("VOLUME_ID") == volume
