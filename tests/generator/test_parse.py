"""Inputs -> scenario, or all that is wrong with them."""

import pytest
from hypothesis import given, settings
from tests.generator.inputs import all_inputs, make_inputs, make_scenario

from neo4j_restore.spec import OnMissing, Overwrite, SpaceMode
from neo4j_scenarios.errors import UsageError
from neo4j_scenarios.inputs.fields import FIELDS, Field
from neo4j_scenarios.inputs.scenario import command, inputs
from neo4j_scenarios.parse import parse

KEYS = {
    "pem": "-----BEGIN PRIVATE KEY-----",
    "json": '{"type": "service_account", "private_key": "hunter2"}',
    "base64": "eyJ0eXBlIjogInNlcnZpY2VfYWNjb3VudCJ9",
    "aws": "AKIAIOSFODNN7EXAMPLE",
    "azure": "DefaultEndpointsProtocol=https;AccountKey=hunter2",
    "token": "ya29.hunter2",
}


def refused(given: dict[str, str]) -> str:
    with pytest.raises(UsageError) as caught:
        parse(given)
    return "\n".join(f"{problem.where}: {problem.what} | {problem.hint}" for problem in caught.value.problems)


def test_all_defaults_are_applied() -> None:
    scenario = make_scenario()
    assert (scenario.target.name, scenario.timestamp, scenario.overwrite) == (
        "neo4j-restore",
        "latest",
        Overwrite.NEVER,
    )
    assert (scenario.secret, scenario.neo4j_tag, scenario.restore_tag) == ("restore-service-key", "5.26.30", "0.1.0")
    assert (scenario.keep_previous, scenario.not_after) == (False, "")
    assert (scenario.on_missing, scenario.space_mode) == (OnMissing.FAIL, SpaceMode.KEEP)
    assert (scenario.purge_on_complete, scenario.heap_size, scenario.release) == (True, "512m", "neo4j")


@pytest.mark.parametrize(
    ("changes", "tag"),
    [
        ({"target": "neo4j-helm"}, "4.4.48"),
        ({"target": "neo4j/neo4j"}, "5.26.30"),
        ({"edition": "enterprise", "accept_license": "yes"}, "5.26.30-enterprise"),
        ({"neo4j_tag": "5.20"}, "5.20"),
    ],
    ids=["labs", "official", "enterprise", "given"],
)
def test_the_tag_of_neo4j_fits_target_and_edition(changes: dict[str, str], tag: str) -> None:
    assert make_scenario(**changes).neo4j_tag == tag


@settings(deadline=None)
@given(all_inputs())
def test_a_scenario_gives_back_the_inputs_that_ask_for_it(given: dict[str, str]) -> None:
    scenario = parse(given)
    assert parse(inputs(scenario)) == scenario


def test_the_command_of_a_file_leaves_defaults_out() -> None:
    scenario = make_scenario(timestamp="latest", heap_size="512m", bucket="gs://graph-backups/production/")
    assert command(scenario) == (
        "neo4j-scenarios new single-instance --bucket gs://graph-backups/production --database neo4j"
    )


def test_every_broken_input_is_told_at_once() -> None:
    broken = {
        "target": "neo4j-hlem",
        "bucket": "graph-backups/production",
        "database": "neo4j,,system",
        "timestamp": "last tuesday",
        "restore-until": "yesterday",
        "backup-set-dir": "../../etc",
        "force-overwrite": "yes",
        "restore-id": "a b",
        "keep-previous": "1",
        "not-after": "2026-02-28",
        "on-missing": "empty",
        "on-stale-latest": "ignore",
        "ignore-objects": "old/*,,a",
        "require-checksum": "maybe",
        "consistency-check": "perhaps",
        "migrate": "perhaps",
        "space-mode": "free",
        "purge-on-complete": "maybe",
        "secret": "My_Secret",
        "secret-key": "a/b",
        "password-secret": "a/b",
        "backup-claim": "a_b",
        "endpoint-url": "minio",
        "bucket-region": "EU",
        "addressing-style": "host",
        "ca-bundle": "ca.crt",
        "requester-pays": "me",
        "encryption-key": "key",
        "age-identity": "configmap/a",
        "connections": "65",
        "deadline-seconds": "1h",
        "start-jitter-seconds": "-1",
        "servers": "few",
        "read-replicas": "-1",
        "unpinned": "yes",
        "accept-first-bootstrap": "yes",
        "offline-maintenance": "yes",
        "ldap-url": "ldap",
        "ldap-user": "uid",
        "ldap-search-base": "people",
        "ldap-groups": "admin",
        "ldap-account": "neo4j",
        "ldap-secret": "My_Secret",
        "workload-identity": "me@example.com",
        "release": "-x",
        "edition": "pro",
        "accept-license": "true",
        "neo4j-image": "neo4j:5",
        "restore-digest": "sha256:1",
        "storage-size": "10",
        "restore-memory": "lots",
        "neo4j-name": "My_Graph",
        "chart-version": "latest",
        "data-sub-path": "../data",
        "heap-size": "lots",
        "finalize": "maybe",
        "drill": "nightly",
        "drill-assertions": "[{query: 1}]",
        "drill-results-secret": "Drill_Key",
        "drill-cluster": "prod eu",
        "log-format": "xml",
        "emulator-host": "gcs:9023",
        "databse": "neo4j",
    }
    message = refused({"scenario": "single-instance", **broken})
    places = [line.split(":")[0] for line in message.splitlines()]
    assert sorted(places) == sorted(f"--{key}" for key in broken)


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("scenario", "single-instanc", "did you mean 'single-instance'?"),
        ("target", "neo4j/neo", "did you mean 'neo4j/neo4j'?"),
        ("target", "mysql", "expected one of neo4j-helm, neo4j-restore, neo4j/neo4j"),
        ("force-overwite", "once", "did you mean 'force-overwrite'?"),
        ("bucket", "b/p", "write gs://b/p"),
        ("bucket", "", "--bucket: is missing"),
        ("bucket", "http://backups/p", "has the scheme 'http': expected one of gs, s3, azb, file"),
        ("bucket", "file://backups", "a file URL has three slashes"),
        ("database", "neo4j,Neo4j", "names a database twice"),
        ("release", "a\nb: c", "control character"),
        ("not-after", "2026-02-28T00:00:00", "is not a time with its zone"),
        ("not-after", "latest", "is not a time with its zone"),
        ("on-missing", "start_empty", "is not one of fail, start-empty"),
        ("on-stale-latest", "old", "is not one of fail, latest, newest"),
        ("ignore-objects", "a,,b", "has an empty pattern"),
        ("ignore-objects", "*", "would ignore every object"),
        ("addressing-style", "host", "is not one of path, virtual"),
        ("restore-memory", "2 GB", "is not an amount of memory such as 2Gi, and not one of auto, none"),
        ("space-mode", "delete", "is not one of keep, reclaim"),
    ],
)
def test_a_refusal_says_what_is_expected(key: str, text: str, expected: str) -> None:
    assert expected in refused({**make_inputs(), key: text})


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_key_is_refused_in_every_input_and_not_shown(field: Field[object], key: str) -> None:
    message = refused({**make_inputs(), field.key: key})
    assert "looks like a key" in message
    assert key not in message


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_the_example_of_every_field_is_what_it_takes(field: Field[object]) -> None:
    assert field.parse(field.example) is not None


@pytest.mark.parametrize("text", ["latst", "now", "newest", "2026-02-30", "2026-13-01T02-00-00", "2026-01-31T25-00-00"])
def test_a_stamp_must_look_like_one(text: str) -> None:
    with pytest.raises(UsageError, match="timestamp: "):
        parse(make_inputs(timestamp=text))


@pytest.mark.parametrize(
    "text", ["2026-01-31", "20260131_020000", "1769824800", "release-7", "2026-01-31T02-00-00.123"]
)
def test_every_form_of_stamp_is_taken(text: str) -> None:
    assert parse(make_inputs(timestamp=text)).timestamp == text
