"""Finds out which cloud a key file is for, and what it lacks. It never quotes the file."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from neo4j_restore import credentials
from neo4j_restore.errors import RestoreError
from neo4j_restore.spec import Scheme

# The fields that Google's client libraries need, by the file's type: https://google.aip.dev/auth
_GOOGLE: Final[Mapping[str, tuple[str, ...]]] = {
    "service_account": ("client_email", "private_key", "token_uri"),
    "external_account": ("audience", "subject_token_type", "token_url", "credential_source"),
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
}

_AWS: Final = {"aws_access_key_id", "aws_secret_access_key"}
_OF_AZURE: Final = re.compile(r"(AZURE|ACCOUNT)_\w+")


@dataclass(frozen=True)
class KeyFile:
    """The result for a key file.

    scheme: the kind of store that it is for, or None if that is not known. complaints: why it is not a usable key.
    """

    scheme: Scheme | None
    complaints: tuple[str, ...] = ()


def examine(content: bytes) -> KeyFile:
    """Return what kind of key `content` is. A parser's own error quotes the whole content, so it is dropped."""
    try:
        return KeyFile(Scheme.GCS, tuple(_google(json.loads(content))))
    except (ValueError, RecursionError):
        text = content.decode(errors="replace")
    if text.lstrip().startswith("{"):
        return KeyFile(Scheme.GCS, ("is not JSON",))
    lines = credentials.sections(text)
    names = {name for pairs in lines.values() for name in pairs}
    if any(name.lower() in _AWS for name in names) or lines.keys() - {""}:
        return KeyFile(Scheme.S3, tuple(_aws(text)))
    if any(map(_OF_AZURE.fullmatch, names)):
        return KeyFile(Scheme.AZURE, tuple(_azure(text)))
    return KeyFile(None, ("is not a known kind of key file: expected JSON of Google, or lines of AWS or Azure",))


def _google(key: object) -> list[str]:
    if not isinstance(key, dict):
        return ["is JSON, but not a JSON object"]
    kind = key.get("type")
    if not isinstance(kind, str) or kind not in _GOOGLE:
        return [f"has no known 'type': expected one of {', '.join(_GOOGLE)}"]
    return [
        f"is a key of type {kind}, but its {name!r} is missing or empty" for name in _GOOGLE[kind] if _empty(key, name)
    ]


def _empty(key: Mapping[str, Any], name: str) -> bool:
    value = key.get(name)
    return not value or not isinstance(value, dict if name == "credential_source" else str)


def _aws(text: str) -> list[str]:
    key = credentials.aws_key(text)
    # The real names would look like keys in a message, and be withheld.
    words = {"access key id": key.access_key_id, "secret access key": key.secret}
    missing = [word for word, value in words.items() if not value]
    return [f"is an AWS credentials file, but its default section has no {word}" for word in missing]


def _azure(text: str) -> list[str]:
    try:
        key = credentials.azure_key(text)
    except RestoreError as error:
        return [f"is an Azure key file, but {error}"]
    if key.is_complete:
        return []
    expected = "AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, or AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_TENANT_ID"
    return [f"is an Azure key file, but has none of {expected}"]
