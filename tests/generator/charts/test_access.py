"""How the restore container reaches each kind of store, and as whom: in every chart the same."""

from typing import Any

import pytest
import yaml
from tests.generator.charts.written import written
from tests.generator.inputs import make_scenario

from neo4j_scenarios.charts.environment import environment
from neo4j_scenarios.errors import UsageError
from neo4j_scenarios.render.values_file import render
from neo4j_scenarios.targets import TARGETS

GSA = "restore@project.iam.gserviceaccount.com"
ROLE = "arn:aws:iam::123456789012:role/neo4j/restore"
CLIENT = "01234567-89ab-cdef-0123-456789abcdef"

GCS, S3, AZURE, FILE = "gs://graph-backups/p", "s3://graph-backups/p", "azb://graphbackups/neo4j/p", "file:///backups/p"

# Each identity with its bucket, and the annotation that binds it.
IDENTITIES = {
    "gke": (GCS, GSA, {"iam.gke.io/gcp-service-account": GSA}),
    "eks": (S3, ROLE, {"eks.amazonaws.com/role-arn": ROLE}),
    "eks-pod-identity": (S3, "pod-identity", {}),
    "gke-direct": (GCS, "pod-identity", {}),
    "aks": (AZURE, CLIENT, {"azure.workload.identity/client-id": CLIENT}),
}


def container(target: str, **changes: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the mounts by folder and the volumes by name that a foreign chart is given."""
    values = written(make_scenario(target=target, **changes))
    block = values["podSpec"] if target == "neo4j/neo4j" else values["core"]
    volumes = values["additionalVolumes"] if target == "neo4j/neo4j" else block["additionalVolumes"]
    mounts = {mount["mountPath"]: mount for mount in block["initContainers"][0]["volumeMounts"]}
    return mounts, {volume["name"]: volume for volume in volumes}


@pytest.mark.parametrize("target", ["neo4j-restore", "neo4j-helm"])
@pytest.mark.parametrize(("bucket", "who", "annotations"), IDENTITIES.values(), ids=IDENTITIES)
def test_a_chart_that_makes_service_accounts_annotates_its_own(
    target: str, bucket: str, who: str, annotations: dict[str, str]
) -> None:
    values = written(make_scenario(target=target, bucket=bucket, workload_identity=who))
    assert values["serviceAccount"] == {"create": True, **({"annotations": annotations} if annotations else {})}
    assert values.get("podLabels", {}) == ({"azure.workload.identity/use": "true"} if who == CLIENT else {})


@pytest.mark.parametrize(("bucket", "who", "annotations"), IDENTITIES.values(), ids=IDENTITIES)
def test_the_header_annotates_the_account_that_the_official_chart_does_not_make(
    bucket: str, who: str, annotations: dict[str, str]
) -> None:
    text = render(make_scenario(target="neo4j/neo4j", bucket=bucket, workload_identity=who))
    values = yaml.safe_load(text)
    assert values["podSpec"]["serviceAccountName"] == "neo4j-restore"
    assert values["neo4j"].get("labels", {}) == ({"azure.workload.identity/use": "true"} if who == CLIENT else {})
    assert "#   kubectl create serviceaccount neo4j-restore\n" in text
    for name, value in annotations.items():
        assert f"#   kubectl annotate serviceaccount neo4j-restore {name}={value}\n" in text


@pytest.mark.parametrize(
    ("bucket", "variable", "key"),
    [
        (GCS, "GOOGLE_APPLICATION_CREDENTIALS", "credentials.json"),
        (S3, "CREDENTIALS_FILE", "credentials"),
        (AZURE, "CREDENTIALS_FILE", "credentials"),
    ],
)
@pytest.mark.parametrize("target", ["neo4j/neo4j", "neo4j-helm"])
def test_the_key_is_mounted_under_the_name_that_it_has_in_the_secret(
    target: str, bucket: str, variable: str, key: str
) -> None:
    assert environment(make_scenario(bucket=bucket))[variable] == f"/auth/{key}"
    _, volumes = container(target, bucket=bucket)
    assert volumes["restore-service-key"]["secret"]["items"] == [{"key": key, "path": key}]
    given = environment(make_scenario(bucket=bucket, secret="neo4j-backup", secret_key="aws.txt"))
    assert given[variable] == "/auth/aws.txt"


@pytest.mark.parametrize("target", ["neo4j/neo4j", "neo4j-helm"])
def test_certificates_and_encryption_key_are_mounted_where_the_variables_say(target: str) -> None:
    given = {"bucket": S3, "ca_bundle": "configmap/authorities", "encryption_key": "secret/sse/main"}
    given["age_identity"] = "secret/age"
    mounts, volumes = container(target, **given)
    assert mounts["/certificates"] == {"name": "restore-certificates", "mountPath": "/certificates", "readOnly": True}
    assert volumes["restore-certificates"]["configMap"] == {
        "name": "authorities",
        "optional": True,
        "items": [{"key": "ca.crt", "path": "ca.crt"}],
    }
    secrets = ("restore-service-key", "restore-encryption-key", "restore-age-identity")
    assert [volumes[name]["secret"]["optional"] for name in secrets] == [True, True, True]
    assert volumes["restore-encryption-key"]["secret"]["items"] == [{"key": "main", "path": "key"}]
    variables = environment(make_scenario(target=target, **given))
    assert volumes["restore-age-identity"]["secret"]["secretName"] == "age"
    assert variables["AGE_IDENTITY_FILE"] == "/age/identity"
    assert (variables["CA_BUNDLE"], variables["ENCRYPTION_KEY_FILE"]) == ("/certificates/ca.crt", "/encryption/key")


@pytest.mark.parametrize("target", TARGETS)
def test_a_folder_of_a_claim_is_mounted_read_only_and_needs_no_key(target: str) -> None:
    values = written(make_scenario(target=target, bucket=FILE, backup_claim="nas"))
    text = yaml.safe_dump(values)
    assert "restore-service-key" not in text
    assert "mountPath: /backups\n" in text
    if target == "neo4j-restore":
        assert values["extraVolumes"] == [
            {"name": "restore-backups", "persistentVolumeClaim": {"claimName": "nas", "readOnly": True}}
        ]
    else:
        mounts, volumes = container(target, bucket=FILE, backup_claim="nas")
        assert mounts["/backups"]["readOnly"] is True
        assert volumes["restore-backups"]["persistentVolumeClaim"] == {"claimName": "nas", "readOnly": True}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"bucket": S3, "workload_identity": GSA},
            f"--workload-identity: '{GSA}' is not an identity for s3:// buckets",
        ),
        (
            {"bucket": GCS, "workload_identity": ROLE},
            f"--workload-identity: '{ROLE}' is not an identity for gs:// buckets",
        ),
        (
            {"bucket": AZURE, "workload_identity": "pod-identity"},
            "--workload-identity: 'pod-identity' is not an identity",
        ),
        ({"bucket": GCS, "bucket_region": "eu-central-1"}, "--bucket-region: has no effect for gs:// buckets"),
        ({"bucket": GCS, "addressing_style": "virtual"}, "--addressing-style: has no effect for gs:// buckets"),
        (
            {"bucket": "s3://a.b", "addressing_style": "virtual"},
            "--addressing-style: no certificate matches the host a.b.amazonaws.com",
        ),
        (
            {"bucket": S3, "addressing_style": "virtual", "endpoint_url": "http://10.0.0.7:9000"},
            "--addressing-style: 'virtual' puts the bucket's name before 10.0.0.7:9000, which is an IP address",
        ),
        ({"bucket": AZURE, "requester_pays": "true"}, "--requester-pays: has no effect for azb:// buckets"),
        ({"bucket": AZURE, "encryption_key": "secret/a"}, "--encryption-key: has no effect for azb:// buckets"),
        ({"bucket": GCS, "requester_pays": "true"}, "--requester-pays: 'true' names no project to bill"),
        ({"bucket": S3, "requester_pays": "project"}, "--requester-pays: 'project' is a project"),
        ({"bucket": S3, "emulator_host": "http://gcs:1"}, "--emulator-host: has no effect for s3:// buckets"),
        ({"bucket": GCS, "backup_claim": "nas"}, "--backup-claim: has no effect for gs:// buckets"),
        ({"bucket": FILE}, "--backup-claim: is missing"),
        ({"bucket": FILE, "backup_claim": "nas", "secret": "key"}, "--secret: has no effect for file:// buckets"),
        ({"bucket": "file:///data/backups", "backup_claim": "nas"}, "--bucket: '/data' is a folder that the restore"),
        ({"bucket": "file:///", "backup_claim": "nas"}, "--bucket: '/' is a folder that the restore"),
        ({"bucket": S3, "ca_bundle": "authorities"}, "--ca-bundle: 'authorities' is not secret/NAME or configmap/NAME"),
        ({"bucket": S3, "encryption_key": "configmap/a"}, "--encryption-key: 'configmap/a' is not secret/NAME"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_the_store_does_not_know_is_refused(changes: dict[str, str], expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_scenario(**changes)
    assert str(caught.value).startswith(expected)
    assert all(problem.hint for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"bucket": S3, "endpoint_url": "http://minio:9000"}, "HAZARD: without https, anyone on the network"),
        ({"bucket": S3, "requester_pays": "true"}, "HAZARD: each restore is billed to the account of the key"),
        ({"bucket": GCS, "requester_pays": "project"}, "HAZARD: each restore is billed to this project"),
        ({"bucket": S3, "encryption_key": "secret/sse"}, "HAZARD: without it the backups are lost"),
        ({"age_identity": "secret/age"}, "Decrypts sets that age encrypted: identity of the Secret age."),
        ({"start_jitter_seconds": "300"}, "so that many restores do not contact the store at once"),
    ],
)
@pytest.mark.parametrize("target", TARGETS)
def test_a_hazard_of_a_store_is_told_beside_its_setting(target: str, changes: dict[str, str], expected: str) -> None:
    assert expected in " ".join(render(make_scenario(target=target, **changes)).replace("#", " ").split())
