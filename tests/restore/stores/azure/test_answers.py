"""Answers of Azure that no emulator gives: archive tiers, odd listings, errors, versions."""

import pytest
from tests.restore.stores.answering import MD5, TEN, azure, error, stored
from tests.support.servers import Reply

from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import StoreError


def azure_page(properties: str, name: str = "<Name>p/x</Name>", marker: str = "") -> Reply:
    time = "<Last-Modified>Sat, 31 Jan 2026 02:00:00 GMT</Last-Modified>"
    properties = f"<Properties>{time}<Etag>0x8D</Etag><Content-Length>10</Content-Length>{properties}</Properties>"
    body = f"<Blobs><Blob>{name}{properties}</Blob></Blobs><NextMarker>{marker}</NextMarker>"
    return Reply(200, f"<EnumerationResults>{body}</EnumerationResults>".encode())


@pytest.mark.parametrize(
    ("properties", "command"),
    [
        ("", ""),
        ("<AccessTier>Cold</AccessTier>", ""),
        ("<AccessTier>Archive</AccessTier>", "az storage blob set-tier"),
        (
            "<AccessTier>Archive</AccessTier><ArchiveStatus>rehydrate-pending-to-hot</ArchiveStatus>",
            "az storage blob show",
        ),
    ],
)
def test_what_azure_has_in_its_archive_tier_tells_how_to_thaw_it(properties: str, command: str) -> None:
    with azure(azure_page(properties)) as (store, _):
        (stored,) = store.list("nightly/p/")
    assert (stored.key, stored.generation, bool(stored.thaw)) == ("nightly/p/x", '"0x8D"', bool(command))
    assert stored.thaw.startswith(command)
    assert not command or "--account-name backups1 --container-name nightly --name p/x" in stored.thaw


def test_folders_of_a_hierarchical_account_are_no_objects() -> None:
    with azure(azure_page("<ResourceType>directory</ResourceType>")) as (store, _):
        assert list(store.list("nightly/p/")) == []


def test_names_that_xml_cannot_hold_are_decoded() -> None:
    with azure(azure_page("", '<Name Encoded="true">p/a%01%20b</Name>')) as (store, _):
        assert [each.key for each in store.list("nightly/p/")] == ["nightly/p/a\x01 b"]


@pytest.mark.parametrize(
    "reply",
    [
        azure_page("", marker="again"),
        Reply(200, b"<EnumerationResults><Blobs><Blob><Name>x</Name></Blob></Blobs></EnumerationResults>"),
        Reply(200, b"<EnumerationResults><Blobs><Blob><Name>x</Name><Properties/></Blob></Blobs></EnumerationResults>"),
        Reply(200, b"<html/>"),
    ],
    ids=["no end", "no properties", "no size", "another"],
)
def test_what_is_no_listing_of_azure_is_never_taken_for_one(reply: Reply) -> None:
    with azure(reply) as (store, _):
        with pytest.raises(StoreError, match="not understood") as raised:
            list(store.list("nightly/"))
        assert raised.value.transient


@pytest.mark.parametrize(
    ("status", "code", "said", "transient"),
    [
        (403, "AuthorizationPermissionMismatch", "Storage Blob Data Reader", False),
        (403, "AuthenticationFailed", "not the account's, or has expired", False),
        (403, "AuthorizationFailure", "firewall", False),
        (403, "KeyBasedAuthenticationNotPermitted", "does not accept keys", False),
        (401, "InvalidAuthenticationInfo", "have expired", False),
        (404, "ContainerNotFound", "no such container", False),
        (404, "BlobNotFound", "it does not exist", False),
        (409, "BlobArchived", "archive tier", False),
        (412, "ConditionNotMet", "was replaced", False),
        (503, "ServerBusy", "ServerBusy", True),
        (500, "OperationTimedOut", "OperationTimedOut", True),
    ],
)
def test_each_error_of_azure_is_told_in_our_words(status: int, code: str, said: str, transient: bool) -> None:
    with (
        azure(Reply(status, error(code), {"x_ms_error_code": code})) as (store, _),
        pytest.raises(StoreError, match=r"azb://backups1/nightly/neo4j\.dump with the key of the account") as raised,
    ):
        store.read(stored())
    assert said in str(raised.value)
    assert raised.value.transient is transient
    assert "aHVzaA" not in f"{raised.value} {raised.value.hint}"


def test_an_azure_version_is_pinned_and_given_up_where_it_may_not_be_read() -> None:
    looked = Reply(200, b"", {"ETag": f'"{MD5}"', "Content_Length": "10", "x_ms_version_id": "2026-01-31T02"})
    good = Reply(200, TEN, {"ETag": f'"{MD5}"'})
    with (
        azure(looked, Reply(403, error("AuthorizationPermissionMismatch")), good) as (store, asked),
        store.read(store.stat(stored())) as stream,
    ):
        assert stream.readall() == TEN
    # The last one is asked for without a CRC64, which the answer before it lacks.
    assert ["versionid=2026-01-31T02" in each.path for each in asked] == [False, True, False, False]


def test_a_part_of_a_blob_tells_the_whole_blob_s_checksum() -> None:
    headers = {"ETag": f'"{MD5}"', "Content_Range": "bytes 4-9/10", "x_ms_blob_content_md5": "AAAAAAAAAAAAAAAAAAAAAA=="}
    with (
        azure(Reply(206, TEN[4:], {**headers, "Content_MD5": "BBBBBBBBBBBBBBBBBBBBBB=="})) as (store, _),
        store.read(stored(), 4) as stream,
    ):
        assert getattr(stream, "checksum", None) == Checksum("md5", bytes(16))
