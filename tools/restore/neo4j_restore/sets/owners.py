"""Which database a folder or file inside an archive belongs to, by its name. General names and stamps name none."""

import re
from typing import Final

from neo4j_restore.sets.catalog import time_of
from neo4j_restore.sets.kinds import split_ending
from neo4j_restore.sets.stems import aliases
from neo4j_restore.spec import LATEST, DatabaseName

# Words that backup tools and people use in names without naming a database. `test` or `prod` may well be a database.
_WORDS = (
    "archive archives backup backups bak copy current daily data databases db dump dumps export exports full home "
    "hourly incremental lib mnt monthly offline online opt restore restored root scratch snapshot snapshots srv temp "
    "tmp transactions var volume volumes weekly"
)

_GENERAL = frozenset(_WORDS.split())

_NUMBERS = re.compile(r"(?=.*\d)[\dTZ:._+ -]+", re.IGNORECASE)

# Below this folder Neo4j itself names folders, and only by the database.
_EXACT: Final = "databases"


def owner(path: str, database: DatabaseName, key: str, *, file: bool = False) -> str:
    """Return whose the folder or file `path` inside the object `key` is: a name, `database` itself, or empty.

    The innermost name decides, or the folder around it where that name is a stamp. Case is ignored, as in Neo4j.
    A general name says nothing. Neither does the object's own name at the top, where `tar czf X.tar.gz X` puts it.
    file: a file named with `latest` behind the database is that database's too. A folder `sales-latest` may be
    another's.
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
    """Tell whether a name says nothing about a database: it has only numbers and words such as `backup`, or none."""
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
