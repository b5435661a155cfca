"""The names of databases. Standard library only."""

import re
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Naming:
    """One database of a request.

    target: its name on the volume. source: the database whose set it gets. With another name, it is a rename.
    """

    target: DatabaseName
    source: DatabaseName

    @property
    def is_rename(self) -> bool:
        """Tell whether the database gets another name than it has in its set."""
        return self.target != self.source

    def __str__(self) -> str:
        """Return it as DATABASE has it: `neo4j`, or `staging=neo4j` for a rename."""
        return f"{self.target}={self.source}" if self.is_rename else self.target


def parse_databases(text: str) -> tuple[Naming, ...]:
    """Return the databases in a comma-separated list, in its order. `staging=neo4j` gives the set of neo4j the name
    staging.

    Raises Invalid for a bad, doubled or missing name, and for a rename of system. Two names that only differ in case
    are the same.
    """
    entries = [[name.strip() for name in entry.split("=")] for entry in text.split(",")]
    if not all(name for names in entries for name in names):
        message = f"{text!r} has an empty name: expected names with commas between them, such as 'neo4j,system'"
        raise Invalid(message)
    namings = tuple(_naming(names) for names in entries)
    _refuse_doubled(text, namings)
    return namings


def _naming(names: list[str]) -> Naming:
    if len(names) > 2:
        message = f"{'='.join(names)!r} has more than one '=': expected two names, such as staging=neo4j"
        raise Invalid(message)
    naming = Naming(parse_database(names[0]), parse_database(names[-1]))
    if naming.is_rename and SYSTEM in {naming.target, naming.source}:
        message = f"{naming} renames system: each server has just one, and it keeps its name"
        raise Invalid(message)
    return naming


def _refuse_doubled(text: str, namings: tuple[Naming, ...]) -> None:
    if len({each.target for each in namings}) < len(namings):
        message = f"{text!r} names a database twice"
        raise Invalid(message)
    sources = [each.source for each in namings]
    doubled = next((each for each in sources if sources.count(each) > 1), None)
    if doubled:
        # What a broken download left, a lock's pin and a shelf of sets are all kept by the name of the set's database.
        message = f"{text!r} restores the set of {doubled} twice: use a request of its own for the second database"
        raise Invalid(message)


def folded(text: str) -> tuple[str, ...]:
    """Return the names in a list of databases that have upper case, as they are spelled."""
    return tuple(name.strip() for name in re.split("[,=]", text) if name != name.lower())
