"""Whose a folder or a file inside an archive is, by its name; general names and stamps tell nothing."""

import re
from typing import Final

from neo4j_restore.catalog import time_of
from neo4j_restore.kinds import split_ending
from neo4j_restore.naming import aliases
from neo4j_restore.spec import LATEST, DatabaseName

# Words of names that backup tools and people give without naming a database. `test` or `prod` may well be one.
_WORDS = (
    "archive archives backup backups bak copy current daily data databases db dump dumps export exports full home "
    "hourly incremental lib mnt monthly offline online opt restore restored root scratch snapshot snapshots srv temp "
    "tmp transactions var volume volumes weekly"
)

_GENERAL = frozenset(_WORDS.split())

_NUMBERS = re.compile(r"(?=.*\d)[\dTZ:._+ -]+", re.IGNORECASE)

# Below it Neo4j itself names folders, and by nothing but the database.
_EXACT: Final = "databases"


def owner(path: str, database: DatabaseName, key: str, *, file: bool = False) -> str:
    """Return whose the folder or file `path` inside the object `key` is: a name, `database` itself, or nothing.

    The innermost name tells, or what is around it where that is a stamp. Case is folded, as Neo4j folds it.
    Nothing is told by a general name, or by the object's own name at the top, as `tar czf X.tar.gz X` packs it.
    file: a name with `latest` behind it is the database's as well; a folder `sales-latest` may be another database's.
    """
    names = [*path.split("/")[:-1], stem_of(path)] if file else path.split("/")
    for depth in range(len(names) - 1, -1, -1):
        name = names[depth]
        exact = depth > 0 and names[depth - 1].casefold() == _EXACT
        if _is_own(name, database, exact=exact, latest=file):
            return database
        if _is_stamp(name) and not exact:
            continue
        at_top = depth == 0 and name.casefold() == stem_of(key).casefold()
        return "" if not exact and (at_top or is_general(name)) else name
    return ""


def stem_of(key: str) -> str:
    """Return an object's or file's name without its folders and its ending."""
    return split_ending(key.rpartition("/")[2])[0]


def is_general(name: str) -> bool:
    """Tell whether a name says nothing of a database: words as `backup`, numbers, or none."""
    words = [word for word in re.split(r"[\W_]+", name.casefold()) if word]
    return all(word in _GENERAL or word == LATEST or word.isdigit() for word in words) or _is_stamp(name)


def _is_own(name: str, database: DatabaseName, *, exact: bool, latest: bool) -> bool:
    folded = name.casefold()
    for alias in aliases(database):
        if folded == alias:
            return True
        rest = folded.removeprefix(alias)
        if not exact and rest != folded and rest[0] in "-_." and is_general(rest[1:]):
            return latest or rest[1:] != LATEST
    return False


def _is_stamp(name: str) -> bool:
    return time_of(name) is not None or _NUMBERS.fullmatch(name) is not None
