"""The connection string of a storage account of Azure, from the portal or the command-line tool.

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
    """Return account, key, sas_token and endpoint. Some may be empty.

    Raises ConfigurationError, which quotes none of the text.
    """
    # Values may contain `=`, but never `;`.
    pairs = dict(part.strip().partition("=")[::2] for part in text.strip().strip("\"'").split(";") if part.strip())
    values = {name.lower(): value for name, value in pairs.items()}
    endpoint = _endpoint(values)
    account = values.get("accountname") or _account(endpoint)
    key, token = values.get("accountkey", ""), values.get("sharedaccesssignature", "")
    if not _ACCOUNT.fullmatch(account) or not (key or token):
        message = "AZURE_STORAGE_CONNECTION_STRING lacks an AccountName, or an AccountKey or SharedAccessSignature"
        raise ConfigurationError(message, hint=_HINT)
    return {"account": account, "key": key, "sas_token": token, "endpoint": endpoint}


def _endpoint(values: dict[str, str]) -> str:
    endpoint = values.get("blobendpoint", "").rstrip("/")
    if endpoint:
        if not _ENDPOINT.fullmatch(endpoint):
            message = "the BlobEndpoint of AZURE_STORAGE_CONNECTION_STRING is not a URL"
            raise ConfigurationError(message, hint="write it like https://ACCOUNT.blob.core.windows.net")
        return endpoint
    protocol, suffix = values.get("defaultendpointsprotocol", "https"), values.get("endpointsuffix", "core.windows.net")
    if protocol not in _PROTOCOLS or not _HOST.fullmatch(suffix):
        message = "AZURE_STORAGE_CONNECTION_STRING has a DefaultEndpointsProtocol or EndpointSuffix that is not valid"
        raise ConfigurationError(message, hint=_HINT)
    return f"{protocol}://{values.get('accountname', '')}.blob.{suffix}"


def _account(endpoint: str) -> str:
    """Return the account in an endpoint: in its host or, for emulators, in its path."""
    parts = urlsplit(endpoint)
    return parts.path.strip("/") or (parts.hostname or "").partition(".")[0]
