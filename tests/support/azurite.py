"""An emulated Azure Blob Storage: azurite in a process of its own, and containers that Microsoft's client fills."""

import os
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from azure.storage.blob import BlobBlock, BlobServiceClient, ContainerClient, ContentSettings
from tests.support.servers import free_port, wait_until_it_listens
from tests.support.skips import AZURE_IS_LEFT_OUT, NO_AZURE

_INSTALL = Path(__file__).parents[2] / "tools" / "stores" / "install"

ACCOUNT = "backups1"
# Made up for the emulator: 64 bytes in base64.
KEY = "aHVzaC1rZXkt" + "MDAw" * 16 + "MDAwMDAwMDAwMDAwMA=="
STRANGER_KEY = "aHVzaC1zdHJhbmdlci0xMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw"


@dataclass(frozen=True)
class AzureContainer:
    """One emulated container. `client` is Microsoft's."""

    name: str
    host: str
    client: ContainerClient

    @property
    def url(self) -> str:
        """Return it as BUCKET takes it."""
        return f"azb://{ACCOUNT}/{self.name}"

    def environment(self, key: str = KEY) -> dict[str, str]:
        """Return the variables by which neo4j-restore reaches it."""
        return {"BUCKET": self.url, "ENDPOINT_URL": self.host, "AZURE_STORAGE_KEY": key}

    def put(self, name: str, data: bytes, md5: bytes | None = None) -> None:
        """Store a blob, or replace it. md5: what its creator says of it. For one piece the store computes it."""
        settings = ContentSettings(content_md5=bytearray(md5)) if md5 else None
        self.client.upload_blob(name, data, overwrite=True, content_settings=settings)

    def put_in_blocks(self, name: str, blocks: list[bytes], md5: bytes | None = None) -> None:
        """Store a blob as tools store large ones. The store then knows only what its creator says."""
        blob = self.client.get_blob_client(name)
        ids = [BlobBlock(f"{number:06}") for number in range(len(blocks))]
        for each, block in zip(ids, blocks, strict=True):
            blob.stage_block(each.id, block)
        settings = ContentSettings(content_md5=bytearray(md5)) if md5 else None
        blob.commit_block_list(ids, content_settings=settings)


@dataclass(frozen=True)
class Azure:
    """A running azurite. `host` is its URL, for ENDPOINT_URL."""

    host: str

    def container(self, verify: str | bool = True) -> AzureContainer:
        """Make a container. verify: the certificates that Microsoft's client is to trust."""
        name = f"backups-{uuid.uuid4().hex[:12]}"
        owner = BlobServiceClient(f"{self.host}/{ACCOUNT}", credential=KEY, connection_verify=verify)
        return AzureContainer(name, self.host, owner.create_container(name))


@contextmanager
def azure(*options: str, scheme: str = "http") -> Iterator[Azure]:
    """Run an Azure Blob Storage on a free loopback port until the block ends. options: more of azurite's."""
    if AZURE_IS_LEFT_OUT:
        pytest.skip(NO_AZURE)
    program = subprocess.run([_INSTALL, "azurite"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="azurite-") as folder:
        process = subprocess.Popen(
            [
                *(program, "--blobHost", "127.0.0.1", "--blobPort", str(port), "--inMemoryPersistence"),
                *("--silent", "--skipApiVersionCheck", "--disableTelemetry", *options),
            ],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until_it_listens(port, process)
            yield Azure(f"{scheme}://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait()
