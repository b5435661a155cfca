"""Credential files in the forms that Neo4j's charts have used over the years. They are parsed, never sourced.

AWS: an ini file. The section is `[default]` or, in the official chart's manual, `[ default ]`.
Azure: lines of a shell, such as `export ACCOUNT_NAME=…` (the labs chart), `AZURE_STORAGE_ACCOUNT_NAME=…` (the official
one before 2025.06), and `AZURE_STORAGE_ACCOUNT=…` with a key or a client's id, secret and tenant (since then).
"""

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from neo4j_restore import scrub
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.stores.azure import connection_string

_HINT = "check the secret that holds it: the README of the image shows what such a file looks like"

# Key files have a few KiB at most.
MOST_BYTES: Final = 1024 * 1024

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


def read_bytes(path: Path, what: str, hint: str = _HINT) -> bytes:
    """Return the bytes of a small file. Raises ConfigurationError, which quotes none of it.

    what: the file's name in messages.
    """
    try:
        # Opening a pipe would wait for a writer. For a regular file this flag changes nothing.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - of a descriptor
            data = file.read(MOST_BYTES + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    except OSError as error:
        message = f"cannot read {what}, {path}: {error.strerror}"
        raise ConfigurationError(message, hint=hint) from None
    if data is None or len(data) > MOST_BYTES:
        reason = "is not a regular file" if data is None else f"has more than {MOST_BYTES} bytes"
        message = f"{what}, {path}, {reason}: expected a key file"
        raise ConfigurationError(message, hint=hint)
    return data


def read_text(path: Path, what: str) -> str:
    """Return the text of a small file. Raises ConfigurationError, which quotes none of it.

    what: the file's name in messages.
    """
    try:
        return read_bytes(path, what).decode()
    except UnicodeDecodeError:
        message = f"cannot read {what}, {path}: it is not UTF-8 text"
        raise ConfigurationError(message, hint=_HINT) from None


def read_aws(path: Path) -> AwsKey:
    """Return the key in an AWS credentials file. Raises ConfigurationError."""
    sections = _sections(read_text(path, "CREDENTIALS_FILE"))
    section = sections.get("default") or (next(iter(sections.values())) if len(sections) == 1 else {})
    access, secret = section.get("aws_access_key_id", ""), section.get("aws_secret_access_key", "")
    if not access or not secret:
        message = f"CREDENTIALS_FILE, {path}, has no aws_access_key_id and aws_secret_access_key in a section [default]"
        raise ConfigurationError(message, hint=_HINT)
    return AwsKey(access, secret, section.get("aws_session_token", ""), section.get("region", ""))


def _sections(text: str) -> dict[str, dict[str, str]]:
    sections: dict[str, dict[str, str]] = {}
    name = "default"
    for line in text.splitlines():
        if heading := _SECTION.fullmatch(line):
            name = heading[1]
        elif pair := _LINE.fullmatch(line):
            sections.setdefault(name, {})[pair[1].lower()] = pair[2].strip("\"'")
    return sections


def read_azure(path: Path) -> AzureKey:
    """Return the credentials in an Azure credentials file of any generation. Raises ConfigurationError."""
    pairs = [_LINE.fullmatch(line) for line in read_text(path, "CREDENTIALS_FILE").splitlines()]
    key = from_names({pair[1]: pair[2].strip("\"'") for pair in pairs if pair})
    if not (key.key or key.sas_token or (key.client_id and key.client_secret and key.tenant_id)):
        wanted = (
            f"{CONNECTION_STRING}, AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, or AZURE_CLIENT_ID, _SECRET and "
            "AZURE_TENANT_ID"
        )
        message = f"CREDENTIALS_FILE, {path}, has none of {wanted}"
        raise ConfigurationError(message, hint=_HINT)
    return key


def from_names(pairs: dict[str, str]) -> AzureKey:
    """Return the credentials in variables, or lines of a file, under any of their names. Raises ConfigurationError."""
    values = {word: next((pairs[name] for name in names if pairs.get(name)), "") for word, names in AZURE_NAMES.items()}
    # A connection string is complete. Other values beside it are not mixed in.
    text = pairs.get(CONNECTION_STRING, "")
    return AzureKey(**(connection_string.parse(text) if text else values))
