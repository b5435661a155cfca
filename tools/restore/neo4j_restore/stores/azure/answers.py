"""Parses Azure's answers: pages of a listing, errors, archive tiers. Bytes and headers in, facts out."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import unquote
from xml.etree import ElementTree

from neo4j_restore import checksums
from neo4j_restore.checksums import Checksum
from neo4j_restore.stores import StoredObject
from neo4j_restore.stores.aws.answers import in_utc, size_of
from neo4j_restore.stores.errors import one_line
from neo4j_restore.stores.parsing import parse_xml

# Source: https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
REASONS: Final = {
    "ContainerNotFound": "there is no such container",
    "AuthenticationFailed": "the key or signature is not the account's, or has expired",
    "AuthorizationFailure": "this identity is not allowed, or the account's firewall blocks this address",
    "AuthorizationPermissionMismatch": "this identity is not allowed: it needs the role Storage Blob Data Reader",
    "AuthorizationResourceTypeMismatch": "the SAS token is not for objects, or not for listings",
    "InsufficientAccountPermissions": "this identity is not allowed to do this",
    "InvalidAuthenticationInfo": "the credentials are not understood, or have expired",
    "KeyBasedAuthenticationNotPermitted": "the account does not accept keys: use workload identity",
    "NoAuthenticationInformation": "the account does not allow anonymous access",
}

_TIER: Final = ("AccessTier", "ArchiveStatus")

EXISTS: Final = {"BlobAlreadyExists", "ConditionNotMet", "UnauthorizedBlobOverwrite"}

ARCHIVED: Final = {"BlobArchived", "BlobBeingRehydrated"}


def objects(root: ElementTree.Element, account: str, container: str) -> Iterator[StoredObject]:
    """Yield the blobs of one page, without the folders of a hierarchical account. Raises ValueError if it is not a
    page.
    """
    for entry in root.iter("Blob"):
        properties = entry.find("Properties")
        if properties is None:
            message = "a blob without properties"
            raise ValueError(message)
        # An account with a hierarchical namespace lists folders as blobs of 0 bytes.
        if properties.findtext("ResourceType") == "directory":
            continue
        name = _name(entry)
        yield StoredObject(
            f"{container}/{name}",
            size_of(properties.findtext("Content-Length", "")),
            in_utc(parsedate_to_datetime(properties.findtext("Last-Modified", ""))),
            quoted(properties.findtext("Etag", "")),
            md5(properties.findtext("Content-MD5"), properties.findtext("BlobType", "")),
            thaw(
                properties.findtext("AccessTier", ""),
                properties.findtext("ArchiveStatus", ""),
                account,
                container,
                name,
            ),
        )


def md5(text: str | None, blob_type: str) -> Checksum | None:
    """Return the MD5 in a blob's properties, if any.

    For a block blob the writer gave it, or Azure computed it, and a later write removes it. For append and page blobs
    it stays when more is written, so there it is a guess.
    Source: https://learn.microsoft.com/rest/api/storageservices/put-block-list, x-ms-blob-content-md5.
    """
    checksum = checksums.from_base64("md5", text)
    return replace(checksum, guessed=blob_type not in {"", "BlockBlob"}) if checksum else None


def _name(entry: ElementTree.Element) -> str:
    element = entry.find("Name")
    text = (element.text or "") if element is not None else ""
    # Characters that XML can't hold come as %XX, with this attribute.
    return unquote(text, errors="strict") if element is not None and element.get("Encoded") == "true" else text


def quoted(etag: str) -> str:
    """Return an ETag as it stands in headers. Listings leave the quotes out."""
    return etag if etag.startswith('"') or not etag else f'"{etag}"'


def reason(body: bytes, headers: Mapping[str, str], otherwise: str) -> tuple[str, str]:
    """Return an error's code and its reason, in our words where there are any."""
    root = parse_xml(body)
    # The answer to a HEAD has no body, so its code is only in a header.
    code = headers.get("x-ms-error-code") or (root.findtext("Code") if root is not None else None) or ""
    text = root.findtext("Message", "") if root is not None and root.tag == "Error" else ""
    # The next lines are the request's id and time.
    first = text.strip().partition("\n")[0] or otherwise or "no reason given"
    return code, REASONS.get(code, one_line(f"{code} {first}"))


def thaw(tier: str, status: str, account: str, container: str, name: str) -> str:
    """Return the command that makes a blob readable, or shows when it will be, empty if it is readable.

    Source: https://learn.microsoft.com/azure/storage/blobs/archive-rehydrate-overview
    """
    if tier != "Archive":
        return ""
    options = " ".join(
        f"{option} {shlex.quote(value)}"
        for option, value in (("--account-name", account), ("--container-name", container), ("--name", name))
    )
    # The blob is on its way out of the archive.
    if status:
        return f"az storage blob show {options} --auth-mode login --query properties.archiveStatus"
    return f"az storage blob set-tier {options} --auth-mode login --tier Hot --rehydrate-priority High"
