"""Reads the files of keys that settings name. `credentials` parses them.

No error quotes any of a file.
"""

import os
import stat
from pathlib import Path
from typing import Final

from neo4j_restore import credentials
from neo4j_restore.credentials import CONNECTION_STRING, AwsKey, AzureKey, EncryptionKey
from neo4j_restore.errors import ConfigurationError

_HINT = "check the secret that holds it: the README of the image shows what such a file looks like"

# Key files have a few KiB at most.
MOST_BYTES: Final = 1024 * 1024


def read_bytes(path: Path, what: str, hint: str = _HINT, *, secret: str = "") -> bytes:
    """Return the bytes of a small file. Raises ConfigurationError, which quotes none of it.

    what: the file's name in messages. secret: the name of its Secret, if it is known.
    """
    try:
        # Opening a pipe would wait for a writer. For a regular file this flag changes nothing.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - of a descriptor
            data = file.read(MOST_BYTES + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    except FileNotFoundError:
        # Pods mount the Secret as optional, so that they can start again without it.
        secret_name = f"the Secret {secret}" if secret else "its Secret"
        message = f"cannot read {what}, {path}: there is no such file, so {secret_name} or the key in it does not exist"
        raise ConfigurationError(message, hint=_create(path, secret)) from None
    except OSError as error:
        message = f"cannot read {what}, {path}: {error.strerror}"
        raise ConfigurationError(message, hint=hint) from None
    if data is None or len(data) > MOST_BYTES:
        reason = "is not a regular file" if data is None else f"has more than {MOST_BYTES} bytes"
        message = f"{what}, {path}, {reason}: expected a key file"
        raise ConfigurationError(message, hint=hint)
    return data


def _create(path: Path, secret: str) -> str:
    """Return the command that creates the Secret of a missing file."""
    command = f"create it: kubectl create secret generic {secret or 'NAME'} --from-file={path.name}=FILE"
    if secret:
        return command
    return f"{command}. `kubectl describe pod` shows the name of the Secret that is mounted at {path.parent}"


def read_text(path: Path, what: str, *, secret: str = "") -> str:
    """Return the text of a small file. Raises ConfigurationError, which quotes none of it.

    what: the file's name in messages. secret: the name of its Secret, if it is known.
    """
    try:
        return read_bytes(path, what, secret=secret).decode()
    except UnicodeDecodeError:
        message = f"cannot read {what}, {path}: it is not UTF-8 text"
        raise ConfigurationError(message, hint=_HINT) from None


def read_aws(path: Path, secret: str = "") -> AwsKey:
    """Return the key in an AWS credentials file. Raises ConfigurationError.

    secret: the name of its Secret, if it is known.
    """
    key = credentials.aws_key(read_text(path, "CREDENTIALS_FILE", secret=secret))
    if not key.access_key_id or not key.secret:
        message = f"CREDENTIALS_FILE, {path}, has no aws_access_key_id and aws_secret_access_key in a section [default]"
        raise ConfigurationError(message, hint=_HINT)
    return key


def read_azure(path: Path, secret: str = "") -> AzureKey:
    """Return the credentials in an Azure credentials file of any generation. Raises ConfigurationError.

    secret: the name of its Secret, if it is known.
    """
    key = credentials.azure_key(read_text(path, "CREDENTIALS_FILE", secret=secret))
    if not key.is_complete:
        expected = (
            f"{CONNECTION_STRING}, AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, or AZURE_CLIENT_ID, _SECRET and "
            "AZURE_TENANT_ID"
        )
        message = f"CREDENTIALS_FILE, {path}, has none of {expected}"
        raise ConfigurationError(message, hint=_HINT)
    return key


def read_encryption_key(path: Path | None) -> EncryptionKey | None:
    """Return the key in a file of 32 bytes, raw or in base64. Raises ConfigurationError."""
    if not path:
        return None
    hint = "check the secret that holds it: 32 bytes, raw or in base64"
    key = credentials.encryption_key(read_bytes(path, "ENCRYPTION_KEY_FILE", hint))
    if key is None:
        message = f"ENCRYPTION_KEY_FILE, {path}, must hold a key of 32 bytes, raw or in base64"
        raise ConfigurationError(message, hint=hint)
    return key
