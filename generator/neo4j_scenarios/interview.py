"""Questions, one after the other, until their answers make a scenario that nothing is wrong with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from neo4j_restore.spec import Invalid
from neo4j_scenarios.fields import FIELDS, Field, access, cluster, deployment, wish
from neo4j_scenarios.parse import check, refused
from neo4j_scenarios.targets import CLUSTER, parse_kind

_FIELDS: Final = {field.key: field for field in FIELDS}


class Talk(Protocol):
    """How the interview reaches a person."""

    def ask(self, field: Field[object], default: str) -> str:
        """Return the answer for an input; an empty one takes the default."""
        ...

    def tell(self, what: str, hint: str) -> None:
        """Say what can't be, and what can."""
        ...


def _is_cluster(inputs: Mapping[str, str]) -> bool:
    return parse_kind(inputs[deployment.SCENARIO.key]) is CLUSTER


def _is_enterprise(inputs: Mapping[str, str]) -> bool:
    return inputs.get(deployment.EDITION.key) == "enterprise"


def _is_once(inputs: Mapping[str, str]) -> bool:
    return inputs.get(wish.FORCE_OVERWRITE.key) == "once"


@dataclass(frozen=True)
class _Question:
    field: Field[object]
    asked_of: Callable[[Mapping[str, str]], bool] = lambda _: True


# What nobody can guess. All else has a default that suits most, and a flag for the rest.
_QUESTIONS: Final = (
    _Question(deployment.SCENARIO),
    _Question(deployment.TARGET),
    _Question(wish.BUCKET),
    _Question(wish.DATABASE),
    _Question(wish.TIMESTAMP),
    _Question(wish.FORCE_OVERWRITE),
    _Question(wish.RESTORE_ID, _is_once),
    _Question(cluster.SERVERS, _is_cluster),
    _Question(deployment.EDITION),
    _Question(deployment.ACCEPT_LICENSE, _is_enterprise),
    _Question(access.WORKLOAD_IDENTITY),
    _Question(deployment.STORAGE_SIZE),
)


def interview(given: Mapping[str, str], talk: Talk) -> dict[str, str]:
    """Return the inputs of a scenario that `parse` takes: those `given`, which are not asked for, and the answers.

    An answer that its rule refuses is asked for again; so is all that a hazard is about, until there is none.
    """
    inputs = dict(given)
    for key, text in given.items():
        _answer(_FIELDS[key], talk, inputs, text)
    for question in _QUESTIONS:
        if question.field.key not in given and question.asked_of(inputs):
            _answer(question.field, talk, inputs)
    while found := refused(inputs):
        talk.tell(found[0].what, found[0].hint)
        for key in found[0].keys:
            _answer(_FIELDS[key], talk, inputs)
    return {key: text for key, text in inputs.items() if text}


def _answer(field: Field[object], talk: Talk, inputs: dict[str, str], text: str | None = None) -> None:
    """Put an answer that the input's rule takes into `inputs`; text: one that was given already."""
    default = inputs.get(field.key) or field.default
    while True:
        found = talk.ask(field, default) if text is None else text
        try:
            check(field, found)
        except Invalid as error:
            talk.tell(str(error), f"{field.key} takes for example {field.example}")
            text = None
        else:
            inputs[field.key] = found
            return
