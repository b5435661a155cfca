"""The connection string of a storage account of Azure, as the portal and its command-line tool give it.

Source: https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string
"""

import re
from typing import Final
from urllib.parse import urlsplit

from neo4j_restore.errors import ConfigurationError

_HINT: Final = (
    "copy it whole: AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net, with quotes around it in a file"
)

_PROTOCOLS: Final = {"http", "https"}

_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,250}(:[0-9]{1,5})?")
_ENDPOINT: Final = re.compile(r"https?://[A-Za-z0-9.\[\]:-]{1,250}(/[A-Za-z0-9/_-]*)?")
_ACCOUNT: Final = re.compile(r"[a-z0-9]{3,24}")


def parse(text: str) -> dict[str, str]:
    """Return account, key, sas_token and endpoint, some of them empty. Raises ConfigurationError, without its text."""
    # Values have `=` in them, and no `;`.
    pairs = dict(part.strip().partition("=")[::2] for part in text.strip().strip("\"'").split(";") if part.strip())
    found = {name.lower(): value for name, value in pairs.items()}
    endpoint = _endpoint(found)
    account = found.get("accountname") or _account(endpoint)
    key, token = found.get("accountkey", ""), found.get("sharedaccesssignature", "")
    if not _ACCOUNT.fullmatch(account) or not (key or token):
        message = "AZURE_STORAGE_CONNECTION_STRING lacks an AccountName, or an AccountKey or SharedAccessSignature"
        raise ConfigurationError(message, hint=_HINT)
    return {"account": account, "key": key, "sas_token": token, "endpoint": endpoint}


def _endpoint(found: dict[str, str]) -> str:
    named = found.get("blobendpoint", "").rstrip("/")
    if named:
        if not _ENDPOINT.fullmatch(named):
            message = "the BlobEndpoint of AZURE_STORAGE_CONNECTION_STRING is no URL"
            raise ConfigurationError(message, hint="it is as https://ACCOUNT.blob.core.windows.net")
        return named
    protocol, suffix = found.get("defaultendpointsprotocol", "https"), found.get("endpointsuffix", "core.windows.net")
    if protocol not in _PROTOCOLS or not _HOST.fullmatch(suffix):
        message = "AZURE_STORAGE_CONNECTION_STRING has an odd DefaultEndpointsProtocol or EndpointSuffix"
        raise ConfigurationError(message, hint=_HINT)
    return f"{protocol}://{found.get('accountname', '')}.blob.{suffix}"


def _account(endpoint: str) -> str:
    """Return the account that an endpoint names, by its host or, as emulators do, by its path."""
    parts = urlsplit(endpoint)
    return parts.path.strip("/") or (parts.hostname or "").partition(".")[0]
