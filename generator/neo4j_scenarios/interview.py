"""Asks questions one at a time, until the answers make a valid scenario."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from neo4j_restore.spec import SYSTEM, Invalid, parse_databases
from neo4j_scenarios.inputs.fields import FIELDS, Field, access, cluster, deployment, request
from neo4j_scenarios.parse import check, refused
from neo4j_scenarios.targets import CLUSTER, parse_kind

_FIELDS: Final = {field.key: field for field in FIELDS}


class Talk(Protocol):
    """How the interview reaches a person."""

    def ask(self, field: Field[object], default: str) -> str:
        """Return the answer for an input. An empty answer takes the default."""
        ...

    def tell(self, what: str, hint: str) -> None:
        """Show a mistake, and how to correct it."""
        ...

    def note(self, what: str) -> None:
        """Show what an answer brings, before the next question."""
        ...


def _is_cluster(inputs: Mapping[str, str]) -> bool:
    return parse_kind(inputs[deployment.SCENARIO.key]) is CLUSTER


def _is_enterprise(inputs: Mapping[str, str]) -> bool:
    return inputs.get(deployment.EDITION.key) == "enterprise"


def _is_once(inputs: Mapping[str, str]) -> bool:
    return inputs.get(request.FORCE_OVERWRITE.key) == "once"


@dataclass(frozen=True)
class _Question:
    field: Field[object]
    applies: Callable[[Mapping[str, str]], bool] = lambda _: True


# The inputs that only the operator can know. All others have a default that suits most, and a flag for the rest.
_QUESTIONS: Final = (
    _Question(deployment.SCENARIO),
    _Question(deployment.TARGET),
    _Question(request.BUCKET),
    _Question(request.DATABASE),
    _Question(request.TIMESTAMP),
    _Question(request.FORCE_OVERWRITE),
    _Question(request.RESTORE_ID, _is_once),
    _Question(cluster.SERVERS, _is_cluster),
    _Question(deployment.EDITION),
    _Question(deployment.ACCEPT_LICENSE, _is_enterprise),
    _Question(access.WORKLOAD_IDENTITY),
    _Question(deployment.STORAGE_SIZE),
)


_WITH_SYSTEM: Final = (
    "system brings the users, roles, privileges and passwords of the day of its backup. The password that the chart "
    "sets or prints is not valid after the restore"
)


def interview(flags: Mapping[str, str], talk: Talk) -> dict[str, str]:
    """Return the inputs of a scenario that `parse` takes: those of `flags`, which are not asked for, and the answers.

    A question is asked again if the input's rule refuses the answer. The inputs of a hazard are asked for again until
    there is no hazard left.
    """
    inputs = dict(flags)
    for key, text in flags.items():
        _answer(_FIELDS[key], talk, inputs, text)
    for question in _QUESTIONS:
        if question.field.key not in flags and question.applies(inputs):
            _answer(question.field, talk, inputs)
    while hazards := refused(inputs):
        talk.tell(hazards[0].what, hazards[0].hint)
        for key in hazards[0].keys:
            _answer(_FIELDS[key], talk, inputs)
    return {key: text for key, text in inputs.items() if text}


def _answer(field: Field[object], talk: Talk, inputs: dict[str, str], text: str | None = None) -> None:
    """Put a valid answer into `inputs`. text: an answer that a flag gave already."""
    default = inputs.get(field.key) or field.default
    while True:
        answer = talk.ask(field, default) if text is None else text
        try:
            check(field, answer)
        except Invalid as error:
            talk.tell(str(error), f"use a value such as {field.example}")
            text = None
        else:
            inputs[field.key] = answer
            if field.key == request.DATABASE.key and SYSTEM in (each.target for each in parse_databases(answer)):
                talk.note(_WITH_SYSTEM)
            return
