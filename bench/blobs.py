"""The raw directory as blobs of an emulated Azure. azurite has a format of its own, so the blobs are uploaded once."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from azure.storage.blob import BlobServiceClient, ContainerClient, ContentSettings
from bench.servers import AZURE_ACCOUNT
from bench.sets import Sets, files

from bench import servers

_AT_ONCE = 8


def make(sets: Sets) -> Path:
    """Return the folder that azurite serves. The first call fills it, which takes some minutes for the full set."""
    location = sets.top / "azure"
    if not location.exists():
        with servers.working(sets.top) as work:
            (work / "azure").mkdir()
            with servers.azure_store(work / "azure", work) as end:
                _fill(sets, end.url)
            (work / "azure").rename(location)
    return location


def _fill(sets: Sets, url: str) -> None:
    account, key = AZURE_ACCOUNT
    with BlobServiceClient(f"{url}/{account}", credential=key) as client, ThreadPoolExecutor(_AT_ONCE) as pool:
        container = client.create_container("raw")
        for _ in pool.map(lambda path: _upload(container, path, sets.objects / "raw"), files(sets.directory)):
            pass


def _upload(container: ContainerClient, path: Path, bucket: Path) -> None:
    with path.open("rb") as file:
        md5 = bytearray(hashlib.file_digest(file, "md5").digest())
        file.seek(0)
        # Blobs that come in blocks have only the MD5 that their maker states.
        settings = ContentSettings(content_md5=md5)
        container.upload_blob(str(path.relative_to(bucket)), file, content_settings=settings)
