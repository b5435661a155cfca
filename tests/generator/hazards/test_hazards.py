"""Combinations that are refused, and their nearest neighbours that are not."""

import pytest
from tests.generator.inputs import make_scenario

from neo4j_scenarios.errors import UsageError

GSA = "restore@project.iam.gserviceaccount.com"
EVAL = {"edition": "enterprise", "accept_license": "eval"}
RECLAIM = {"space_mode": "reclaim", "force_overwrite": "true", "accept_data_loss": "true"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"force_overwrite": "true"}, "--force-overwrite: with 'true', each start of a single server's pod"),
        ({"restore_id": "a"}, "--restore-id: 'a' has no effect with the policy 'false'"),
        ({"space_mode": "reclaim"}, "--space-mode: 'reclaim' deletes the old data before the new data is there"),
        ({"space_mode": "reclaim", "force_overwrite": "once"}, "--space-mode: 'reclaim' deletes the old data"),
        ({"space_mode": "reclaim", "force_overwrite": "true"}, "--space-mode: 'reclaim' deletes the old data"),
        (
            {**RECLAIM, "keep_previous": "true"},
            "--space-mode: 'reclaim' deletes the data that --keep-previous would keep",
        ),
        ({"auth_files": "true"}, "--auth-files: Neo4j 5 has no auth files"),
        (
            {"migrate": "true", "neo4j_tag": "4.4.48"},
            "--migrate: neo4j-admin of Neo4j 4 can't migrate a store",
        ),
        (
            {"migrate": "by-server", "neo4j_tag": "5.26.30"},
            "--migrate: a server of Neo4j 5 does not migrate the store of an older line",
        ),
        ({"restore_until": "120"}, "--restore-until: the community edition can't end a restore inside a chain"),
        (
            {**EVAL, "restore_until": "120", "database": "a-b,c-d"},
            "--restore-until: 120 is a transaction of one database",
        ),
        (
            {**EVAL, "accept_license": "yes", "restore_until": "120", "neo4j_tag": "4.4.48-enterprise"},
            "--restore-until: Neo4j 4 has no chains of backups",
        ),
        ({"secret": "key", "workload_identity": GSA}, "--secret: a key and a workload identity"),
        ({"offline_maintenance": "true"}, "--offline-maintenance: the chart neo4j-restore has no offline maintenance"),
        ({"database": "graph.db,system", "neo4j_tag": "3.5.35"}, "--database: Neo4j 3.x has no database 'system'"),
        ({"target": "neo4j-helm", "neo4j_tag": "3.5.35"}, "--neo4j-tag: the chart neo4j-helm runs Neo4j 4.x"),
        (
            {"neo4j_tag": "4.4.48-enterprise", "edition": "enterprise", "accept_license": "eval"},
            "does not accept 'eval'",
        ),
        ({"edition": "enterprise"}, "--accept-license: is missing"),
        ({"target": "neo4j-helm", "edition": "enterprise", "accept_license": "eval"}, "does not accept 'eval'"),
        ({"data_sub_path": "data"}, "--data-sub-path: the chart neo4j-restore mounts the data volume itself"),
        ({"neo4j_name": "graph"}, "--neo4j-name: the chart neo4j-restore has no name of Neo4j besides its release"),
        (
            {"target": "neo4j/neo4j", "release": "r" * 53},
            f"--release: gives a StatefulSet '{'r' * 53}' of 53 characters, but Kubernetes allows 52",
        ),
        (
            {"target": "neo4j-helm", "release": "r" * 42},
            f"--release: gives a StatefulSet '{'r' * 42}-neo4j-core' of 53 characters",
        ),
        (
            {**EVAL, "target": "neo4j/neo4j", "chart_version": "5.17.0"},
            "--accept-license: the chart neo4j/neo4j 5.17.0 does not accept 'eval'",
        ),
        ({"drill": "true", "target": "neo4j/neo4j"}, "--drill: the chart neo4j/neo4j has no CronJob for drills"),
        ({"drill_assertions": "[{query: RETURN 1}]"}, "--drill-assertions: has no effect without drills"),
        ({"drill_results_secret": "writer"}, "--drill-results-secret: has no effect without drills"),
        ({"drill_cluster": "prod-eu-1"}, "--drill-cluster: has no effect without drills"),
        (
            {"drill": "true", "drill_results_secret": "writer", "bucket": "file:///sets", "backup_claim": "sets"},
            "--drill-results-secret: has no effect for a folder, which needs no key",
        ),
        ({"finalize": "true"}, "--finalize: the Job needs a login for the running server"),
        (
            {"finalize": "true", "target": "neo4j/neo4j", "password_secret": "login"},
            "--finalize: the chart neo4j/neo4j has no Job that finalizes a restore",
        ),
        (
            {"finalize": "true", "password_secret": "login", "neo4j_tag": "3.5.35", "database": "graph.db"},
            "--finalize: Neo4j 3.x has no database 'system' to change",
        ),
        ({"heap_size": "1025g"}, "--heap-size: '1025g' is more than 1 TiB"),
        ({"restore_memory": "511Mi"}, "--restore-memory: '511Mi' is too small for neo4j-admin's heap of 512m"),
        (
            {"restore_memory": "2G", "heap_size": "2g"},
            "--restore-memory: '2G' is too small for neo4j-admin's heap of 2g",
        ),
        ({"neo4j_tag": "5.26.30-enterprise"}, "--neo4j-tag: '5.26.30-enterprise' is an enterprise image"),
        ({"target": "neo4j-helm", "neo4j_tag": "5.26.30"}, "--neo4j-tag: the chart neo4j-helm runs Neo4j 4.x"),
        ({"target": "neo4j/neo4j", "neo4j_tag": "4.4.10"}, "--neo4j-tag: the chart neo4j/neo4j runs Neo4j 5 and later"),
    ],
)
def test_a_combination_that_would_hurt_is_refused(changes: dict[str, str], expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_scenario(**changes)
    assert expected in str(caught.value)
    assert all(problem.hint for problem in caught.value.problems)


@pytest.mark.parametrize(
    "changes",
    [
        {"force_overwrite": "true", "accept_data_loss": "true"},
        {"force_overwrite": "once", "restore_id": "a"},
        RECLAIM,
        {**RECLAIM, "keep_previous": "false"},
        {"keep_previous": "true", "force_overwrite": "once", "not_after": "2026-02-28T00:00:00Z"},
        {"on_missing": "start-empty"},
        {"migrate": "true", "neo4j_tag": "2026.08.1"},
        {"migrate": "by-server", "neo4j_tag": "4.4.48"},
        {**EVAL, "restore_until": "120"},
        {**EVAL, "restore_until": "2026-02-28T00:00:00Z", "database": "neo4j,system"},
        {"restore_memory": "512Mi"},
        {"release": "r" * 53},
        {"target": "neo4j/neo4j", "release": "r" * 52, "neo4j_name": "n" * 54},
        {"target": "neo4j-helm", "release": "r" * 41},
        {**EVAL, "target": "neo4j/neo4j", "chart_version": "2026.1.2"},
        {"restore_memory": "none", "heap_size": "64g"},
        {"on_stale_latest": "newest", "timestamp": "2026-01-31T02:00:00Z"},
        {"addressing_style": "path"},
        {"bucket": "s3://graph-backups", "addressing_style": "virtual"},
        {"bucket": "s3://graph.backups", "addressing_style": "virtual", "endpoint_url": "http://minio:9000"},
        {"workload_identity": GSA},
        {"target": "neo4j/neo4j", "workload_identity": GSA},
        {"target": "neo4j/neo4j", "workload_identity": GSA, "service_account": "graph"},
        {"target": "neo4j/neo4j", "offline_maintenance": "true"},
        {"database": "graph.db", "neo4j_tag": "3.5.35"},
        {"edition": "enterprise", "accept_license": "eval"},
        {"target": "neo4j-helm", "neo4j_tag": "4.4.10"},
        {"neo4j_tag": "our-own-build"},
        {"finalize": "true", "password_secret": "login"},
    ],
    ids=str,
)
def test_a_combination_that_is_meant_is_taken(changes: dict[str, str]) -> None:
    assert make_scenario(**changes)


def test_a_combination_is_not_judged_where_one_of_its_inputs_is_broken() -> None:
    with pytest.raises(UsageError) as caught:
        make_scenario(force_overwrite="true", accept_data_loss="oui")
    assert [problem.where for problem in caught.value.problems] == ["--accept-data-loss"]


@pytest.mark.parametrize(
    ("changes", "able"),
    [
        ({"target": "neo4j-helm", "neo4j_tag": "3.5.35"}, "--target neo4j-restore, which runs it"),
        ({"target": "neo4j-helm", "neo4j_tag": "5.26.30"}, "--target neo4j-restore, which runs it"),
        ({"offline_maintenance": "true"}, "--target neo4j/neo4j, which has it"),
    ],
)
def test_a_chart_that_can_not_names_one_that_can(changes: dict[str, str], able: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_scenario(**changes)
    assert able in caught.value.problems[0].hint
