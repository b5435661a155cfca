"""Keys are refused wherever they are put, and shown nowhere. What only resembles one is fine."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.generator.conftest import Command
from tests.generator.fleets import make_fleet
from tests.support.says import says

from neo4j_restore.secrecy import looks_like_key, redact

FORTY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

KEYS = {
    "AWS secret access key": FORTY,
    "HMAC secret of Google": "bGoa+V7g/yqDXvKRqq+JTFn4uQZbPiQJo4pf9RzJ",
    "HMAC id of Google": "GOOG1EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEE",
    "account key of Azure": base64.b64encode(bytes(range(64))).decode(),
    "SAS": "sv=2024-11-04&ss=b&sig=Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy%3D",
    "age identity": "AGE-SECRET-KEY-1QQPQZRFR7ZZ2WCV3P",
    "token of GitHub": "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "password in a URL": "https://user:hunter2@git.example/x",
    "token in a URL": "https://hunter2hunter2@git.example/x",
}

NO_KEYS = [
    "sha256:" + "0123456789abcdef" * 4,
    "0123456789abcdef0123456789abcdef01234567",  # a commit
    "2026-01-31T02:00:00Z",
    "5.26.30-enterprise-ubi9",
    "arn:aws:iam::123456789012:role/restore/GraphProduction_EU-1",
    "gs://graph-backups/production/eu-west-1/neo4j/2026-01-31",
    "azb://graphbackups/container/Production/Europe",
    "11111111-2222-3333-4444-555555555555",
    "restore@graph-project-123456.iam.gserviceaccount.com",
    "uid={0},ou=people,dc=example,dc=com",
    '"cn=dba,dc=example,dc=com"=admin;"cn=staff,dc=example,dc=com"=reader',
    "http://gcs.storage.svc.cluster.local:4443/storage/v1/",
    "git@github.example:team/graphs.git",
    "ssh://git@github.example/team/graphs.git",
    "oci://registry.example:5000/charts/neo4j-restore:0.1.0",
    "/var/lib/neo4j/certificates/bolt/trusted/public.crt",
    "restore-service-key",
]

# Inputs whose rules are as wide as a key, and which come into the file and its header.
WIDE = ("timestamp", "restore-id", "backup-set-dir", "secret-key", "neo4j-tag", "restore-tag", "endpoint-url")


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_key_is_known_alone_and_inside_of_a_longer_text(key: str) -> None:
    for text in (
        key,
        f"--secret-key={key}",
        f"timestamp: '{key}' is no time",
        f"first\n{key}\nlast",
        f"http://x?k={key}",
    ):
        assert looks_like_key(text)
        assert key not in redact(text)


@pytest.mark.parametrize("text", NO_KEYS)
def test_what_only_resembles_a_key_is_none(text: str) -> None:
    assert redact(text) == text


@given(st.uuids(), st.binary(min_size=32, max_size=32), st.datetimes())
def test_identifiers_digests_and_times_are_no_keys(client: object, digest: bytes, moment: object) -> None:
    for text in (str(client), f"sha256:{digest.hex()}", digest.hex()[:40], str(moment)):
        assert not looks_like_key(text)


@pytest.mark.parametrize("flag", WIDE)
@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_key_given_as_an_input_is_neither_written_nor_told(new: Command, tmp_path: Path, flag: str, key: str) -> None:
    done = new(f"--{flag}={key}", "-o", tmp_path / "values.yaml")
    says(done, 2, f"error: --{flag}: is a text that looks like a key")
    assert key not in done.out + done.err
    assert not (tmp_path / "values.yaml").exists()


@pytest.mark.parametrize("query", ["?a=b", "?", "#a"])
def test_an_endpoint_has_no_query(new: Command, query: str) -> None:
    done = new("--endpoint-url", f"https://minio.example:9000/{query}")
    says(done, 2, "is not a URL such as http://gcs:9023, without user, password and query")


@pytest.mark.parametrize(
    "part",
    [
        "defaults: {{labels: {{tier: '{key}'}}}}\nclusters: {{a: {{}}}}\n",
        "defaults: {{variables: {{x: '{key}'}}}}\nclusters: {{a: {{}}}}\n",
        'defaults: {{labels: {{tier: "{half}"}}}}\nclusters: {{a: {{}}}}\n',
        'defaults: {{variables: {{x: "{half}"}}}}\nclusters: {{a: {{}}}}\n',
        'defaults: {{restore-id: "{half}"}}\nclusters: {{a: {{}}}}\n',
        "defaults: {{group: '{key}'}}\ngroups: {{prod: {{}}}}\nclusters: {{a: {{}}}}\n",
        "groups: {{'{key}': {{}}}}\nclusters: {{a: {{}}}}\n",
        "clusters: {{'{key}': {{}}}}\n",
        "clusters: [{{name: '{key}'}}]\n",
    ],
)
def test_a_key_anywhere_in_a_fleet_is_refused_and_not_told(neo4j_scenarios: Command, tmp_path: Path, part: str) -> None:
    key = KEYS["token of GitHub"]
    fleet = make_fleet(tmp_path, part.format(key=key, half=f"{{{{ '{key[:9]}' ~ '{key[9:]}' }}}}"))
    for command in ("build", "build --json"):
        done = neo4j_scenarios(command, fleet)
        says(done, 1)
        assert "looks like a key" in done.out + done.err
        assert key not in done.out + done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_validate_and_import_tell_a_key_by_its_place_alone(
    new: Command, neo4j_scenarios: Command, tmp_path: Path, key: str
) -> None:
    values = tmp_path / "values.yaml"
    text = new().out
    values.write_text(text.replace('timestamp: "latest"', f"timestamp: '{key}'"))
    assert values.read_text() != text
    for command in ("validate", "import"):
        done = neo4j_scenarios(command, values)
        assert done.code
        assert "restore.timestamp" in done.out + done.err
        assert key not in done.out + done.err


@pytest.mark.parametrize(
    "flags",
    [
        "--repository https://u:hunter2@git.example/x",
        "--repository https://hunter2@git.example/x",
        "--repository https://git.example/x --chart neo4j-restore=https://u:hunter2@helm.example/restore:1",
    ],
)
def test_emit_takes_no_password_in_a_url(neo4j_scenarios: Command, tmp_path: Path, flags: str) -> None:
    fleet = make_fleet(tmp_path, "clusters: {a: {scenario: single-instance, bucket: gs://b/p, database: neo4j}}\n")
    done = neo4j_scenarios(f"emit argocd {flags}", fleet)
    says(done, 2, "looks like a key", unsaid="hunter2")
    assert not (tmp_path / "argocd").exists()


def test_a_secret_is_not_named_by_a_key(neo4j_scenarios: Command, tmp_path: Path) -> None:
    done = neo4j_scenarios("secret --key-file x --secret-key", KEYS["token of GitHub"])
    says(done, 2)
    assert "ghp_" not in done.out + done.err
