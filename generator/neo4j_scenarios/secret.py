"""Key file -> manifest of the Secret that the restore container mounts. Only this module handles a key."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Final

from neo4j_restore.secrecy import WITHHELD, looks_like_key
from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import InputFileError, Problem, UsageError
from neo4j_scenarios.inputs import rules
from neo4j_scenarios.inputs.fields.access import SECRET_KEYS
from neo4j_scenarios.keyfile import examine
from neo4j_scenarios.write import MARK
from neo4j_scenarios.yaml.text import toyaml

# A Secret holds at most 1 MiB, and base64 makes 4 bytes of 3.
_LARGEST: Final = 700_000

_HINT: Final = (
    "name a key file of `gcloud iam service-accounts keys create`, an AWS credentials file, or a file with "
    "AZURE_STORAGE_KEY=…, or use --workload-identity"
)


def manifest(key_file: Path, name: str, namespace: str = "", secret_key: str = "") -> str:
    """Return the Secret `name` that holds `key_file` byte for byte, as YAML for `kubectl apply -f -`.

    secret_key: the key's name in the Secret. By default the name that the restore container looks for.
    Raises UsageError for a bad name, and InputFileError for a file that is not a key. Neither quotes the file.
    """
    metadata = {"name": _named("--name", name, rules.NAME, "restore-service-key")}
    if namespace:
        metadata["namespace"] = _named("--namespace", namespace, rules.NAME, "graph")
    if secret_key:
        _named("--secret-key", secret_key, rules.SECRET_KEY, "credentials")
    content = _read(key_file)
    key = examine(content)
    if key.complaints or key.scheme is None:
        raise InputFileError(*(Problem(str(key_file), complaint, _HINT) for complaint in key.complaints))
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": "Opaque",
        "data": {secret_key or SECRET_KEYS[key.scheme]: base64.b64encode(content).decode()},
    }
    return f"{MARK} secret. It holds the key: keep it out of Git.\n{toyaml(secret, 0)}\n"


def _named(flag: str, text: str, rule: Callable[[str], str], example: str) -> str:
    if looks_like_key(text):
        raise UsageError(Problem(flag, f"is {WITHHELD}", f"{flag} {example}"))
    try:
        return rule(text)
    except Invalid as error:
        raise UsageError(Problem(flag, str(error), f"{flag} {example}")) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise InputFileError(Problem(str(path), f"can't be read: {error.strerror}", _HINT)) from error
    if len(content) > _LARGEST:
        raise InputFileError(Problem(str(path), f"is too large for a key: {_LARGEST} bytes is the most", _HINT))
    return content
