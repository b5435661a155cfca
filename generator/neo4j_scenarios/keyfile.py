"""Finds out which cloud a key file is for, and what it lacks. It never quotes the file.

The forms are those that Neo4j's charts have used over the years, and that the image reads.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from neo4j_restore.spec import Scheme

# The fields that Google's client libraries need, by the file's type: https://google.aip.dev/auth
_GOOGLE: Final[Mapping[str, tuple[str, ...]]] = {
    "service_account": ("client_email", "private_key", "token_uri"),
    "external_account": ("audience", "subject_token_type", "token_url", "credential_source"),
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
}

_PAIR: Final = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_SECTION: Final = re.compile(r"\s*\[\s*(?:profile\s+)?([^\]]*?)\s*\]\s*")

# With their names for messages. There, the real names would look like keys and be withheld.
_AWS: Final = {"aws_access_key_id": "access key id", "aws_secret_access_key": "secret access key"}

# Any one of these groups is enough for Azure, if all its names are set.
_AZURE: Final = (
    ("AZURE_STORAGE_CONNECTION_STRING",),
    ("AZURE_STORAGE_KEY",),
    ("AZURE_STORAGE_ACCOUNT_KEY",),
    ("ACCOUNT_KEY",),
    ("AZURE_STORAGE_SAS_TOKEN",),
    ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"),
)
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
    lines = _sections(text)
    if any(name in pairs for pairs in lines.values() for name in _AWS) or (lines.keys() - {""}):
        return KeyFile(Scheme.S3, tuple(_aws(lines)))
    pairs = lines.get("", {})
    if any(map(_OF_AZURE.fullmatch, pairs)):
        return KeyFile(Scheme.AZURE, tuple(_azure(pairs)))
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


def _sections(text: str) -> dict[str, dict[str, str]]:
    """Return the pairs of a file by section. Pairs before the first section have an empty name.

    `[ default ]` is the same as `[default]`.
    """
    sections: dict[str, dict[str, str]] = {}
    name = ""
    for line in text.splitlines():
        if heading := _SECTION.fullmatch(line):
            name = heading[1]
            sections.setdefault(name, {})
        elif pair := _PAIR.fullmatch(line):
            sections.setdefault(name, {})[pair[1]] = pair[2].strip().strip("\"'")
    return sections


def _aws(sections: Mapping[str, Mapping[str, str]]) -> list[str]:
    only = next(iter(sections.values())) if len(sections) == 1 else {}
    pairs = sections.get("default", only)
    missing = [words for name, words in _AWS.items() if not pairs.get(name)]
    return [f"is an AWS credentials file, but its default section has no {words}" for words in missing]


def _azure(pairs: Mapping[str, str]) -> list[str]:
    if any(all(pairs.get(name) for name in names) for names in _AZURE):
        return []
    expected = "AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, or AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_TENANT_ID"
    return [f"is an Azure key file, but has none of {expected}"]
