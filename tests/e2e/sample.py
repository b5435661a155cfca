"""A sample backup, made by a real Neo4j, with the password in its `system` database, and a made-up key."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from tests.real.neo4j import Neo4j

BUCKET, PREFIX = "graph-backups", "production"

NODES = 1000


@dataclass(frozen=True)
class Sample:
    """Dumps of `neo4j` and `system`, and the user and password that the second one holds."""

    dumps: tuple[Path, ...]
    auth: tuple[str, str]


def make_sample(home: Path, folder: Path) -> Sample:
    """Return the dumps of a server of `home` that NODES people, each with a name, were written to."""
    server = Neo4j(home, folder / "data", auth=("neo4j", secrets.token_hex(16)))
    server.set_password()
    with server:
        server.query(f"UNWIND range(1, {NODES}) AS id CREATE (:Person {{id: id, name: 'person ' + id}})")
    assert server.auth
    return Sample(tuple(server.dump(name, folder / "dumps") for name in ("neo4j", "system")), server.auth)


def upload(sample: Sample, endpoint: str) -> None:
    """Put the dumps into the bucket of the emulated store at `endpoint`, named as a nightly job would."""
    client = storage.Client("e2e", AnonymousCredentials(), client_options={"api_endpoint": endpoint})
    bucket = client.create_bucket(BUCKET)
    for dump in sample.dumps:
        name = f"{PREFIX}/{dump.stem}/{dump.stem}-2026-01-31T02-00-00.dump"
        bucket.blob(name).upload_from_filename(dump)
    client.close()


def make_key() -> str:
    """Return a service account's key as Google writes them, with an RSA key that nobody has."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    key = {
        "type": "service_account",
        "project_id": "e2e",
        "private_key_id": secrets.token_hex(20),
        "private_key": pem,
        "client_email": "restore@e2e.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    return json.dumps(key)
