"""The identity for Google: the key in a file, or else the workload's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import google.auth
from google.auth import exceptions as auth
from google.auth import identity_pool
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import Request
from google.oauth2 import credentials as oauth2
from google.oauth2 import service_account

from neo4j_restore import bounded, scrub
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.settings import Access
from neo4j_restore.stores.errors import StoreErrors
from neo4j_restore.stores.keyfiles import read_bytes

HINT: Final = (
    "mount a valid service key, or bind the pod's service account to a Google one "
    "(iam.gke.io/gcp-service-account) for workload identity"
)

_SCOPE: Final = "https://www.googleapis.com/auth/devstorage.read_only"
_WRITING_SCOPE: Final = "https://www.googleapis.com/auth/devstorage.read_write"

# One loader for each known type. An unknown type could run a program, or send a token elsewhere.
_KEY_TYPES: Final[dict[str, Callable[..., Any]]] = {
    "service_account": service_account.Credentials.from_service_account_info,
    "authorized_user": oauth2.Credentials.from_authorized_user_info,
    "external_account": identity_pool.Credentials.from_info,
}

_SECRETS: Final = ("private_key", "client_secret", "refresh_token")


def find(access: Access, errors: StoreErrors, request: Request, *, writes: bool = False) -> Any:
    """Return the identity, and set its name in `errors`. Raises ConfigurationError for a file without credentials.

    request: used to find out whether this machine has an identity. writes: its tokens may write, where it may itself.
    """
    scope = _WRITING_SCOPE if writes else _SCOPE
    if access.credentials:
        errors.identity = f"the key in {access.credentials}"
        credentials = _from_key(access.credentials, access.secret, scope)
        errors.identity = getattr(credentials, "service_account_email", "") or errors.identity
        return AnonymousCredentials() if access.emulator_host else credentials
    if access.emulator_host:
        errors.identity = "no identity, because emulators need none"
        return AnonymousCredentials()
    errors.identity = "the workload's identity"
    return google.auth.default(scopes=[scope], request=request)[0]


def _from_key(path: Path, secret: str, scope: str) -> Any:
    hint = f"check the Secret {secret or 'of the key'}: it holds the service key under the name {path.name}"
    try:
        key = bounded.parse_json(read_bytes(path, "GOOGLE_APPLICATION_CREDENTIALS", hint, secret=secret))
        scrub.learn(*(str(key[name]) for name in _SECRETS if name in key))
        return _KEY_TYPES[key["type"]](key, scopes=[scope])
    except (ValueError, TypeError, KeyError, AttributeError, auth.GoogleAuthError):
        # The text of the cause may quote the key, so it goes no further.
        message = f"GOOGLE_APPLICATION_CREDENTIALS, {path}, does not hold Google credentials in JSON"
        raise ConfigurationError(message, hint=hint) from None
