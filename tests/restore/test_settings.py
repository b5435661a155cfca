"""The environment's every variable: what it takes, and what it is told otherwise."""

from pathlib import Path
from typing import Any

import pytest

from neo4j_restore import settings, spec, timestamps
from neo4j_restore.errors import ConfigurationError

LEAST = {"BUCKET": "gs://backups", "DATABASE": "neo4j"}

BAD_PORTS = ["http://minio:99999", "http://minio:0/", "https://minio:http/x", "http://[::1]:65536", "http://minio:"]

WRONG = {
    "BUCKET": ["gs://key@backups", "gs://backups?sig=hush", "backups", "azb://backups/p", "gs://", "file:///b/\udcff"],
    "DATABASE": ["", "neo*", "a,b"],
    "TIMESTAMP": ["*"],
    "RESTORE_UNTIL": ["0", "-5", "latest", "2026-01-31", "9223372036854775808", "2026-01-31T02:00:00.5Z"],
    "CLOUD_PROVIDER": ["ibm"],
    "BACKUP_SET_DIR": ["../x", "/", "a/../b"],
    "FORCE_OVERWRITE": ["yes"],
    "RESTORE_ID": ["two words", "-x"],
    "START_ID": ["two words", "-x"],
    "KEEP_PREVIOUS": ["1"],
    "PURGE_ON_COMPLETE": ["1"],
    "RESTORE_NOT_AFTER": ["latest", "2026-01-31", "2026-01-31T02:00:00"],
    "ON_MISSING": ["empty"],
    "SPACE_MODE": ["tight", "reclaim"],
    "ON_STALE_LATEST": ["ignore", "true"],
    "CLUSTER_MEMBERS": ["graph:0", "graph:70000", "bolt://graph", "a b", "a,,b", "graph:7474/db", "-a", "[graph]:1"],
    "ON_LIVING_CLUSTER": ["join", "true"],
    "VOLUME_ID": ["-a", "two words", "a" * 513],
    "ON_FOREIGN_VOLUME": ["ignore", "true"],
    "IGNORE_OBJECTS": ["a,,b", "*", "**/*"],
    "REQUIRE_CHECKSUM": ["maybe"],
    "CONSISTENCY_CHECK": ["1", "perhaps"],
    "AUTH_FILES": ["1", "ldap"],
    "MIGRATE": ["1", "by_server"],
    "ADDRESSING_STYLE": ["host", "auto"],
    "DATA_DIR": ["data", "/data/../etc"],
    "HEAP_SIZE": ["512", "0m", "big"],
    "RETRY_SECONDS": ["-1", "soon"],
    "STALL_SECONDS": ["0", "x"],
    "DEADLINE_SECONDS": ["-1", "soon"],
    "CONNECTIONS": ["0", "65", "100", "many"],
    "START_JITTER_SECONDS": ["-1", "a while"],
    "GOOGLE_APPLICATION_CREDENTIALS": ["key.json", '/{"private_key":\n"hush"}'],
    "CREDENTIALS_FILE": ["credentials", "/[default]\naws_secret_access_key = hush"],
    "SECRET_NAME": ["Graph-Key", "graph/key", "-key", "a" * 254],
    "ENDPOINT_URL": ["minio:9000", "https://user:hush@minio", "https://minio?region=a", "https://minio/#a", *BAD_PORTS],
    "REGION": ["EU", "eu.central"],
    "CA_BUNDLE": ["ca.crt"],
    "REQUESTER_PAYS": ["true", "no", "my project"],
    "ENCRYPTION_KEY_FILE": ["c2VjcmV0", "aes256"],
    "AGE_IDENTITY_FILE": ["c2VjcmV0", "aes256"],
    "LOG_FORMAT": ["xml"],
    "STORAGE_EMULATOR_HOST": ["gcs:9023", "http://user@gcs", *BAD_PORTS],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WRONG.items() for text in texts])
def test_a_wrong_value_is_told_with_its_variable(name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^{name}(:| is not set)"):
        settings.from_environment({**LEAST, name: text})


@pytest.mark.parametrize(
    "name", ["BUCKET", "GOOGLE_APPLICATION_CREDENTIALS", "CREDENTIALS_FILE", "ENCRYPTION_KEY_FILE"]
)
def test_a_secret_in_the_wrong_place_is_not_repeated(name: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        settings.from_environment({**LEAST, name: "gs://backups?private_key=hush"})
    assert "hush" not in f"{raised.value} {raised.value.hint}"


# No key here is anybody's.
KEY = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYexampleKEY"


@pytest.mark.parametrize("name", [each.name for each in spec.VARIABLES if each.name != "TERMINATION_LOG"])
@pytest.mark.parametrize("secret", [KEY, "AGE-SECRET-KEY-1" + "QPZRY9X8", "https://anna:hush@minio:9000"])
def test_a_key_pasted_anywhere_is_refused_and_not_repeated(name: str, secret: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name}: ") as raised:
        settings.from_environment({**LEAST, name: secret})
    assert secret.rpartition("/")[2] not in f"{raised.value} {raised.value.hint}"
    assert "hush" not in str(raised.value)


def test_a_transaction_id_is_of_one_database_and_a_time_of_several() -> None:
    several = {**LEAST, "DATABASE": "neo4j,movies"}
    with pytest.raises(ConfigurationError, match="RESTORE_UNTIL: 120 is a transaction id of one database"):
        settings.from_environment({**several, "RESTORE_UNTIL": "120"})
    parsed = settings.from_environment({**several, "RESTORE_UNTIL": "2026-01-31T03:00:00+01:00"})
    assert parsed.request.until
    assert (str(parsed.request.until), parsed.request.until.argument) == ("2026-01-31T02:00:00Z", "2026-01-31 02:00:00")


def test_another_point_is_another_request() -> None:
    names = {settings.from_environment({**LEAST, "RESTORE_UNTIL": text}).request.name for text in ("", "120", "121")}
    assert len(names) == 3


def test_an_identifier_may_be_a_hash_and_a_list_of_databases_may_be_long() -> None:
    names = ",".join(f"customer{number:03}" for number in range(60))
    parsed = settings.from_environment(
        {**LEAST, "DATABASE": names, "RESTORE_ID": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}
    )
    assert len(parsed.request.databases) == 60


def test_every_variable_that_can_be_wrong_is_tried_here() -> None:
    assert set(WRONG) | {"TERMINATION_LOG"} == {variable.name for variable in spec.VARIABLES}


@pytest.mark.parametrize("variable", spec.VARIABLES, ids=lambda variable: variable.name)
def test_the_example_and_the_default_of_every_variable_are_taken(variable: spec.Variable[Any]) -> None:
    assert variable.example
    for text in (variable.example, variable.default):
        settings.from_environment({**LEAST, **({variable.name: text} if text or not variable.required else {})})


def test_all_variables_together_are_taken() -> None:
    parsed = settings.from_environment(
        {
            "BUCKET": "backups//p/",
            "CLOUD_PROVIDER": "gcp",
            "DATABASE": " neo4j , system",
            "TIMESTAMP": "before-upgrade",
            "BACKUP_SET_DIR": "/data//sets/./blue/",
            "FORCE_OVERWRITE": "Once",
            "RESTORE_ID": "drill-7",
            "KEEP_PREVIOUS": "TRUE",
            "PURGE_ON_COMPLETE": "false",
            "RESTORE_NOT_AFTER": "2026-01-31T02:00:00+02:00",
            "ON_MISSING": "start-empty",
            "DATA_DIR": "/volume",
            "HEAP_SIZE": "2g",
            "RETRY_SECONDS": "2.5",
            "STALL_SECONDS": "5",
            "DEADLINE_SECONDS": "3600",
            "CONNECTIONS": "64",
            "START_JITTER_SECONDS": "90",
            "GOOGLE_APPLICATION_CREDENTIALS": "/auth/credentials.json",
            "STORAGE_EMULATOR_HOST": "http://gcs:9023/",
            "ENDPOINT_URL": "https://storage.example.org/",
            "REGION": "europe-west3",
            "CA_BUNDLE": "/certificates/ca.crt",
            "REQUESTER_PAYS": "billing-project",
            "ENCRYPTION_KEY_FILE": "/encryption/key",
            "AGE_IDENTITY_FILE": "/age/identity",
        }
    )
    assert str(parsed.request.bucket) == "gs://backups//p"
    assert (parsed.request.databases, parsed.request.timestamp, parsed.request.backup_set_dir) == (
        ("neo4j", "system"),
        timestamps.stamped("before-upgrade"),
        "data/sets/blue",
    )
    assert (parsed.policy.overwrite, parsed.request.restore_id, parsed.policy.keep_previous, parsed.policy.purge) == (
        spec.Overwrite.ONCE,
        "drill-7",
        True,
        False,
    )
    assert str(parsed.request.not_after) == "2026-01-31 00:00:00+00:00"
    assert (parsed.request.data_dir, parsed.access.credentials) == (Path("/volume"), Path("/auth/credentials.json"))
    assert (parsed.pace.heap_size, parsed.pace.retry_seconds, parsed.pace.stall_seconds) == ("2g", 2.5, 5)
    assert (parsed.pace.deadline_seconds, parsed.pace.connections, parsed.pace.start_jitter_seconds) == (3600, 64, 90)
    assert parsed.access.emulator_host == "http://gcs:9023"
    assert (parsed.access.endpoint_url, parsed.access.region, parsed.access.requester_pays) == (
        "https://storage.example.org",
        "europe-west3",
        "billing-project",
    )
    assert (parsed.access.ca_bundle, parsed.access.encryption_key) == (
        Path("/certificates/ca.crt"),
        Path("/encryption/key"),
    )


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"GOOGLE_APPLICATION_CREDENTIALS": "/auth/g"}, "/auth/g"),
        ({"GOOGLE_APPLICATION_CREDENTIALS": "/auth/g", "CREDENTIALS_FILE": "/auth/c"}, "/auth/c"),
        ({"BUCKET": "s3://backups", "GOOGLE_APPLICATION_CREDENTIALS": "/auth/g"}, "None"),
        ({"BUCKET": "s3://backups", "CREDENTIALS_FILE": "/auth/c"}, "/auth/c"),
    ],
    ids=["google", "both", "google for s3", "s3"],
)
def test_the_key_is_the_one_of_the_store(given: dict[str, str], path: str) -> None:
    assert str(settings.from_environment({**LEAST, **given}).access.credentials) == path


def test_the_clouds_own_variables_are_kept_and_never_shown() -> None:
    parsed = settings.from_environment({**LEAST, "AWS_SECRET_ACCESS_KEY": "hush", "AZURE_CLIENT_ID": "", "AWSX": "1"})
    assert parsed.access.identity == {"AWS_SECRET_ACCESS_KEY": "hush"}
    assert "hush" not in repr(parsed)


def test_how_to_report_is_known_even_when_the_rest_is_wrong() -> None:
    assert settings.reporting({"LOG_FORMAT": "JSON", "TERMINATION_LOG": "/x"}).log_format == "json"
    assert settings.reporting({"LOG_FORMAT": "xml"}) == settings.Reporting("text", Path("/dev/termination-log"))


def test_a_wish_has_the_same_name_whatever_the_spelling() -> None:
    one = settings.from_environment({"BUCKET": "gs://backups/p/", "DATABASE": "neo4j,system"})
    two = settings.from_environment({"BUCKET": "backups/p", "CLOUD_PROVIDER": "gcp", "DATABASE": "system,neo4j"})
    assert [one.request.name_of(database) for database in one.request.databases] == [
        two.request.name_of(database) for database in one.request.databases
    ]
