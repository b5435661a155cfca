"""The values of the variables in an environment, and all problems with them, in the order of the table.

`settings` makes settings of the values. The generator reports the problems before there is a pod.
Standard library only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar

from neo4j_restore.policies import Overwrite, SpaceMode
from neo4j_restore.rules import Invalid
from neo4j_restore.secrecy import WITHHELD, looks_like_key, shown
from neo4j_restore.variables import (
    DATABASE,
    FORCE_OVERWRITE,
    KEEP_PREVIOUS,
    RESTORE_UNTIL,
    SPACE_MODE,
    VARIABLES,
    Content,
    Variable,
)

T = TypeVar("T")

# A text is None if it is not known: a values file may take it from a Secret.
Environment = Mapping[str, str | None]

KEY_FOUND: Final = f"{WITHHELD}. Put the key into a file, and set the variable to its path. A URL has no user"

_BY_NAME: Final = {variable.name: variable for variable in VARIABLES}


class Problem(NamedTuple):
    """A variable that is missing or malformed. what: names it, and repeats no key. hint: empty for the usual one."""

    name: str
    what: str
    hint: str = ""


@dataclass(frozen=True)
class Values:
    """The values of the variables that have one, by name."""

    by_name: Mapping[str, Any]

    def __getitem__(self, variable: Variable[T]) -> T:
        """Return the value of a variable that is required or has a default."""
        value: T = self.by_name[variable.name]
        return value

    def get(self, variable: Variable[T]) -> T | None:
        """Return the value of a variable, or None if it has none."""
        return self.by_name.get(variable.name)


def read(environment: Environment) -> tuple[Values, tuple[Problem, ...]]:
    """Return all values and all problems. See `read_each`."""
    values, problems = read_each(environment, VARIABLES)
    return values, (*problems, *_reclaiming(values, environment), *_of_several(values))


def read_each(environment: Environment, variables: Sequence[Variable[Any]]) -> tuple[Values, list[Problem]]:
    """Return the values of these variables, and the problems with each of them. An empty variable counts as unset.

    A variable that is not known has no value and no problem, and nor has one that depends on it.
    """
    values: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for variable in sorted(variables, key=_depth):
        text = text_of(environment, variable)
        if text is None or (variable.given and environment.get(variable.given, "") is None):
            continue
        if not text:
            if variable.required:
                problems[variable.name] = Problem(variable.name, f"{variable.name} is not set")
            continue
        given = [values.get(variable.given)] if variable.given else []
        try:
            values[variable.name] = parse(variable, text, *given)
        except Invalid as error:
            problems[variable.name] = Problem(variable.name, f"{variable.name}: {error}")
    return Values(values), [problems[variable.name] for variable in variables if variable.name in problems]


def text_of(environment: Environment, variable: Variable[Any]) -> str | None:
    """Return the text of a variable without blanks around it, or its default, or None if the text is not known."""
    text = environment.get(variable.name, "")
    return None if text is None else text.strip() or variable.default


def parse(variable: Variable[T], text: str, *given: Any) -> T:
    """Return the value of a text. Raises Invalid, which does not repeat the text if it may be a key."""
    if variable.content is Content.TEXT and looks_like_key(text):
        raise Invalid(KEY_FOUND)
    try:
        return variable.rule(text, *given)
    except Invalid as error:
        raise Invalid(KEY_FOUND if looks_like_key(text) else shown(str(error))) from error


def _depth(variable: Variable[Any]) -> int:
    """Return how many variables have to be read before this one."""
    return 1 + _depth(_BY_NAME[variable.given]) if variable.given else 0


def _reclaiming(values: Values, environment: Environment) -> list[Problem]:
    """Return the problem of a SPACE_MODE that the other policies do not allow."""
    if values.get(SPACE_MODE) is not SpaceMode.RECLAIM:
        return []
    if any(environment.get(other.name, "") is None for other in (FORCE_OVERWRITE, KEEP_PREVIOUS)):
        return []
    if values.get(FORCE_OVERWRITE) is Overwrite.ALWAYS and not values.get(KEEP_PREVIOUS):
        return []
    return [
        Problem(
            SPACE_MODE.name,
            "SPACE_MODE: reclaim needs FORCE_OVERWRITE true, and can't be combined with KEEP_PREVIOUS",
            "use SPACE_MODE keep, and a volume with room for the old and the new data",
        )
    ]


def _of_several(values: Values) -> list[Problem]:
    """Return the problem of a transaction id for several databases. Each database counts its own transactions."""
    until, databases = values.get(RESTORE_UNTIL), values.get(DATABASE) or ()
    if until is None or until.moment or len(databases) < 2:
        return []
    message = f"RESTORE_UNTIL: {until} is a transaction id of one database, but DATABASE names {len(databases)}"
    return [Problem(RESTORE_UNTIL.name, message, "set RESTORE_UNTIL to a time such as 2026-01-31T02:00:00Z")]
