"""Key file -> manifest of the Secret that the restore container mounts: the one place that handles a key."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from neo4j_restore.spec import Invalid
from neo4j_scenarios import rules
from neo4j_scenarios.environment import KEY_NAME
from neo4j_scenarios.errors import InputFileError, Problem, UsageError
from neo4j_scenarios.write import MARK
from neo4j_scenarios.yamltext import toyaml

# What Google's client libraries look for, by the file's type: https://google.aip.dev/auth
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "service_account": ("client_email", "private_key", "token_uri"),
    "external_account": ("audience", "subject_token_type", "token_url", "credential_source"),
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
}

# A Secret holds 1 MiB at most, and base64 makes 4 bytes of 3.
_LARGEST: Final = 700_000

_HINT: Final = "make a key file with `gcloud iam service-accounts keys create`, or use --workload-identity"


def manifest(key_file: Path, name: str, namespace: str = "") -> str:
    """Return the Secret `name` that holds `key_file` byte for byte, as YAML for `kubectl apply -f -`.

    Raises UsageError for a bad name, and InputFileError for a file that is no key; neither shows what the file holds.
    """
    metadata = {"name": _name("--name", name)}
    if namespace:
        metadata["namespace"] = _name("--namespace", namespace)
    content = _read(key_file)
    if complaints := _complaints(content):
        raise InputFileError(*(Problem(str(key_file), complaint, _HINT) for complaint in complaints))
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": "Opaque",
        "data": {KEY_NAME: base64.b64encode(content).decode()},
    }
    return f"{MARK} secret. It holds the key: keep it out of Git.\n{toyaml(secret, 0)}\n"


def _name(flag: str, text: str) -> str:
    try:
        return rules.NAME(text)
    except Invalid as error:
        raise UsageError(Problem(flag, str(error), f"{flag} restore-service-key")) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise InputFileError(Problem(str(path), f"can't be read: {error.strerror}", _HINT)) from error
    if len(content) > _LARGEST:
        raise InputFileError(Problem(str(path), f"is larger than a key, which has {_LARGEST} bytes at most", _HINT))
    return content


def _complaints(content: bytes) -> list[str]:
    """Return why `content` is no key, without a part of it: the JSON parser's error has all, and is dropped."""
    try:
        key = json.loads(content)
    except (ValueError, RecursionError):
        return ["is not JSON"]
    if not isinstance(key, dict):
        return ["is JSON, and not an object as a key is"]
    kind = key.get("type")
    if not isinstance(kind, str) or kind not in _NEEDED:
        return [f"has no 'type' that is known: expected {', '.join(_NEEDED)}"]
    return [
        f"is a key of type {kind}, and its {name!r} is missing or empty" for name in _NEEDED[kind] if _empty(key, name)
    ]


def _empty(key: Mapping[str, Any], name: str) -> bool:
    value = key.get(name)
    return not value or not isinstance(value, dict if name == "credential_source" else str)
