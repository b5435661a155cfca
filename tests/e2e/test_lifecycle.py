"""A release from its first chart to its last one: upgrade, rollback, drain, and a new release on the old claim."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.chart.helm import load
from tests.e2e.cluster import DEADLINE, run
from tests.e2e.counts import AS_IN_THE_BACKUP, COUNTS, LATER
from tests.e2e.lifecycle import (
    ANY_USER,
    EARLIER,
    SECURITY,
    delete_in_the_middle,
    drain,
    published,
    uid,
    uncordon,
    workload,
)
from tests.e2e.release import CHART, Release

pytestmark = pytest.mark.e2e

CLAIM = "persistentvolumeclaim/data-legacy-neo4j-restore-0"
# A key that is not one, a user that has no name, the debug log on stdout, and a container that prints another log.
MISTAKEN = {
    "restore": {"secretName": "mistaken-key"},
    "podSecurityContext": SECURITY,
    "logs": {"stdout": ["debug"]},
    "extraContainers": [
        {
            **load(CHART / "ci" / "log-sidecar-values.yaml")["extraContainers"][0],
            "image": "localhost/neo4j:e2e",
            "imagePullPolicy": "Never",
        }
    ],
}


@pytest.fixture(scope="module")
def legacy(make_release: Callable[[str], Release]) -> Release:
    """Install a release with the chart of 0.1.0, and write to its Neo4j."""
    release = make_release("legacy")
    release.helm("install", release.name, EARLIER, "-f", release.generate())
    release.until_ready()
    assert release.query(COUNTS) == AS_IN_THE_BACKUP
    release.query("CREATE (:Later)")
    return release


def unchanged(release: Release) -> None:
    """Check that the data is that of the release's life, and was not restored again."""
    assert release.query(LATER) == [{"nodes": 1}]
    assert release.query(COUNTS) == AS_IN_THE_BACKUP
    assert "it exists, and FORCE_OVERWRITE is false" in release.log()


def test_an_upgrade_from_the_earlier_chart_keeps_data_claim_and_receipt(legacy: Release) -> None:
    claim, receipt = uid(legacy.namespace, CLAIM), legacy.receipt()
    legacy.upgrade(legacy.generate())
    legacy.until_ready()
    unchanged(legacy)
    assert (uid(legacy.namespace, CLAIM), legacy.receipt()) == (claim, receipt)


def test_an_upgrade_that_changes_nothing_changes_nothing(legacy: Release) -> None:
    before = (uid(legacy.namespace, f"pod/{legacy.pod}"), workload(legacy)["metadata"]["generation"])
    legacy.upgrade(legacy.generate())
    legacy.until_ready()
    assert (uid(legacy.namespace, f"pod/{legacy.pod}"), workload(legacy)["metadata"]["generation"]) == before


def test_a_rollback_to_the_earlier_chart_keeps_the_data(legacy: Release) -> None:
    legacy.helm("rollback", legacy.name, "1")
    legacy.until_ready()
    unchanged(legacy)


def test_a_drain_waits_for_a_disruption_budget_and_the_data_is_there_afterwards(legacy: Release) -> None:
    values = legacy.generate()
    budget = legacy.folder / "budget.json"
    budget.write_text(json.dumps({"podDisruptionBudget": {"enabled": True}}))
    legacy.helm("upgrade", legacy.name, CHART, "-f", values, "-f", budget)
    legacy.until_ready()
    try:
        with pytest.raises(AssertionError, match="disruption budget"):
            drain(legacy, "--timeout=10s")
        assert legacy.query(LATER) == [{"nodes": 1}]
        legacy.upgrade(values)
        drain(legacy, f"--timeout={DEADLINE}")
    finally:
        uncordon()
    legacy.until_ready()
    unchanged(legacy)


def test_a_new_release_from_a_registry_takes_the_old_claim(legacy: Release, tmp_path: Path) -> None:
    claim = uid(legacy.namespace, CLAIM)
    legacy.helm("uninstall", legacy.name, "--wait", f"--timeout={DEADLINE}")
    with published(tmp_path) as reference:
        legacy.helm("install", legacy.name, reference, "--plain-http", "-f", legacy.generate())
    legacy.until_ready()
    unchanged(legacy)
    assert uid(legacy.namespace, CLAIM) == claim


def test_a_pod_that_is_deleted_in_the_middle_of_a_restore_restores_again(legacy: Release) -> None:
    again = ("--force-overwrite=once", "--restore-id=incident-42", "--consistency-check=true")
    legacy.upgrade(legacy.generate(*again))
    log = delete_in_the_middle(legacy, "neo4j-admin reads the staged store")
    assert "restored" not in log.splitlines()[-1]
    legacy.until_ready()
    assert legacy.query(LATER) == [{"nodes": 0}]
    assert legacy.query(COUNTS) == AS_IN_THE_BACKUP
    assert {each["database"] for each in legacy.receipt()["last"]["restored"]} == {"neo4j", "system"}


def test_a_wrong_key_is_named_and_the_corrected_one_is_found_without_an_upgrade(
    legacy: Release, make_release: Callable[[str], Release], key: Path
) -> None:
    mistaken = make_release("mistaken")
    namespace = mistaken.namespace
    wrong = ("create", "secret", "generic", "mistaken-key")
    namespace.kubectl(*wrong, "--from-literal=credentials.json=not a key")
    values = mistaken.folder / "mistaken.json"
    values.write_text(json.dumps(MISTAKEN))
    mistaken.helm("install", mistaken.name, CHART, "-f", mistaken.generate(), "-f", values)
    ended = mistaken.first_failure()
    reason = json.loads(ended["message"])
    assert (ended["exitCode"], reason["code"]) == (2, 2)
    assert "/auth/credentials.json" in reason["message"] + reason["hint"]

    corrected = namespace.kubectl(*wrong, f"--from-file=credentials.json={key}", "--dry-run=client", "--output=yaml")
    namespace.apply(corrected)
    mistaken.until_ready()
    assert mistaken.query(COUNTS) == AS_IN_THE_BACKUP

    # Its user has no name in the image. The restored files belong to the volume, which Neo4j can write to.
    user = namespace.kubectl("exec", mistaken.pod, "--container=neo4j", "--", "id", "-u")
    assert user.strip() == str(ANY_USER)
    mistaken.query("CREATE (:Later)")
    assert "[o.n.k.d.Database]" in namespace.kubectl("logs", mistaken.pod, "--container=neo4j")

    # Two releases in one namespace: each Service has the pod of its own.
    for release in (legacy, mistaken):
        path = "--output=jsonpath={.subsets[*].addresses[*].targetRef.name}"
        assert namespace.kubectl("get", "endpoints", f"{release.name}-neo4j-restore", path) == release.pod
    # The container beside Neo4j ends with the pod, and not at the end of its grace period, which is an hour.
    mistaken.helm("uninstall", mistaken.name, "--wait", f"--timeout={DEADLINE}")
    assert legacy.query(COUNTS) == AS_IN_THE_BACKUP
    assert run("kubectl", "--namespace", namespace.name, "get", CLAIM)
