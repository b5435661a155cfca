"""The stores that pass the conformance suite, each filled by another program than the one under test."""

import os
import uuid
from pathlib import Path
from typing import ClassVar, Protocol

from tests.support import stores
from tests.support.azurite import STRANGER_KEY, AzureContainer
from tests.support.versitygw import STRANGER, S3Bucket

from neo4j_restore import settings
from neo4j_restore.stores import Store, StoredObject, WritableStore, open_store, open_writable
from neo4j_restore.transfer.download import download
from neo4j_restore.transfer.options import DownloadOptions
from neo4j_restore.transfer.progress import Progress


def open_with(environment: dict[str, str]) -> Store:
    """Return the store that the environment of a restore names."""
    return open_store(settings.from_environment({"DATABASE": "neo4j", **environment}))


def open_writing_with(environment: dict[str, str]) -> WritableStore:
    """Return the same store, as a drill opens it."""
    return open_writable(settings.from_environment({"DATABASE": "neo4j", **environment}))


class Subject(Protocol):
    """A store under test.

    prefix: where its objects go. environment: of a restore from it. host_variable: which of that is its URL, or empty.
    large_bytes: of an object that no connection takes in one go. pins_ranges: whether the store pins those too.
    creates_only: whether it refuses to replace an object that is to be created.
    stranger: the variables of an identity that the store refuses. elsewhere: a bucket that is not there.
    """

    prefix: str
    environment: dict[str, str]
    host_variable: ClassVar[str]
    stranger: ClassVar[dict[str, str]]
    elsewhere: ClassVar[str]
    large_bytes: ClassVar[int]
    pins_ranges: ClassVar[bool]
    creates_only: ClassVar[bool]

    def put(self, key: str, data: bytes) -> None:
        """Store an object, or replace it."""
        ...


class Google:
    """The emulated Google Cloud Storage. It knows no identities, answers one at a time, and pins no generations."""

    prefix = "p/"
    host_variable: ClassVar = "STORAGE_EMULATOR_HOST"
    stranger: ClassVar[dict[str, str]] = {}
    elsewhere: ClassVar = "gs://nowhere"
    large_bytes: ClassVar = 100_000
    pins_ranges: ClassVar = False
    creates_only: ClassVar = False

    def __init__(self, bucket: stores.Bucket) -> None:
        self._bucket = bucket
        self.environment = {"BUCKET": bucket.url, "STORAGE_EMULATOR_HOST": bucket.host}

    def put(self, key: str, data: bytes) -> None:
        self._bucket.put(key, data)


class Amazon:
    """The emulated S3."""

    prefix = "p/"
    host_variable: ClassVar = "ENDPOINT_URL"
    stranger: ClassVar = {"AWS_ACCESS_KEY_ID": STRANGER[0], "AWS_SECRET_ACCESS_KEY": STRANGER[1]}
    elsewhere: ClassVar = "s3://nowhere"
    large_bytes: ClassVar = 16_000_000
    pins_ranges: ClassVar = True
    creates_only: ClassVar = True

    def __init__(self, bucket: S3Bucket) -> None:
        self._bucket = bucket
        self.environment = bucket.environment()

    def put(self, key: str, data: bytes) -> None:
        self._bucket.put(key, data)


class Azure:
    """The emulated Azure Blob Storage."""

    host_variable: ClassVar = "ENDPOINT_URL"
    stranger: ClassVar = {"AZURE_STORAGE_KEY": STRANGER_KEY}
    elsewhere: ClassVar = "azb://backups1/nowhere"
    large_bytes: ClassVar = 16_000_000
    pins_ranges: ClassVar = True
    creates_only: ClassVar = True

    def __init__(self, container: AzureContainer) -> None:
        self._container = container
        self.prefix = f"{container.name}/p/"
        self.environment = container.environment()

    def put(self, key: str, data: bytes) -> None:
        self._container.put(key.partition("/")[2], data)


class Local:
    """A folder."""

    host_variable: ClassVar = ""
    stranger: ClassVar[dict[str, str]] = {}
    elsewhere: ClassVar = "file:///nowhere"
    large_bytes: ClassVar = 16_000_000
    pins_ranges: ClassVar = True
    creates_only: ClassVar = True

    def __init__(self, folder: Path) -> None:
        top = folder / uuid.uuid4().hex
        top.mkdir()
        self.prefix = f"{top}/".lstrip("/")
        self.environment = {"BUCKET": f"file://{top}"}

    def put(self, key: str, data: bytes) -> None:
        path = Path("/", key)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        new.write_bytes(data)
        new.replace(path)
        later = path.stat().st_mtime_ns + 1_000_000
        os.utime(path, ns=(later, later))


def downloaded(store: Store, stored: StoredObject) -> bytes:
    """Return the bytes as a restore takes them: resumed and verified."""
    with download(store, stored, DownloadOptions(60), Progress("neo4j", stored.size_bytes)) as stream:
        return stream.readall()
