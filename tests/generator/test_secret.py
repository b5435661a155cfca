"""The one place that handles a key: it takes keys alone, and shows them in the Secret alone."""

import base64
import json
from pathlib import Path

import pytest
import yaml
from tests.generator.conftest import Command
from tests.support.says import says

SERVICE_ACCOUNT = {
    "type": "service_account",
    "client_email": "restore@project.iam.gserviceaccount.com",
    "private_key": "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n",
    "token_uri": "https://oauth2.googleapis.com/token",
}
EXTERNAL = {
    "type": "external_account",
    "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    "token_url": "https://sts.googleapis.com/v1/token",
    "credential_source": {"file": "/var/run/token"},
}
AUTHORIZED_USER = {"type": "authorized_user", "client_id": "a", "client_secret": "hunter2", "refresh_token": "hunter2"}

AWS = "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = hunter2\n"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(SERVICE_ACCOUNT))
    return path


@pytest.mark.parametrize("key", [SERVICE_ACCOUNT, EXTERNAL, AUTHORIZED_USER], ids=lambda key: key["type"])
def test_the_secret_holds_the_key_file_byte_for_byte(neo4j_scenarios: Command, tmp_path: Path, key: object) -> None:
    content = json.dumps(key, indent=3).encode() + b"\r\n"
    (tmp_path / "key.json").write_bytes(content)
    done = neo4j_scenarios("secret --key-file", tmp_path / "key.json")
    secret = yaml.safe_load(done.out)
    says(done, 0)
    assert (secret["kind"], secret["metadata"]) == ("Secret", {"name": "restore-service-key"})
    assert list(secret["data"]) == ["credentials.json"]
    assert base64.b64decode(secret["data"]["credentials.json"]) == content


FILES = {
    "aws": AWS,
    "aws with spaces": AWS.replace("[default]", "[ default ]\nregion = eu-central-1"),
    "aws with one profile": AWS.replace("[default]", "[profile backup]"),
    "aws as variables": "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nexport AWS_SECRET_ACCESS_KEY='hunter2'\n",
    "azure's SAS token": "ACCOUNT_NAME=graph\nSAS_TOKEN='sv=2024&sig=hunter2'\n",
    "azure's connection string": "AZURE_STORAGE_CONNECTION_STRING=AccountName=graph;AccountKey=hunter2==\n",
    "azure of the labs chart": "export ACCOUNT_NAME=graph\nexport ACCOUNT_KEY=hunter2==\n",
    "azure before 2025.06": "AZURE_STORAGE_ACCOUNT_NAME=graph\nAZURE_STORAGE_ACCOUNT_KEY=hunter2==\n",
    "azure since": 'AZURE_STORAGE_ACCOUNT="graph"\nAZURE_STORAGE_KEY="hunter2=="\n',
    "azure client": "AZURE_CLIENT_ID=a\nAZURE_CLIENT_SECRET=hunter2\nAZURE_TENANT_ID=c\n",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_files_of_aws_and_azure_are_taken_as_they_are(neo4j_scenarios: Command, tmp_path: Path, content: str) -> None:
    (tmp_path / "key").write_text(content)
    done = neo4j_scenarios("secret --key-file", tmp_path / "key")
    says(done, 0)
    assert {name: base64.b64decode(held).decode() for name, held in yaml.safe_load(done.out)["data"].items()} == {
        "credentials": content
    }


def test_the_keys_name_in_the_secret_is_taken(neo4j_scenarios: Command, key_file: Path) -> None:
    done = neo4j_scenarios("secret --secret-key gcp.json --key-file", key_file)
    assert list(yaml.safe_load(done.out)["data"]) == ["gcp.json"]
    done = neo4j_scenarios("secret --secret-key a/b --key-file", key_file)
    says(done, 2, "error: --secret-key: 'a/b' is not a key's name")


def test_name_and_namespace_are_taken(neo4j_scenarios: Command, key_file: Path) -> None:
    done = neo4j_scenarios("secret --name graph-key --namespace prod --key-file", key_file)
    assert yaml.safe_load(done.out)["metadata"] == {"name": "graph-key", "namespace": "prod"}


def test_the_manifest_comes_as_json_for_programs(neo4j_scenarios: Command, key_file: Path) -> None:
    assert json.loads(neo4j_scenarios("secret --json --key-file", key_file).out) == yaml.safe_load(
        neo4j_scenarios("secret --key-file", key_file).out
    )


def test_a_file_with_the_secret_is_its_owners_alone(neo4j_scenarios: Command, key_file: Path, tmp_path: Path) -> None:
    done = neo4j_scenarios("secret --key-file", key_file, "-o", tmp_path / "secret.yaml")
    says(done, 0)
    assert done.out == ""
    assert (tmp_path / "secret.yaml").stat().st_mode & 0o777 == 0o600
    assert "hunter2" not in done.err


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("hunter2", "is not a known kind of key file: expected JSON of Google, or lines of AWS or Azure"),
        ('{"private_key": "hunter2"', "is not JSON"),
        ("[" * 100_000, "is not a known kind of key file"),
        ("\xff hunter2", "is not a known kind of key file"),
        ("[default]\naws_access_key_id = hunter2", "its default section has no secret access key"),
        (f"{AWS}[default]\naws_secret_access_key =", "its default section has no secret access key"),
        (AWS.replace("[default]", "[a]") + AWS.replace("[default]", "[b]"), "default section has no access key id"),
        ("AZURE_STORAGE_ACCOUNT=graph\nAZURE_CLIENT_SECRET=hunter2", "is an Azure key file, but has none of"),
        ("AZURE_STORAGE_CONNECTION_STRING=AccountName=graph;Key=hunter2", "AZURE_STORAGE_CONNECTION_STRING lacks an"),
        ("AZURE_STORAGE_ACCOUNT=graph\nAZURE_STORAGE_KEY=two hunter2", "is an Azure key file, but has none of"),
        ('["hunter2"]', "not a JSON object"),
        ('{"private_key": "hunter2"}', "has no known 'type'"),
        ('{"type": "hunter2"}', "has no known 'type': expected one of service_account, external_account"),
        ('{"type": ["hunter2"]}', "has no known 'type'"),
        ('{"type": "service_account", "private_key": "hunter2"}', "'client_email' is missing or empty"),
        ('{"type": "external_account", "credential_source": "hunter2"}', "'credential_source' is missing or empty"),
        ("hunter2" * 200_000, "is too large for a key"),
    ],
)
def test_what_is_no_key_is_refused_and_not_shown(
    neo4j_scenarios: Command, tmp_path: Path, content: str, expected: str
) -> None:
    (tmp_path / "key.json").write_bytes(content.encode("latin-1"))
    done = neo4j_scenarios("secret --key-file", tmp_path / "key.json")
    says(done, 1)
    assert done.out == ""
    assert expected in done.err
    assert "hunter2" not in done.err


def test_all_that_a_key_lacks_is_told_at_once(neo4j_scenarios: Command, tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text('{"type": "service_account"}')
    done = neo4j_scenarios("secret --key-file", tmp_path / "key.json")
    for name in ["client_email", "private_key", "token_uri"]:
        assert f"its '{name}' is missing or empty" in done.err


def test_a_file_that_is_not_there_is_named(neo4j_scenarios: Command, tmp_path: Path) -> None:
    done = neo4j_scenarios("secret --key-file", tmp_path / "absent.json")
    says(done, 1, "absent.json: can't be read: No such file or directory")


def test_a_bad_name_is_refused(neo4j_scenarios: Command, key_file: Path) -> None:
    done = neo4j_scenarios("secret --name Graph_Key --key-file", key_file)
    says(done, 2, "error: --name: 'Graph_Key' is not a name in Kubernetes")
