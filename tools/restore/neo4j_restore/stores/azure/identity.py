"""The identity for Azure: an account's key, a SAS token, or a token of Microsoft Entra for a client or a workload."""

import base64
import binascii
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from neo4j_restore import scrub
from neo4j_restore.buckets import BucketUrl
from neo4j_restore.credentials import AzureKey, azure_key_of
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.settings import Access
from neo4j_restore.stores.errors import StoreErrors
from neo4j_restore.stores.http import Http
from neo4j_restore.stores.keyfiles import read_azure
from neo4j_restore.stores.refreshing import Refreshing
from neo4j_restore.stores.tokens import TokenEndpoint, text_of

_WAYS: Final = (
    "mount an Azure credentials file and name it in CREDENTIALS_FILE, or label pod and service account for workload "
    "identity (azure.workload.identity/use, azure.workload.identity/client-id)"
)

_RESOURCE: Final = "https://storage.azure.com/"
_AUTHORITY: Final = "https://login.microsoftonline.com"

# Source: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
_NODE: Final = "http://169.254.169.254"

# What to do about the refusals that operators meet.
_HINTS: Final = {
    "AADSTS7000222": "the client secret has expired: make a new one, and put it into the credentials file",
    "AADSTS7000215": "the client secret is wrong: put its value into the credentials file, not its id",
    "AADSTS700016": "no such client in this tenant: check AZURE_CLIENT_ID and AZURE_TENANT_ID",
    "AADSTS90002": "no such tenant: check AZURE_TENANT_ID",
    "AADSTS700213": "no federated credential of the client fits this namespace and service account: add one",
    "AADSTS70021": "no federated credential of the client fits this namespace and service account: add one",
    "AADSTS700211": "no federated credential of the client fits this cluster's issuer: add one",
}


class AzureIdentity(Protocol):
    """Signs requests."""

    def signed(self, method: str, url: str, headers: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return URL and headers with the proof of identity."""
        ...


@dataclass(frozen=True)
class SharedKey:
    """The key of a storage account.

    Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
    """

    account: str
    key: bytes

    def signed(self, method: str, url: str, headers: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return the request with its signature."""
        headers = {**headers, "x-ms-date": formatdate(usegmt=True)}
        parts = urlsplit(url)
        lower = {name.lower(): value for name, value in headers.items()}
        # The string to sign has these headers in this order, with an empty line for one that is not sent.
        # Content-Encoding and Content-Language come first, and If-Unmodified-Since stands before Range.
        standard = ("content-md5", "content-type", "date", "if-modified-since", "if-match", "if-none-match")
        lines = [
            method,
            "",
            "",
            lower.get("content-length", ""),
            *(lower.get(name, "") for name in standard),
            "",
            lower.get("range", ""),
        ]
        lines += [f"{name}:{value}" for name, value in sorted(lower.items()) if name.startswith("x-ms-")]
        # The names of headers and of parameters are signed in lower case and in order.
        query = sorted((name.lower(), value) for name, value in parse_qsl(parts.query, keep_blank_values=True))
        resource = "\n".join([f"/{self.account}{parts.path}", *(f"{name}:{value}" for name, value in query)])
        text = "\n".join([*lines, resource]).encode()
        proof = base64.b64encode(hmac.new(self.key, text, hashlib.sha256).digest()).decode()
        return url, {**headers, "Authorization": f"SharedKey {self.account}:{proof}"}


@dataclass(frozen=True)
class Sas:
    """A shared access signature."""

    token: str

    def signed(self, _: str, url: str, headers: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return the request with the signature in its URL. That URL is in no message."""
        return f"{url}{'&' if '?' in url else '?'}{self.token}", dict(headers)


@dataclass(frozen=True)
class Bearer:
    """A token of Microsoft Entra. It is fetched again before it ends."""

    token: Callable[[], str]

    def signed(self, _: str, url: str, headers: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return the request with the token. Raises StoreError if there is none."""
        return url, {**headers, "Authorization": f"Bearer {self.token()}"}


def find(bucket: BucketUrl, access: Access, http: Http, errors: StoreErrors) -> tuple[str, str, AzureIdentity]:
    """Return account and endpoint (empty if not named) and the identity, whose name is set in `errors`.

    No request is made yet. Raises ConfigurationError for a file without credentials, or a wrong connection string.
    """
    environment = dict(access.identity)
    from_environment = azure_key_of(environment)
    credentials = read_azure(access.credentials, access.secret) if access.credentials else from_environment
    where = f"in {access.credentials}" if access.credentials else "of the environment"
    account = bucket.bucket or credentials.account or from_environment.account
    if credentials.endpoint and credentials.account and credentials.account != account:
        message = f"{bucket} names the account {account}, but the connection string is for {credentials.account}"
        raise ConfigurationError(message, hint="use the same account in both")
    if credentials.key:
        errors.identity = f"the key of the account {account} {where}"
        return account, credentials.endpoint, SharedKey(account, _decoded(credentials.key))
    if credentials.sas_token:
        errors.identity = f"the SAS token {where}"
        # Some tools print the token with a question mark in front.
        return account, credentials.endpoint, Sas(credentials.sas_token.lstrip("?"))
    return account, credentials.endpoint, Bearer(Refreshing(_fetch(credentials, environment, http, errors)).now)


def _fetch(
    credentials: AzureKey, environment: Mapping[str, str], http: Http, errors: StoreErrors
) -> Callable[[], tuple[str, float]]:
    authority = environment.get("AZURE_AUTHORITY_HOST", _AUTHORITY).rstrip("/")
    url = f"{authority}/{credentials.tenant_id}/oauth2/v2.0/token"
    entra = TokenEndpoint(
        http, errors, "Microsoft Entra", "check that client, tenant and secret are right, and belong together"
    )
    if credentials.client_secret:
        errors.identity = f"the client {credentials.client_id}"
        return lambda: _of_entra(
            entra, url, {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
        )
    file = environment.get("AZURE_FEDERATED_TOKEN_FILE", "")
    if file and credentials.client_id and credentials.tenant_id:
        errors.identity = f"the client {credentials.client_id} of the pod's workload identity"
        return lambda: _of_entra(entra, url, _assertion(credentials.client_id, entra.read(file)))
    errors.identity = f"the managed identity {credentials.client_id}".rstrip()
    node = TokenEndpoint(http, errors, "the node's metadata server", _WAYS, direct=True, last=True)
    base = environment.get("AZURE_POD_IDENTITY_AUTHORITY_HOST", _NODE).rstrip("/")
    return lambda: _of_node(node, base, credentials.client_id)


def _assertion(client: str, token: str) -> dict[str, str]:
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {"client_id": client, "client_assertion_type": kind, "client_assertion": token}


def _of_entra(endpoint: TokenEndpoint, url: str, proof: Mapping[str, str]) -> tuple[str, float]:
    """Return a token.

    Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    """
    form = {"grant_type": "client_credentials", "scope": f"{_RESOURCE}.default", **proof}
    return _token(endpoint, endpoint.ask("POST", url, {}, form, reason=_entra_reason, hints=_HINTS))


def _of_node(endpoint: TokenEndpoint, base: str, client: str) -> tuple[str, float]:
    query = {"api-version": "2018-02-01", "resource": _RESOURCE, **({"client_id": client} if client else {})}
    url = f"{base}/metadata/identity/oauth2/token?{urlencode(query)}"
    # The metadata server answers only with the header `Metadata`, which a forwarded request lacks.
    return _token(endpoint, endpoint.ask("GET", url, {"Metadata": "true"}, reason=_entra_reason, hints=_HINTS))


def _entra_reason(body: bytes) -> str:
    """Return the first sentence. The rest are ids of the request."""
    text = text_of(body, "error_description", "error")
    return re.split(r"(?<=[a-z'])\. | Trace ID", text, maxsplit=1)[0]


def _token(endpoint: TokenEndpoint, body: bytes) -> tuple[str, float]:
    token, lasts = endpoint.fields(body, "access_token", "expires_in")
    scrub.learn(token)
    # Entra sends a number, and the metadata server sends it as text.
    if not re.fullmatch(r"\d{1,7}", lasts):
        misunderstood = endpoint.error("sent an answer that is not understood", transient=True)
        raise misunderstood
    return token, time.time() + int(lasts)


def _decoded(key: str) -> bytes:
    try:
        return base64.b64decode(key, validate=True)
    except binascii.Error:
        message = "the account's key is not base64"
        raise ConfigurationError(message, hint="copy the whole key, with the = at its end") from None
