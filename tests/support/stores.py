"""An emulated bucket, in process: what tests put into it, and its URL."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gcp_storage_emulator.server import create_server
from gcp_storage_emulator.storage import Storage
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage


@dataclass(frozen=True)
class Emulator:
    """A running emulator of Google Cloud Storage. `host` is its URL, for STORAGE_EMULATOR_HOST."""

    host: str

    def bucket(self, name: str) -> "Bucket":
        """Make the bucket `name`."""
        with_client = storage.Client("none", AnonymousCredentials(), client_options={"api_endpoint": self.host})
        return Bucket(name, self.host, with_client.create_bucket(name))


@dataclass(frozen=True)
class Bucket:
    """One emulated bucket."""

    name: str
    host: str
    handle: storage.Bucket

    @property
    def url(self) -> str:
        """Return it as BUCKET takes it."""
        return f"gs://{self.name}"

    def put(self, key: str, data: bytes) -> None:
        """Store an object, or replace it."""
        self.handle.blob(key).upload_from_string(data)


@contextmanager
def emulator() -> Iterator[Emulator]:
    """Run an emulator on a free loopback port until the block ends.

    It keeps its index in memory. It also writes the whole of it after each change, for its own next start. That takes
    longer with each object, and nobody reads it here.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    Storage._write_config_to_file = lambda _: None
    server = create_server("127.0.0.1", port, in_memory=True)
    server.start()
    try:
        yield Emulator(f"http://127.0.0.1:{port}")
    finally:
        server.stop()
