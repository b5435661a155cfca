"""Credential files of every generation of Neo4j's charts are read. Any other file is refused without its text."""

from pathlib import Path

import pytest

from neo4j_restore.credentials import AwsKey, AzureKey
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.settings import from_environment
from neo4j_restore.stores import open_store
from neo4j_restore.stores.keyfiles import read_aws, read_azure

AWS = {
    "aws's own": "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s/e+c=\n",
    "the official chart's": "[ default ]\nregion = eu-west-1\naws_access_key_id=AKIA1\naws_secret_access_key=s/e+c=\n",
    "a config file's": "# of June\n[profile default]\naws_access_key_id=AKIA1\n\naws_secret_access_key = s/e+c=\n",
    "one with others": "[other]\naws_access_key_id=X\naws_secret_access_key=Y\n[default]\r\n"
    "aws_access_key_id=AKIA1\r\naws_secret_access_key=s/e+c=\r\n",
    "one of another name": "[backup]\naws_access_key_id=AKIA1\naws_secret_access_key=s/e+c=\n",
    "without a section": "AWS_ACCESS_KEY_ID=AKIA1\nexport AWS_SECRET_ACCESS_KEY='s/e+c='\n",
}

AZURE = {
    "the labs chart's": ("export ACCOUNT_NAME=acc1\nexport ACCOUNT_KEY=k/e+y==\n", AzureKey("acc1", "k/e+y==")),
    "the labs chart's, quoted": ("export ACCOUNT_NAME='acc1'\nexport ACCOUNT_KEY=\"k/e+y==\" # of June\n", None),
    "the official chart's before 2025.06": (
        "AZURE_STORAGE_ACCOUNT_NAME=acc1\nAZURE_STORAGE_ACCOUNT_KEY=k/e+y==\n",
        None,
    ),
    "the official chart's since": ("AZURE_STORAGE_ACCOUNT=acc1\r\nAZURE_STORAGE_KEY=k/e+y==\r\n", None),
    "a client's": (
        "AZURE_STORAGE_ACCOUNT=acc1\nAZURE_CLIENT_ID=c\nAZURE_CLIENT_SECRET=s~1\nAZURE_TENANT_ID=t\n",
        AzureKey("acc1", client_id="c", client_secret="s~1", tenant_id="t"),
    ),
    "a SAS token's": (
        "AZURE_STORAGE_ACCOUNT=acc1\nAZURE_STORAGE_SAS_TOKEN='sv=2023-11-03&sig=a%2Bb'\n",
        AzureKey("acc1", sas_token="sv=2023-11-03&sig=a%2Bb"),
    ),
}


def written(folder: Path, text: str) -> Path:
    (folder / "credentials").write_text(text, newline="")
    return folder / "credentials"


@pytest.mark.parametrize("text", AWS.values(), ids=AWS)
def test_an_aws_key_is_read(text: str, tmp_path: Path) -> None:
    region = "eu-west-1" if "region" in text else ""
    assert read_aws(written(tmp_path, text)) == AwsKey("AKIA1", "s/e+c=", region=region)


def test_a_session_token_is_read_too(tmp_path: Path) -> None:
    text = "[default]\naws_access_key_id=A\naws_secret_access_key=B\naws_session_token=C==\n"
    assert read_aws(written(tmp_path, text)).session_token == "C=="


@pytest.mark.parametrize(("text", "key"), AZURE.values(), ids=AZURE)
def test_an_azure_key_is_read(text: str, key: AzureKey | None, tmp_path: Path) -> None:
    assert read_azure(written(tmp_path, text)) == (key or AzureKey("acc1", "k/e+y=="))


def test_a_file_is_never_run(tmp_path: Path) -> None:
    text = f"export ACCOUNT_NAME=acc1\nexport ACCOUNT_KEY=$(touch {tmp_path}/ran)\ntouch {tmp_path}/ran\n"
    with pytest.raises(ConfigurationError):
        read_azure(written(tmp_path, text))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("read", [read_aws, read_azure], ids=["aws", "azure"])
@pytest.mark.parametrize(
    "text", ["", "hush", "[default]\naws_access_key_id=hush\n", '{"hush": 1}', "ACCOUNT_NAME=hush"]
)
def test_what_is_no_key_is_told_without_its_text(read: object, text: str, tmp_path: Path) -> None:
    assert callable(read)
    with pytest.raises(ConfigurationError, match="credentials, has no") as raised:
        read(written(tmp_path, text))
    assert "hush" not in f"{raised.value} {raised.value.hint}"


@pytest.mark.parametrize("read", [read_aws, read_azure], ids=["aws", "azure"])
def test_a_file_that_is_not_there_is_named(read: object, tmp_path: Path) -> None:
    assert callable(read)
    with pytest.raises(
        ConfigurationError, match=f"cannot read CREDENTIALS_FILE, {tmp_path}/gone: there is no"
    ) as raised:
        read(tmp_path / "gone")
    assert "kubectl create secret generic NAME --from-file=gone=FILE" in raised.value.hint
    assert "kubectl describe pod" in raised.value.hint


@pytest.mark.parametrize("bucket", ["gs://backups/p", "s3://backups/p", "azb://account/container/p"])
@pytest.mark.parametrize("named", ["graph-key", ""])
def test_the_secret_of_a_missing_key_is_named(bucket: str, named: str) -> None:
    variable = "GOOGLE_APPLICATION_CREDENTIALS" if bucket.startswith("gs") else "CREDENTIALS_FILE"
    environment = {"BUCKET": bucket, "DATABASE": "neo4j", variable: "/auth/absent", "SECRET_NAME": named}
    with pytest.raises(ConfigurationError) as raised:
        open_store(from_environment(environment))
    secret = named or "restore-service-key"
    assert f"the Secret {secret} or the key in it does not exist" in str(raised.value)
    assert raised.value.hint == f"create it: kubectl create secret generic {secret} --from-file=absent=FILE"


def test_a_key_is_never_shown(tmp_path: Path) -> None:
    assert "s/e+c=" not in repr(read_aws(written(tmp_path, AWS["aws's own"])))
    assert "k/e+y" not in repr(read_azure(written(tmp_path, AZURE["the labs chart's"][0])))
