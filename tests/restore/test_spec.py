"""The shared vocabulary: what both ends accept and refuse."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.pasted import PASTED

from neo4j_restore import spec

POINT = "arn:aws:s3:eu-west-1:123456789012:accesspoint/restore"

LOGINS = [
    ("gs://hush@backups/a", ""),
    ("s3://user:hush@backups/a", ""),
    ("s3:////user:hush@backups/a", ""),
    ("user:hush@backups/a", "aws"),
    ("s3://backups/user:hush@elsewhere/a", ""),
    ("azb://account1/user:hush@container/a", ""),
    ("file:///user:hush@backups", ""),
    ("file://hush@backups", ""),
]


@pytest.mark.parametrize(("text", "provider"), LOGINS)
def test_a_login_in_a_bucket_is_refused_without_it(text: str, provider: str) -> None:
    with pytest.raises(spec.Invalid) as raised:
        spec.parse_bucket(text, provider)
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "provider", "url"),
    [
        ("gs://backups", "", "gs://backups"),
        ("gs://backups/a/b///", "", "gs://backups/a/b"),
        ("gs:///backups", "", "gs://backups"),
        # Scripts that put a folder's name behind a slash make such keys, and both URLs alike.
        ("gs://backups//a//b/", "", "gs://backups//a//b"),
        ("azb://account1/container//a", "", "azb://account1/container//a"),
        ("file:////backups//a", "", "file:///backups/a"),
        ("s3://backups/me@example.com/a", "", "s3://backups/me@example.com/a"),
        ("file:///backups/me@example.com", "", "file:///backups/me@example.com"),
        ("s3://Old_Backups.2017", "", "s3://Old_Backups.2017"),
        (f"s3://{POINT}", "", f"s3://{POINT}"),
        (f"s3://{POINT}/a//b/", "", f"s3://{POINT}/a//b"),
        (f"{POINT}/a", "aws", f"s3://{POINT}/a"),
        ("backups/a", "gcp", "gs://backups/a"),
        ("s3://backups/a", "aws", "s3://backups/a"),
        ("file:///backups/", "", "file:///backups"),
        ("azb://account1/container/a/", "", "azb://account1/container/a"),
        ("azb://account1/container", "azure", "azb://account1/container"),
        # The labs chart's, whose credentials name the account.
        ("circleci-build-system/testy/mcbuild/", "azure", "azb:///circleci-build-system/testy/mcbuild"),
    ],
)
def test_a_bucket_is_read_whatever_its_slashes(text: str, provider: str, url: str) -> None:
    assert str(spec.parse_bucket(text, provider)) == url


@pytest.mark.parametrize(
    ("text", "provider", "said"),
    [
        ("backups", "", "no scheme"),
        ("http://backups", "", "'http'"),
        ("gs://", "", "does not name a bucket"),
        ("gs://UP", "", "does not name a bucket"),
        ("gs://backups/../x", "", "'..'"),
        ("gs://backups/a\nb", "", "control character"),
        ("file://backups", "", "three slashes"),
        ("gs://backups", "aws", "does not fit"),
        ("backups", "ibm", "'ibm'"),
        ("azb://", "", "no valid account"),
        ("azb:///container", "", "no valid account|no valid container"),
        ("azb://my-account/container", "", "no valid account"),
        ("azb://account1", "", "no valid container"),
        ("azb://account1/Container", "", "no valid container"),
        ("azb://account1/a--b", "", "no valid container"),
        ("/", "azure", "no valid container"),
        ("s3://arn:aws:s3:::backups/a", "", "write s3://backups/a"),
        ("s3://arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap", "", "not an access point"),
        ("s3://arn:aws:s3-outposts:eu-west-1:123456789012:outpost/op-1/accesspoint/ap", "", "not an access point"),
        (f"gs://{POINT}", "", "not an access point|does not name a bucket"),
        *((text, provider, "'@'") for text, provider in LOGINS),
    ],
)
def test_a_bad_bucket_is_refused_with_the_reason(text: str, provider: str, said: str) -> None:
    with pytest.raises(spec.Invalid, match=said):
        spec.parse_bucket(text, provider)


@pytest.mark.parametrize("name", ["neo4j", "system", "graph.db", "a-b.c9"])
def test_neo4js_names_are_allowed(name: str) -> None:
    assert [each.target for each in spec.parse_databases(f" {name} ")] == [name]


@pytest.mark.parametrize(
    "names",
    [
        *("", "neo4j,", "neo4j,neo4j", "neo4j,Neo4j", "systemx", "Systemx", "no", "neo*", "../x", "a/b", "9abc"),
        # The last of these letters, the sign of Kelvin, is a k in lower case.
        *("neo4j;system", "neo4\u212a"),
        # A rename has two names, and none of them is system. No name is there twice, on neither side.
        *("staging=", "=neo4j", "a1b=b2c=c3d", "staging==neo4j", "staging=system", "system=neo4j", "staging=neo*"),
        *("staging=neo4j,staging=movies", "staging=neo4j,staging", "staging=neo4j,neo4j", "neo4j,Staging=NEO4J"),
    ],
)
def test_other_names_are_refused(names: str) -> None:
    with pytest.raises(spec.Invalid):
        spec.parse_databases(names)


def test_upper_case_is_folded_as_neo4j_folds_it() -> None:
    names = ["neo4j", "system", "graph.db", "staging=neo4j-2"]
    assert [*map(str, spec.parse_databases("Neo4j, SYSTEM,graph.DB,Staging = Neo4j-2"))] == names
    assert spec.folded("Neo4j, SYSTEM,neo4j-2,Staging=NEO,staging=neo") == ("Neo4j", "SYSTEM", "Staging", "NEO")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("staging=neo4j", [("staging", "neo4j")]),
        (" staging = neo4j , system", [("staging", "neo4j"), ("system", "system")]),
        ("neo4j=neo4j,system=system", [("neo4j", "neo4j"), ("system", "system")]),
        ("movies=neo4j,neo4j=movies", [("movies", "neo4j"), ("neo4j", "movies")]),
    ],
)
def test_a_rename_has_the_new_name_first(text: str, expected: list[tuple[str, str]]) -> None:
    namings = spec.parse_databases(text)
    assert [(each.target, each.source) for each in namings] == expected
    assert spec.parse_databases(",".join(map(str, namings))) == namings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("staging=system", "staging=system renames system"),
        ("neo4j,staging=neo4j", "restores the set of neo4j twice: use a request of its own"),
        ("a1b=b2c=c3d", "more than one '='"),
    ],
)
def test_a_refused_rename_says_why(text: str, said: str) -> None:
    with pytest.raises(spec.Invalid, match=said):
        spec.parse_databases(text)


def test_only_a_rename_gives_a_request_another_name() -> None:
    bucket, latest = spec.parse_bucket("gs://backups/p"), spec.parse_timestamp("latest")
    names = [
        spec.default_restore_id(bucket, spec.parse_databases(text), latest)
        for text in ("neo4j", "neo4j=neo4j", "staging", "staging=neo4j", "staging=movies")
    ]
    assert names[0] == names[1]
    assert len({*names}) == 4


def test_a_name_and_the_same_in_upper_case_are_of_one_request() -> None:
    bucket = spec.parse_bucket("gs://backups")
    spelled = (spec.parse_databases("neo4j,system"), spec.parse_databases("System,NEO4J"))
    assert len({spec.default_restore_id(bucket, names, spec.parse_timestamp("latest")) for names in spelled}) == 1


@given(st.permutations(["neo4j", "system", "movies"]))
def test_a_wish_has_one_name_whatever_the_order_of_its_databases(names: list[str]) -> None:
    bucket = spec.parse_bucket("gs://backups/p")
    databases = spec.parse_databases(",".join(names))
    # Written on volumes: another value would make every fulfilled wish a new one.
    assert spec.default_restore_id(bucket, databases, spec.parse_timestamp("latest")) == "4a691014f8bdc9af"
    assert spec.default_restore_id(bucket, databases, spec.parse_timestamp("2026-01-31")) != "4a691014f8bdc9af"
    # As it was when doubled slashes were dropped.
    doubled = spec.parse_bucket("gs://backups//p")
    assert spec.default_restore_id(doubled, databases, spec.parse_timestamp("latest")) == "4a691014f8bdc9af"


@given(st.text(max_size=40))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for parse in (spec.parse_bucket, spec.parse_databases, spec.parse_timestamp):
        with suppress(spec.Invalid):
            assert parse(text)


@pytest.mark.parametrize("text", PASTED)
def test_a_pasted_key_is_known_as_one_and_never_shown(text: str) -> None:
    assert spec.looks_like_key(text)
    assert spec.looks_like_key(f"{text!r} is not a name")
    assert text not in spec.shown(text)


@pytest.mark.parametrize(
    "text",
    [
        "gs://backups/Neo4j/Prod",
        "https://minio:9000",
        "azb://account1/container/a",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "neo4j:5.26.0@sha256:" + "0a" * 32,
        "/auth/credentials.json",
        "2026-01-31T02:00:00Z",
        "registry:5000/neo4j@sha256:abc",
        "neo4j-backup-signature",
        "before-upgrade-of-Neo4j-to-5-26-in-january",
    ],
)
def test_a_name_is_shown_as_it_is(text: str) -> None:
    assert spec.shown(text) == text


def test_what_is_longer_than_a_name_is_not_shown() -> None:
    assert spec.shown("x" * 201) == spec.TOO_LONG
