"""The form of auth files of Neo4j 3.x: what Neo4j writes is taken, anything else is damage, and no message has it."""

import pytest
from tests.support.authfiles import auth_files, user

from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.inspection.authfiles import MOST_BYTES, check

ROLES = "admin:{}\nreader:\n"

RIGHT = {
    "a user of each flag": {
        "auth": user("a") + user("b", "password_change_required") + user("c", "password_change_required,is_suspended")
    },
    "without a line break at the end": {"auth": user("neo4j").rstrip("\n")},
    "with signs in a name": {"auth": user("Jane.O'Neil+1@example"), "roles": ROLES.format("Jane.O'Neil+1@example")},
    "the first user alone": {"auth.ini": user("neo4j", "password_change_required")},
    "roles of the first user": {"auth.ini": user("neo4j"), "roles": ROLES.format("neo4j")},
    "roles without users": {"auth": user("neo4j"), "roles": ROLES.format("")},
}

WRONG = {
    "empty": ({"auth": ""}, "auth is empty"),
    "only line breaks": ({"auth": "\n\n"}, "auth is empty"),
    "a short hash": ({"auth": user("neo4j").replace(",", ",0", 1)}, "line 1 of"),
    "another hash": ({"auth": user("a") + user("b").replace("SHA-256", "MD5")}, "line 2 of"),
    "an unknown flag": ({"auth": user("neo4j", "password_change_requ")}, "line 1 of"),
    "a name with a blank": ({"auth": user("neo 4j")}, "line 1 of"),
    "a role's name with a blank": ({"auth": user("a"), "roles": "my role:a\n"}, "line 1 of"),
    "a comma at the end of a role": ({"auth": user("a"), "roles": "admin:a,\n"}, "line 1 of"),
    "a role of an unknown user": ({"auth": user("a"), "roles": "admin:a,b\n"}, "names 1 users that"),
    "a web page": ({"auth": "<!doctype html>"}, "line 1 of"),
    "too large": ({"auth": user("neo4j") * (MOST_BYTES // 100)}, f"at most {MOST_BYTES}"),
}


def encoded(files: dict[str, str]) -> dict[str, bytes]:
    return {name: text.encode() for name, text in files.items()}


@pytest.mark.parametrize("files", RIGHT.values(), ids=RIGHT)
def test_what_neo4j_writes_is_taken(files: dict[str, str]) -> None:
    check(encoded(files), "gs://b/dbms/")


@pytest.mark.parametrize(("files", "message"), WRONG.values(), ids=WRONG)
def test_anything_else_is_damage(files: dict[str, str], message: str) -> None:
    with pytest.raises(BackupDamagedError, match=message) as raised:
        check(encoded(files), "gs://b/dbms/")
    assert "SHA" not in str(raised.value)


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_cut_anywhere_in_the_last_line_of_users_is_damage(cut: int) -> None:
    files = auth_files("neo4j", "early")
    with pytest.raises(BackupDamagedError):
        check({"auth": files["auth"][: -1 - cut]}, "gs://b/dbms/")
