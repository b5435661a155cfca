"""A customer's own encryption key, in the form that the clouds want in headers."""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from neo4j_restore import scrub
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.stores.keyfiles import read_bytes


@dataclass(frozen=True)
class EncryptionKey:
    """An AES-256 key."""

    raw: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """Return it in base64."""
        return base64.b64encode(self.raw).decode()

    def digest(self, algorithm: str) -> str:
        """Return its digest in base64, by which a store tells keys apart. algorithm: `md5` or `sha256`."""
        return base64.b64encode(hashlib.new(algorithm, self.raw, usedforsecurity=False).digest()).decode()


def read_key(path: Path | None) -> EncryptionKey | None:
    """Return the key in a file of 32 bytes, raw or in base64. Raises ConfigurationError, which quotes none of it."""
    if not path:
        return None
    hint = "check the secret that holds it: 32 bytes, raw or in base64"
    data = read_bytes(path, "ENCRYPTION_KEY_FILE", hint)
    # 32 bytes in base64 have 44 characters, so a file of 32 bytes is a raw key.
    raw = data if len(data) == 32 else _decoded(data)
    if len(raw) != 32:
        message = f"ENCRYPTION_KEY_FILE, {path}, must hold a key of 32 bytes, raw or in base64"
        raise ConfigurationError(message, hint=hint)
    key = EncryptionKey(raw)
    scrub.learn(key.text)
    return key


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        return b""
