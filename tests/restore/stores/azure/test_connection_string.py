"""Azure's connection strings: what they tell, and what is told when they are wrong, without their secrets."""

from pathlib import Path

import pytest
from tests.restore.stores.subjects import open_with
from tests.support.azurite import ACCOUNT, KEY, AzureContainer

from neo4j_restore.connection_string import parse
from neo4j_restore.errors import ConfigurationError

GOOD = {
    "as the portal gives it": (
        "DefaultEndpointsProtocol=https;AccountName=acc1;AccountKey=k/e+y==;EndpointSuffix=core.windows.net",
        ("acc1", "k/e+y==", "", "https://acc1.blob.core.windows.net"),
    ),
    "of another cloud, in another order": (
        "EndpointSuffix=core.chinacloudapi.cn; AccountKey=k/e+y== ;AccountName=acc1;",
        ("acc1", "k/e+y==", "", "https://acc1.blob.core.chinacloudapi.cn"),
    ),
    "with a signature": (
        "BlobEndpoint=https://acc1.blob.core.windows.net/;SharedAccessSignature=sv=2024&sig=a%2Fb%3D",
        ("acc1", "", "sv=2024&sig=a%2Fb%3D", "https://acc1.blob.core.windows.net"),
    ),
    "of an emulator": (
        "AccountName=acc1;AccountKey=k==;BlobEndpoint=http://127.0.0.1:10000/acc1;",
        ("acc1", "k==", "", "http://127.0.0.1:10000/acc1"),
    ),
}


@pytest.mark.parametrize(("text", "values"), GOOD.values(), ids=GOOD)
def test_a_connection_string_is_read(text: str, values: tuple[str, ...]) -> None:
    assert tuple(parse(text).values()) == values


@pytest.mark.parametrize(
    "text",
    [
        "hush",
        "AccountName=acc1",
        "AccountKey=hush",
        "AccountName=UP;AccountKey=hush",
        "AccountName=acc1;AccountKey=hush;EndpointSuffix=evil.example/x?",
        "AccountName=acc1;AccountKey=hush;DefaultEndpointsProtocol=ftp",
        "AccountName=acc1;AccountKey=hush;BlobEndpoint=https://user:hush@acc1.blob.example",
    ],
)
def test_a_wrong_connection_string_is_told_without_its_text(text: str) -> None:
    with pytest.raises(ConfigurationError, match="AZURE_STORAGE_CONNECTION_STRING") as raised:
        open_with({"BUCKET": "azb://acc1/nightly", "AZURE_STORAGE_CONNECTION_STRING": text})
    assert "hush" not in f"{raised.value} {raised.value.hint}"


def test_a_connection_string_of_another_account_is_told() -> None:
    text = "AccountName=acc2;AccountKey=aHVzaA=="
    with pytest.raises(ConfigurationError, match=r"account acc1.*acc2"):
        open_with({"BUCKET": "azb://acc1/nightly", "AZURE_STORAGE_CONNECTION_STRING": text})


@pytest.mark.parametrize("in_a_file", [False, True], ids=["variable", "file"])
@pytest.mark.parametrize("named", [False, True], ids=["account in the string", "account in BUCKET"])
def test_a_container_is_listed_by_a_connection_string_alone(
    azure_container: AzureContainer, tmp_path: Path, *, in_a_file: bool, named: bool
) -> None:
    azure_container.put("p/neo4j.dump", b"data")
    endpoint = f"{azure_container.host}/{ACCOUNT}"
    text = f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={endpoint};"
    environment = {"BUCKET": azure_container.url}
    if not named:
        environment = {"BUCKET": f"{azure_container.name}/p", "CLOUD_PROVIDER": "azure"}
    if in_a_file:
        (tmp_path / "credentials").write_text(f'export AZURE_STORAGE_CONNECTION_STRING="{text}"\n')
        environment["CREDENTIALS_FILE"] = str(tmp_path / "credentials")
    else:
        environment["AZURE_STORAGE_CONNECTION_STRING"] = text
    store = open_with(environment)
    assert [each.size_bytes for each in store.list(f"{azure_container.name}/p/")] == [4]
    store.close()
