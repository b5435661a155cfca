"""The inputs of a scenario by subject, and all of them in one order."""

from types import ModuleType
from typing import Final

from neo4j_scenarios.inputs.fields import access, cluster, deployment, ldap, pod, request
from neo4j_scenarios.inputs.fields.field import Field

__all__ = ["FIELDS", "Field", "access", "cluster", "deployment", "ldap", "pod", "request"]


def _in(subject: ModuleType) -> list[Field[object]]:
    """Return the inputs of a module, in the order in which they are declared."""
    return [each for each in vars(subject).values() if isinstance(each, Field)]


_FIRST: Final = (deployment.SCENARIO, deployment.TARGET)
_LAST: Final = (access.EMULATOR_HOST,)
_BY_SUBJECT: Final = [each for subject in (request, access, cluster, ldap, deployment, pod) for each in _in(subject)]

# The order of `new --help`, of the command in a file's header, and of the README's table.
FIELDS: Final[tuple[Field[object], ...]] = (
    *_FIRST,
    *(each for each in _BY_SUBJECT if each not in (*_FIRST, *_LAST)),
    *_LAST,
)
