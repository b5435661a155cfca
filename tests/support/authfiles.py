"""Auth files of Neo4j 3.x, of the form that 3.3.5 writes."""

import hashlib
from collections.abc import Mapping


def user(name: str, flags: str = "") -> str:
    """Return a user's line of `auth`. The hash is made of the name, so that a test can look for it in a log."""
    return f"{name}:SHA-256,{_hex(name)},{_hex(f'salt {name}')}:{flags}\n"


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest().upper()


def auth_files(*names: str) -> dict[str, bytes]:
    """Return `auth` and `roles` with these users. The first is an admin, the others are readers."""
    roles = f"admin:{names[0]}\narchitect:\npublisher:\neditor:\nreader:{','.join(names[1:])}\n"
    return {"auth": "".join(map(user, names)).encode(), "roles": roles.encode()}


def below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files by their paths in a folder, which ends with a slash."""
    return {f"{folder}{name}": data for name, data in files.items()}
