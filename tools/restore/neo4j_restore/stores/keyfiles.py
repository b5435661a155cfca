"""Credential files as Neo4j's charts have had them over the years: parsed, never sourced.

AWS: an ini file, its section written `[default]` or, in the official chart's manual, `[ default ]`.
Azure: lines of a shell, `export ACCOUNT_NAME=…` (the labs chart), `AZURE_STORAGE_ACCOUNT_NAME=…` (the official one
before 2025.06), `AZURE_STORAGE_ACCOUNT=…` with a key or a client's id, secret and tenant (since).
"""

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from neo4j_restore import scrub
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.stores import connection_string

_HINT = "check the secret that holds it; the README of the image shows what such a file looks like"

# Key files have a few KiB at most.
MOST_BYTES: Final = 1024 * 1024

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(\"[^\"]*\"|'[^']*'|\S*)\s*(?:[#;].*)?")
_SECTION = re.compile(r"\s*\[\s*(?:profile\s+)?([^\]]*?)\s*\]\s*")


@dataclass(frozen=True)
class AwsKey:
    """An access key; `region` and `session_token` are empty where the file has none."""

    access_key_id: str
    secret: str = field(repr=False)
    session_token: str = field(default="", repr=False)
    region: str = ""

    def __post_init__(self) -> None:
        """Keep it out of the log; keys that are fetched come through here as well."""
        scrub.learn(self.secret, self.session_token)


@dataclass(frozen=True)
class AzureKey:
    """What tells who we are to Azure: one of an account's key, a SAS token, or a client with its secret.

    endpoint: the blobs' URL, where a connection string tells it.
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

# Each word of ours, and what it was called.
AZURE_NAMES: Final = {
    "account": ("AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_NAME", "ACCOUNT_NAME"),
    "key": ("AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY", "ACCOUNT_KEY"),
    "sas_token": ("AZURE_STORAGE_SAS_TOKEN", "SAS_TOKEN"),
    "client_id": ("AZURE_CLIENT_ID",),
    "client_secret": ("AZURE_CLIENT_SECRET",),
    "tenant_id": ("AZURE_TENANT_ID",),
}


def read_bytes(path: Path, what: str, hint: str = _HINT) -> bytes:
    """Return the bytes of a small file that `what` names. Raises ConfigurationError, without any of them."""
    try:
        # A pipe would wait for a writer; of a regular file this flag means nothing.
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
    """Return the text of a small file that a variable names. Raises ConfigurationError, without any of its text."""
    try:
        return read_bytes(path, what).decode()
    except UnicodeDecodeError:
        message = f"cannot read {what}, {path}: it is not a text in UTF-8"
        raise ConfigurationError(message, hint=_HINT) from None


def read_aws(path: Path) -> AwsKey:
    """Return the key in an AWS credentials file. Raises ConfigurationError."""
    sections = _sections(read_text(path, "CREDENTIALS_FILE"))
    found = sections.get("default") or (next(iter(sections.values())) if len(sections) == 1 else {})
    access, secret = found.get("aws_access_key_id", ""), found.get("aws_secret_access_key", "")
    if not access or not secret:
        message = f"CREDENTIALS_FILE, {path}, has no aws_access_key_id and aws_secret_access_key in a section [default]"
        raise ConfigurationError(message, hint=_HINT)
    return AwsKey(access, secret, found.get("aws_session_token", ""), found.get("region", ""))


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
    """Return what an Azure credentials file tells, of whatever generation. Raises ConfigurationError."""
    pairs = [_LINE.fullmatch(line) for line in read_text(path, "CREDENTIALS_FILE").splitlines()]
    found = from_names({pair[1]: pair[2].strip("\"'") for pair in pairs if pair})
    if not (found.key or found.sas_token or (found.client_id and found.client_secret and found.tenant_id)):
        wanted = (
            f"{CONNECTION_STRING}, AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, or AZURE_CLIENT_ID, _SECRET and "
            "AZURE_TENANT_ID"
        )
        message = f"CREDENTIALS_FILE, {path}, has none of {wanted}"
        raise ConfigurationError(message, hint=_HINT)
    return found


def from_names(pairs: dict[str, str]) -> AzureKey:
    """Return what variables, or lines of a file, tell under any of their names. Raises ConfigurationError."""
    found = {word: next((pairs[name] for name in names if pairs.get(name)), "") for word, names in AZURE_NAMES.items()}
    # It is whole: of what stands beside it, nothing is mixed in.
    text = pairs.get(CONNECTION_STRING, "")
    return AzureKey(**(connection_string.parse(text) if text else found))
