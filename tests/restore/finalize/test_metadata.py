"""A metadata script passes whole, or is refused with the line that is foreign. What is sent is what was judged."""

import time

import pytest

from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.finalize import cypher, metadata
from neo4j_restore.finalize.metadata import Subject
from neo4j_restore.spec import DatabaseName

SALES = DatabaseName("sales")

SCRIPT = """\
// Written by neo4j-admin; with a comment.
CREATE ROLE `reporting; team` IF NOT EXISTS;
GRANT ACCESS ON DATABASE $database TO `reporting; team`;
GRANT READ {name, `ON`} ON GRAPH $database NODES Person, `Odd``Label` TO reader;
DENY TRAVERSE ON GRAPH sales RELATIONSHIPS * TO reader;
GRANT MATCH {*} ON HOME GRAPH ELEMENTS * TO reader; /* inline */ GRANT WRITE ON GRAPH * TO reader;
ALTER DATABASE $database SET ACCESS READ ONLY;
CREATE USER `anna` SET ENCRYPTED PASSWORD '1,5e884898da28,0a1b2c' CHANGE NOT REQUIRED;
GRANT ROLE `reporting; team` TO anna
"""


def replays(script: str) -> tuple[metadata.Replay, ...]:
    return metadata.replays(script, SALES, "/data/script")


def test_a_script_of_roles_privileges_settings_and_users_passes() -> None:
    subjects = [each.subject for each in replays(SCRIPT)]
    privileges = [Subject.PRIVILEGE] * 5
    assert subjects == [Subject.ROLE, *privileges, Subject.SETTING, Subject.USER, Subject.USER]


def test_what_is_sent_has_no_comment_and_can_run_twice() -> None:
    sent = [each.cypher for each in replays(SCRIPT)]
    assert sent[0] == "CREATE ROLE `reporting; team` IF NOT EXISTS"
    assert sent[2] == "GRANT READ { name , `ON` } ON GRAPH $database NODES Person , `Odd``Label` TO reader"
    assert sent[7].startswith("CREATE USER `anna` IF NOT EXISTS SET ENCRYPTED PASSWORD '1,5e884898da28,0a1b2c'")


def test_no_password_is_shown() -> None:
    replayed = replays(SCRIPT)
    assert "5e884898" not in "".join(f"{each.shown} {each!r}".replace(each.cypher, "") for each in replayed)
    assert [each.passwords for each in replayed if each.passwords] == [("1,5e884898da28,0a1b2c",)]


FOREIGN = {
    "data": "MATCH (n) DETACH DELETE n",
    "a procedure": "CALL dbms.setConfigValue('a', 'b')",
    "a dropped database": "DROP DATABASE sales",
    "a replaced database": "CREATE OR REPLACE DATABASE sales",
    "a seed from anywhere": "CREATE DATABASE $database OPTIONS {existingData: 'use', seedURI: 's3://theirs/a.backup'}",
    "a dropped user": "DROP USER neo4j",
    "a privilege of the server": "GRANT ALL DBMS PRIVILEGES ON DBMS TO PUBLIC",
    "one in disguise": "GRANT ALL {x ON GRAPH y} ON DBMS TO PUBLIC",
    "a procedure's privilege": "GRANT EXECUTE PROCEDURE * ON DBMS TO PUBLIC",
    "a load from anywhere": "GRANT LOAD ON ALL DATA TO PUBLIC",
    "a taken privilege": "REVOKE ACCESS ON DATABASE $database FROM reader",
    "a server": "ENABLE SERVER 'a'",
    "an alias": "CREATE ALIAS sales FOR DATABASE neo4j",
    "a command of cypher-shell": ":use system",
    "two in one": "CREATE ROLE a IF NOT EXISTS CREATE ROLE b",
}


@pytest.mark.parametrize("statement", FOREIGN.values(), ids=FOREIGN)
def test_a_foreign_statement_refuses_the_whole_script(statement: str) -> None:
    with pytest.raises(BackupDamagedError, match=r"line 2 is foreign|not on a database") as raised:
        replays(f"CREATE ROLE reader;\n{statement};\n")
    assert "METADATA=none" in raised.value.hint


@pytest.mark.parametrize(
    "statement",
    [
        "GRANT ACCESS ON DATABASE payroll TO PUBLIC",
        "GRANT ACCESS ON DATABASES $database, `Payroll` TO PUBLIC",
        "GRANT READ {*} ON GRAPH `pay.roll` NODES * TO PUBLIC",
        "GRANT READ {*} ON GRAPH pay.roll NODES * TO PUBLIC",
        "ALTER DATABASE payroll SET ACCESS READ WRITE",
        "STOP DATABASE payroll",
    ],
)
def test_another_database_is_refused(statement: str) -> None:
    with pytest.raises(BackupDamagedError, match=r"line 1 is about another database, 'pay\.?roll'"):
        replays(statement)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("CREATE ROLE `a\\u0060 ; DROP DATABASE sales", "escape"),
        ("CREATE ROLE 'a", 'unexpected "\'"'),
        ("CREATE ROLE `a", "unexpected '`'"),
        ("/* CREATE ROLE a;", "foreign"),
        ("GRANT ACCESS ON DATABASE $other TO a", "another database"),
        ("CREATE USER a SET PASSWORD $password", r"unknown parameter \$password"),
        ("CREATE ROLE a\x00", "unexpected"),
        ("CREATE ROLE a;" * (cypher.MOST_STATEMENTS + 1), "more than 10000 statements"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(script: str, why: str) -> None:
    with pytest.raises(BackupDamagedError, match=why):
        replays(script)


def test_a_password_in_a_foreign_statement_is_not_repeated() -> None:
    with pytest.raises(BackupDamagedError) as raised:
        replays("ALTER CURRENT USER SET PASSWORD FROM 'hush-hush' TO 'hush'")
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_a_comment_ends_with_any_line_break(end: str) -> None:
    with pytest.raises(BackupDamagedError, match="DROP DATABASE"):
        replays(f"CREATE ROLE a; // a comment{end}DROP DATABASE sales")


def test_the_creation_of_the_database_is_told_apart() -> None:
    statements = replays("CREATE DATABASE $database IF NOT EXISTS; STOP DATABASE sales")
    assert [each.subject for each in statements] == [Subject.CREATION, Subject.CREATION]


def test_a_script_says_its_version_of_cypher_or_needs_one() -> None:
    statements = replays("CYPHER 25 CREATE ROLE a; CREATE ROLE a; CREATE AUTH RULE r SET CONDITION true")
    assert [each.dialect for each in statements] == ["25", "", "25"]
    assert statements[0].cypher == "CREATE ROLE a IF NOT EXISTS"


def test_an_empty_script_has_nothing_to_replay() -> None:
    assert replays(" ;; // nothing\n") == ()


@pytest.mark.parametrize("text", ["`" * 400_001, "'" + "\\" * 400_000, "/*" + "*" * 400_000, "GRANT " * 60_000])
def test_a_hostile_script_takes_no_long_time(text: str) -> None:
    started = time.process_time()
    with pytest.raises(BackupDamagedError):
        replays(text)
    # A pattern that tries everything would take hours.
    assert time.process_time() - started < 60


@pytest.mark.parametrize(("name", "text"), [("sales", "`sales`"), ("a`b; c", "`a``b; c`"), ("", "``")])
def test_a_name_is_quoted(name: str, text: str) -> None:
    assert cypher.quoted(name) == text
