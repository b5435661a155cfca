"""Credentials in key files and variables, in the forms that clouds and Neo4j's charts have used over the years.

They are parsed, never sourced. The image reads its keys by this module, and the generator examines a key file by it.
AWS: an ini file. The section is `[default]` or, in the official chart's manual, `[ default ]`.
Azure: lines of a shell, such as `export ACCOUNT_NAME=…` (the labs chart), `AZURE_STORAGE_ACCOUNT_NAME=…` (the official
one before 2025.06), and `AZURE_STORAGE_ACCOUNT=…` with a key or a client's id, secret and tenant (since then).
Standard library only.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from neo4j_restore import connection_string, scrub

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(\"[^\"]*\"|'[^']*'|\S*)\s*(?:[#;].*)?")
_SECTION = re.compile(r"\s*\[\s*(?:profile\s+)?([^\]]*?)\s*\]\s*")


@dataclass(frozen=True)
class AwsKey:
    """An access key. `region` and `session_token` are empty where the file has none."""

    access_key_id: str
    secret: str = field(repr=False)
    session_token: str = field(default="", repr=False)
    region: str = ""

    def __post_init__(self) -> None:
        """Keep it out of the log. Keys from endpoints come through here as well."""
        scrub.learn(self.secret, self.session_token)


@dataclass(frozen=True)
class AzureKey:
    """Credentials for Azure: an account's key, a SAS token, or a client with its secret.

    endpoint: the URL of the blobs, if a connection string has it.
    """

    account: str = ""
    key: str = field(default="", repr=False)
    sas_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    tenant_id: str = ""
    endpoint: str = ""

    def __post_init__(self) -> None:
        """Keep it out of the log."""
        scrub.learn(self.key, self.sas_token, self.client_secret)

    @property
    def is_complete(self) -> bool:
        """Whether it is enough for a request: a key, a token, or a client with its secret and tenant."""
        return bool(self.key or self.sas_token or (self.client_id and self.client_secret and self.tenant_id))


CONNECTION_STRING: Final = "AZURE_STORAGE_CONNECTION_STRING"

# Our field names, and the names they have had in files and variables.
AZURE_NAMES: Final = {
    "account": ("AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_NAME", "ACCOUNT_NAME"),
    "key": ("AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY", "ACCOUNT_KEY"),
    "sas_token": ("AZURE_STORAGE_SAS_TOKEN", "SAS_TOKEN"),
    "client_id": ("AZURE_CLIENT_ID",),
    "client_secret": ("AZURE_CLIENT_SECRET",),
    "tenant_id": ("AZURE_TENANT_ID",),
}


def sections(text: str) -> dict[str, dict[str, str]]:
    """Return the names and values of a file, by section. Those before the first section have an empty section name."""
    parsed: dict[str, dict[str, str]] = {}
    name = ""
    for line in text.splitlines():
        if heading := _SECTION.fullmatch(line):
            name = heading[1]
            parsed.setdefault(name, {})
        elif pair := _LINE.fullmatch(line):
            parsed.setdefault(name, {})[pair[1]] = pair[2].strip("\"'")
    return parsed


def aws_key(text: str) -> AwsKey:
    """Return the key in an AWS credentials file. What the file lacks is empty.

    It is in the default section. Lines without a section count to that one, and one section alone has any name.
    """
    parsed = sections(text)
    pairs = {**parsed.get("", {}), **parsed.get("default", {})}
    if not pairs and len(parsed) == 1:
        (pairs,) = parsed.values()
    values = {name.lower(): value for name, value in pairs.items()}
    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "region")
    return AwsKey(*(values.get(name, "") for name in names))


def azure_key(text: str) -> AzureKey:
    """Return the credentials in an Azure credentials file of any generation. What the file lacks is empty.

    Raises ConfigurationError for a wrong connection string.
    """
    pairs: dict[str, str] = {}
    for section in sections(text).values():
        pairs |= section
    return azure_key_of(pairs)


def azure_key_of(pairs: Mapping[str, str]) -> AzureKey:
    """Return the credentials in variables, or lines of a file, under any of their names. Raises ConfigurationError."""
    values = {word: next((pairs[name] for name in names if pairs.get(name)), "") for word, names in AZURE_NAMES.items()}
    # A connection string is complete. Other values beside it are not mixed in.
    text = pairs.get(CONNECTION_STRING, "")
    return AzureKey(**(connection_string.parse(text) if text else values))


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


def encryption_key(data: bytes) -> EncryptionKey | None:
    """Return the key in a file of 32 bytes, raw or in base64, or None for any other file."""
    # 32 bytes in base64 have 44 characters, so a file of 32 bytes is a raw key.
    raw = data if len(data) == 32 else _decoded(data)
    if len(raw) != 32:
        return None
    key = EncryptionKey(raw)
    scrub.learn(key.text)
    return key


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        return b""
