"""Whether the bytes of auth files of Neo4j 3.x have the form that Neo4j reads. Pure.

`auth` has a line for each user: its name, the hash of its password, and its flags. `auth.ini` has the same form, and is
used only while there is no user. `roles` has a line for each role: its name, and the names of its users. A message
never repeats anything of a line.
Source: operations manual 3.5, "Native user and role management"; files that 3.3.5 has written.
"""

import re
from collections.abc import Mapping
from typing import Final

from neo4j_restore.errors import BackupDamagedError

# A line has some 150 bytes, so this is room for thousands of users.
MOST_BYTES: Final = 1024 * 1024

# Neo4j takes visible ASCII without comma and colon for the name of a user, and letters, digits and `_` for a role's.
_NAME = r"[\x21-\x2b\x2d-\x39\x3b-\x7e]+"
_FLAG = "(?:password_change_required|is_suspended)"
_USER = re.compile(rf"({_NAME}):SHA-256,[0-9A-Fa-f]{{64}},(?:[0-9A-Fa-f]{{2}})+:(?:{_FLAG}(?:,{_FLAG})*)?".encode())
_ROLE = re.compile(rf"[A-Za-z0-9_]+:((?:{_NAME}(?:,{_NAME})*)?)".encode())

_HINT: Final = "copy the folder dbms of the server to the bucket once more, or set AUTH_FILES to false"


def check(files: Mapping[str, bytes], folder: str) -> None:
    """Raise BackupDamagedError unless all files have the right form. folder: their URL or path, with a slash.

    files: by their names. A file without a line counts as cut: with an empty `auth`, Neo4j makes a user whose password
    everyone knows.
    """
    users = {name: _users(data, _ROLE if name == "roles" else _USER, folder + name) for name, data in files.items()}
    declared = users.get("auth", users.get("auth.ini", set()))
    # Neo4j writes both files together, and takes a user that is removed out of both. A new user of that name would get
    # the role.
    if unknown := users.get("roles", set()) - declared:
        message = (
            f"{folder}roles names {len(unknown)} users that {folder}auth does not have: one of these files was cut, or "
            "they are of two times"
        )
        raise BackupDamagedError(message, hint=_HINT)


def check_size(size_bytes: int, name: str) -> None:
    """Raise BackupDamagedError for a file that is too large. name: its URL or path."""
    if size_bytes > MOST_BYTES:
        message = f"{name} has {size_bytes} bytes or more, and an auth file has at most {MOST_BYTES}"
        raise BackupDamagedError(message, hint=_HINT)


def _users(data: bytes, form: re.Pattern[bytes], name: str) -> set[bytes]:
    """Return the names of users in a file. name: of the file, for messages."""
    check_size(len(data), name)
    lines = {number: form.fullmatch(line) for number, line in enumerate(data.split(b"\n"), 1) if line}
    if not lines:
        message = f"{name} is empty"
        raise BackupDamagedError(message, hint=_HINT)
    if wrong_lines := [number for number, matched in lines.items() if matched is None]:
        message = f"line {wrong_lines[0]} of {name} does not have the form of an auth file of Neo4j 3.x"
        raise BackupDamagedError(message, hint=_HINT)
    return {user for matched in lines.values() if matched for user in matched[1].split(b",") if user}
