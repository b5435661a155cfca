"""The names of databases. Standard library only."""

import re
from typing import Final, NewType

from neo4j_restore.rules import Invalid

DatabaseName = NewType("DatabaseName", str)

SYSTEM: Final = DatabaseName("system")

# Neo4j's rule for names, with 3.x's `graph.db`: operations manual, "Manage databases", naming rules.
_DATABASE = re.compile(r"[A-Za-z][A-Za-z0-9.-]{2,62}")


def parse_database(text: str) -> DatabaseName:
    """Return the name of the folder of the database `text`. Raises Invalid.

    From 4.0 on Neo4j folds names to lower case, so `Neo4j` is `neo4j`. 3.x does not fold: there the names that `folded`
    returns may mean another database.
    """
    name = text.lower()
    if not _DATABASE.fullmatch(text) or (name.startswith("system") and name != SYSTEM):
        message = f"{text!r} is not a database name (3 to 63 of a-z, 0-9, '.', '-', a letter first, not system…)"
        raise Invalid(message)
    return DatabaseName(name)


def parse_databases(text: str) -> tuple[DatabaseName, ...]:
    """Return the names in a comma-separated list, in its order.

    Raises Invalid for a bad, doubled or missing name. Two names that only differ in case are the same.
    """
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        message = f"{text!r} has an empty name: expected names with commas between them, such as 'neo4j,system'"
        raise Invalid(message)
    databases = tuple(parse_database(name) for name in names)
    if len(set(databases)) < len(databases):
        message = f"{text!r} names a database twice"
        raise Invalid(message)
    return databases


def folded(text: str) -> tuple[str, ...]:
    """Return the names in a comma-separated list that have upper case, as they are spelled."""
    return tuple(name.strip() for name in text.split(",") if name != name.lower())
