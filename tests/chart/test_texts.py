"""What the operator reads: the notes after an installation, the chart's README, the comments of the values."""

from pathlib import Path

import pytest
from tests.chart.helm import CHART, Helm, Values, make_values
from tests.chart.notes import notes
from tests.chart.schema import knobs
from tests.chart.values_table import README, comments, readme

SAID: dict[str, tuple[Values, str]] = {
    "what": (make_values(), "neo4j is restored from gs://graph-backups/production, set: latest."),
    "renamed": (
        make_values({"database": "staging = neo4j,system"}),
        "starts, staging (the set of neo4j),system is restored from gs://graph-backups/production",
    ),
    "never": (make_values(), "A database that is already on the volume is left alone."),
    "once": (make_values({"forceOverwrite": "once", "restoreId": "a1"}), "is replaced one time for restoreId a1."),
    "always": (
        make_values({"forceOverwrite": "true", "acceptDataLoss": True}),
        "Data written since the backup is lost.",
    ),
    "reclaim": (
        make_values({"forceOverwrite": "true", "acceptDataLoss": True, "spaceMode": "reclaim"}),
        "The old data is deleted before the new data is there",
    ),
    "rollback": (make_values({"command": "rollback"}), "WARNING: restore.command is rollback."),
    "back-to-run": (make_values({"command": "rollback"}), "CHART --reuse-values --set restore.command=run"),
    "kept": (make_values({"keepPrevious": True}), "CHART --reuse-values --set restore.command=rollback"),
    "expiry": (make_values({"notAfter": "2999-01-31T02:00:00Z"}), "The request expires at 2999-01-31T02:00:00Z."),
    "expired": (
        make_values({"notAfter": "2026-01-31 02:00:00z"}),
        "the request expired at 2026-01-31 02:00:00z. Nothing",
    ),
    "start-empty": (make_values({"onMissing": "start-empty"}), "Neo4j starts without its data"),
    "stale": (make_values({"onStaleLatest": "latest"}), "restored even if there is a newer set"),
    "ignored": (make_values({"ignoreObjects": ["old/*", "a*"]}), "because of restore.ignoreObjects: old/*, a*."),
    "old-data": (make_values(), "what to do.\nData that was on the volume before is unchanged."),
    "status": (make_values(), "helm --namespace default test graph\n"),
    "watch": (make_values(), "kubectl --namespace default logs graph-neo4j-restore-0 -c restore -f"),
    "failure": (make_values(), "kubectl --namespace default describe pod graph-neo4j-restore-0"),
    "no-registry": (make_values(), "WARNING: restore.image.repository is neo4j-restore, without a registry."),
    "key": (make_values(), "create secret generic restore-service-key --from-file=credentials.json=KEY.json"),
    "key-name": (make_values({"secretKey": "key.json"}), "restore-service-key --from-file=key.json=KEY.json"),
    "key-s3": (
        make_values({"bucket": "s3://graph-backups", "secretName": "aws"}),
        "create secret generic aws --from-file=credentials=AWS-CREDENTIALS",
    ),
    "key-azure": (
        make_values({"bucket": "container/path", "cloudProvider": "azure"}),
        "restore-service-key --from-file=credentials=AZURE-CREDENTIALS",
    ),
    "authorities": (
        make_values({"caBundle": {"configMapName": "authorities"}}),
        "create configmap authorities --from-file=ca.crt=CA.pem",
    ),
    "authorities-secret": (
        make_values({"caBundle": {"secretName": "authorities", "key": "all.pem"}}),
        "create secret generic authorities --from-file=all.pem=CA.pem",
    ),
    "encryption": (
        make_values({"encryptionKey": {"secretName": "sse"}}),
        "create secret generic sse --from-file=key=ENCRYPTION-KEY",
    ),
    "age": (
        make_values({"ageIdentity": {"secretName": "age"}}),
        "create secret generic age --from-file=identity=AGE-IDENTITY",
    ),
    "receipt": (make_values(), "cat /data/.neo4j-restore/receipt.json"),
    "first-password": (make_values(), "the user neo4j and the password neo4j. Change it"),
    "retention": (
        make_values(data={"retention": {"whenDeleted": "Delete"}}),
        "WARNING: helm uninstall deletes the claim and its data",
    ),
    "encrypted": (
        make_values(tls={"bolt": {"secretName": "tls"}}),
        "  bolt+ssc://localhost:7687, http://localhost:7474",
    ),
    "system": (make_values({"database": "neo4j, system"}), "Users and passwords are those of the backup"),
    "empty-dir": (make_values(data={"emptyDir": True}), "The data is lost with the pod"),
    "no-password": (make_values(auth={"enabled": False}), "Clients need no password"),
    "off": ({"restore": {"enabled": False}}, "Nothing is restored: restore.enabled is false."),
}


@pytest.mark.parametrize(("values", "said"), SAID.values(), ids=SAID)
def test_the_notes_say_what_will_happen_and_what_to_do(
    helm: Helm, speaking_chart: Path, values: Values, said: str
) -> None:
    assert said in notes(helm, speaking_chart, values)


def test_the_notes_promise_no_password_that_a_restored_system_replaces(helm: Helm, speaking_chart: Path) -> None:
    values = make_values({"database": "neo4j,system"}, auth={"existingSecret": "graph-password"})
    said = notes(helm, speaking_chart, values)
    assert "secret graph-password is only valid if no system database was restored" in said
    assert "password neo4j." not in said


def test_the_notes_of_an_expired_request_do_not_speak_of_its_end_as_if_it_were_to_come(
    helm: Helm, speaking_chart: Path
) -> None:
    assert "expires" not in notes(helm, speaking_chart, make_values({"notAfter": "2026-01-31T02:00:00Z"}))


def test_the_notes_do_not_warn_of_an_image_with_a_registry(helm: Helm, speaking_chart: Path) -> None:
    values = make_values({"image": {"repository": "registry.example.org/neo4j-restore"}})
    assert "registry" not in notes(helm, speaking_chart, values)


def test_the_notes_ask_for_no_secret_where_there_is_none(helm: Helm, speaking_chart: Path) -> None:
    for keyless in ({"secretName": ""}, {"bucket": "file:///backups"}):
        assert "create secret" not in notes(helm, speaking_chart, make_values(keyless))


def test_the_notes_promise_no_old_data_that_was_deleted_for_room(helm: Helm, speaking_chart: Path) -> None:
    values = make_values({"forceOverwrite": "true", "acceptDataLoss": True, "spaceMode": "reclaim"})
    assert "is unchanged" not in notes(helm, speaking_chart, values)


def test_the_notes_of_a_rollback_promise_no_restore(helm: Helm, speaking_chart: Path) -> None:
    said = notes(helm, speaking_chart, make_values({"command": "rollback", "keepPrevious": True}))
    assert "Nothing is restored from gs://graph-backups/production." in said
    assert "neo4j is restored from" not in said
    assert "Neo4j only starts after a successful rollback." in said
    assert "restore.command=rollback" not in said


@pytest.mark.parametrize(
    ("database", "enabled", "sentence"),
    [
        ("neo4j,movies", True, "The Job graph-neo4j-restore-finalize creates what is missing"),
        ("neo4j,movies", False, "With finalize.enabled a Job"),
        ("neo4j", False, ""),
        ("neo4j,movies,system", False, ""),
        ("movies=neo4j", False, "Without system, Neo4j may not know movies"),
        ("movies = neo4j,system", True, "With the system of the backup, Neo4j may not know movies"),
        ("neo4j=movies", False, ""),
    ],
)
def test_the_notes_say_which_databases_neo4j_may_not_know(
    helm: Helm, speaking_chart: Path, database: str, enabled: bool, sentence: str
) -> None:
    values = make_values({"database": database}, auth={"existingSecret": "login"}, finalize={"enabled": enabled})
    text = notes(helm, speaking_chart, values)
    assert ("may not know movies" in text) == bool(sentence)
    assert sentence in text


def test_the_readme_has_every_value_with_its_default_and_meaning() -> None:
    assert README.read_text(encoding="utf-8") == readme(), "run: python -m tests.chart.values_table"


def test_every_value_has_a_comment() -> None:
    above = comments((CHART / "values.yaml").read_text(encoding="utf-8"))
    keys = {path[:length] for path in knobs() for length in range(1, len(path) + 1)}
    assert sorted(path for path in keys if not above[path]) == []
