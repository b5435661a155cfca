"""Key files of service accounts, made for a test."""

import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def service_key(path: Path) -> str:
    """Write a service account's key file, of a key made for this test. Return the private part."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    key = {"type": "service_account", "client_email": "reader@example.invalid", "private_key": pem}
    path.write_text(json.dumps(key | {"token_uri": "http://127.0.0.1:9/token", "private_key_id": "1"}))
    return pem
