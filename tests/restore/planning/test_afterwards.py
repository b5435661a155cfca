"""Before a restore, the plan says what it leaves to a running server, and what a restored `system` changes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from neo4j_restore.admin.admin_commands import Edition, Version
from neo4j_restore.planning.afterwards import after_start
from neo4j_restore.planning.plan import Action, Decision, Plan, Step
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stores import StoredObject

NIGHT = datetime(2026, 1, 31, 2, tzinfo=UTC)


def step(
    database: str, action: Action = Action.RESTORE, *, replaces: bool = False, source: DatabaseName | None = None
) -> Step:
    name = DatabaseName(database)
    chosen = BackupSet(name, Kind.DUMP, f"{name}.dump", "", NIGHT, (StoredObject(f"{name}.dump", 1, NIGHT, "1"),))
    taken = chosen if action is Action.RESTORE else None
    return Step(name, Decision(action, "", replaces), taken, renamed_from=source)


def make_plan(*steps: Step) -> Plan:
    return Plan(steps, Version(5, 26, 30), edition=Edition.ENTERPRISE)


@pytest.mark.parametrize(
    "plan",
    [
        make_plan(step("neo4j")),
        make_plan(step("sales", replaces=True)),
        make_plan(step("sales", Action.SKIP)),
        replace(make_plan(step("people")), version=Version(3, 5)),
    ],
    ids=["the default one", "one that was served", "nothing restored", "without system"],
)
def test_nothing_is_left_to_do(plan: Plan) -> None:
    assert after_start(plan) == ()


def test_a_database_that_system_may_not_know_is_told_with_the_command() -> None:
    (sentence,) = after_start(make_plan(step("neo4j"), step("sales"), step("movies")))
    assert "may not know sales, movies" in sentence
    assert "neo4j-restore finalize creates them" in sentence


def test_community_is_told_that_it_serves_one_database() -> None:
    (sentence,) = after_start(replace(make_plan(step("sales")), edition=Edition.COMMUNITY))
    assert "initial.dbms.default_database" in sentence


def test_a_restored_system_brings_the_users_and_passwords_of_its_day() -> None:
    (sentence,) = after_start(make_plan(step("sales"), step("system")))
    assert sentence == (
        "users, roles, privileges and passwords become those of the backup of system of 2026-01-31 02:00 UTC"
    )


def test_a_restored_system_knows_a_renamed_database_by_its_old_name() -> None:
    plan = make_plan(step("staging", source=DatabaseName("neo4j")), step("system"))
    _, sentence = after_start(plan)
    assert sentence.startswith("the restored system knows neo4j, and may not know staging. ")
    assert "neo4j-restore finalize creates it" in sentence
    _, sentence = after_start(replace(plan, edition=Edition.COMMUNITY))
    assert sentence.endswith("set initial.dbms.default_database=staging")


@pytest.mark.parametrize(
    ("version", "setting"),
    [
        (Version(3, 5), "set dbms.active_database=staging"),
        (Version(4, 4), "set dbms.default_database=staging"),
        (Version(5, 26), "set initial.dbms.default_database=staging"),
    ],
)
def test_the_setting_that_opens_a_renamed_database_is_told(version: Version, setting: str) -> None:
    renamed = make_plan(step("staging", source=DatabaseName("neo4j")))
    (sentence,) = after_start(replace(renamed, version=version, edition=Edition.COMMUNITY))
    assert setting in sentence
