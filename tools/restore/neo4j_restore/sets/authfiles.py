"""The auth files of Neo4j 3.x, which hold its own users: their names, and where they lie beside a set. Pure.

No backup of 3.x has them. Whoever backs them up copies the folder `dbms` of the data folder.
Source: operations manual 3.5, "File locations".
"""

from typing import Final

# The files, and the folders that may hold them, in the order in which they are looked for.
NAMES: Final = ("auth", "roles", "auth.ini")
FOLDERS: Final = ("dbms", "auth")

# Roles alone are no use: a folder counts if it has one of these.
WITH_USERS: Final = frozenset({"auth", "auth.ini"})


def is_auth_file(path: str) -> bool:
    """Tell whether a key or path ends as that of an auth file does, such as `dbms/auth`."""
    folder, name = ("", *path.rsplit("/", 2))[-2:]
    return folder in FOLDERS and name in NAMES


def above(folder: str, top: str) -> list[str]:
    """Return `folder` and the folders above it up to `top`, nearest first. They end with a slash, or are empty.

    A `folder` that does not lie in `top` is returned alone.
    """
    folders = [folder]
    while folder != top and folder.startswith(top):
        folder = folder[: folder.rstrip("/").rfind("/") + 1]
        folders.append(folder)
    return folders
