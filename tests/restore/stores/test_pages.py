"""Pages of a listing that are made up: each is understood, or is an error that the adapters make ours."""

from contextlib import suppress
from datetime import UTC
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore.stores import parsing
from neo4j_restore.stores.aws import answers as s3_answers
from neo4j_restore.stores.azure import answers as azure_answers

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
WORD = st.one_of(
    TEXT,
    st.integers().map(str),
    st.datetimes().map(lambda time: time.isoformat()),
    st.sampled_from(["", "GLACIER", "Archive", "true", "url", "directory", "Sat, 31 Jan 2026 02:00:00 -0000"]),
)


def tree(names: list[str], depth: int) -> st.SearchStrategy[str]:
    """Return texts of XML that use `names`, nested up to `depth`."""
    name = st.sampled_from(names)
    inner = tree(names, depth - 1) if depth else WORD.map(escape)
    element = st.tuples(name, inner).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>")
    return st.lists(element, max_size=4).map("".join) if depth else inner


S3_NAMES = ["Contents", "Key", "Size", "LastModified", "ETag", "StorageClass", "RestoreStatus", "EncodingType"]
AZURE_NAMES = ["Blob", "Name", "Properties", "Content-Length", "Last-Modified", "Etag", "AccessTier", "ResourceType"]


@given(tree(S3_NAMES, 3))
def test_a_page_of_s3_is_objects_or_a_value_error(inner: str) -> None:
    root = parsing.parse_xml(f"<ListBucketResult>{inner}</ListBucketResult>".encode())
    assert root is not None
    with suppress(ValueError):
        for stored in s3_answers.objects(root, "backups"):
            assert (stored.size_bytes >= 0, stored.updated.tzinfo) == (True, UTC)


@given(tree(AZURE_NAMES, 3))
def test_a_page_of_azure_is_objects_or_a_value_error(inner: str) -> None:
    root = parsing.parse_xml(f"<EnumerationResults>{inner}</EnumerationResults>".encode())
    assert root is not None
    with suppress(ValueError):
        for stored in azure_answers.objects(root, "backups1", "nightly"):
            assert (stored.size_bytes >= 0, stored.updated.tzinfo) == (True, UTC)


@given(st.binary(max_size=200))
def test_any_bytes_are_xml_or_nothing(body: bytes) -> None:
    element = parsing.parse_xml(body)
    assert element is None or element.tag


DOCTYPE = "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"


@pytest.mark.parametrize(
    "body",
    [
        b"<?xml version='1.0' encoding='utf-7'?><a/>",
        b"<?xml version='1.0' encoding='x'?><a/>",
        b"<?xml version='1.0' encoding='utf-32'?><a/>",
        b"<a>\x00</a>",
        *(DOCTYPE.encode(encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-7")),
        f"<?xml version='1.0' encoding='cp037'?>{DOCTYPE}".encode("cp037"),
        b"<a>" * 33 + b"</a>" * 33,
        b"<a>" + b"<b/>" * 100_000 + b"</a>",
        b"<a " + b" ".join(b'a%d=""' % number for number in range(200_001)) + b"/>",
        b"<a",
        b"",
    ],
)
def test_what_is_odd_in_xml_is_nothing(body: bytes) -> None:
    assert parsing.parse_xml(body) is None


def test_the_time_of_an_object_is_in_utc() -> None:
    entry = "<Contents><Key>x</Key><Size>1</Size><LastModified>{}</LastModified></Contents>"
    for text in ("2026-01-31T02:00:00.000Z", "2026-01-31T03:00:00+01:00", "2026-01-31T02:00:00"):
        root = parsing.parse_xml(f"<ListBucketResult>{entry.format(text)}</ListBucketResult>".encode())
        assert root is not None
        (stored,) = s3_answers.objects(root, "backups")
        assert stored.updated.isoformat() == "2026-01-31T02:00:00+00:00"
