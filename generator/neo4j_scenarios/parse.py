"""Texts of flags or of a scenario.yaml -> `Scenario`, or every problem that they have."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from neo4j_restore.spec import Invalid
from neo4j_scenarios import fields
from neo4j_scenarios.errors import Problem, UsageError, did_you_mean
from neo4j_scenarios.fields import FIELDS, Field
from neo4j_scenarios.hazards import hazards
from neo4j_scenarios.scenario import Scenario
from neo4j_scenarios.secrecy import WITHHELD, looks_like_key

T = TypeVar("T")


def flag(key: str) -> str:
    """Return how the command line calls an input."""
    return "SCENARIO" if key == fields.SCENARIO.key else f"--{key}"


def parse(inputs: Mapping[str, str], where: Callable[[str], str] = flag) -> Scenario:
    """Return the scenario that `inputs`, texts by the keys of `fields`, ask for.

    where: names the place of a key in messages; by default the flag. Raises UsageError with every problem.
    """
    reader = _Reader(inputs, where)
    scenario = _read(reader)
    problems = reader.problems + [
        Problem(where(hazard.key), hazard.what, hazard.hint)
        for hazard in hazards(scenario)
        if not reader.failed.intersection(hazard.keys)
    ]
    if problems:
        raise UsageError(*problems)
    return scenario


def _read(reader: "_Reader") -> Scenario:
    target, edition = reader.read(fields.TARGET), reader.read(fields.EDITION)
    secret, identity = reader.read(fields.SECRET), reader.read(fields.WORKLOAD_IDENTITY)
    return Scenario(
        kind=reader.read(fields.SCENARIO),
        target=target,
        bucket=reader.read(fields.BUCKET),
        databases=reader.read(fields.DATABASE),
        timestamp=reader.read(fields.TIMESTAMP),
        backup_set_dir=reader.read(fields.BACKUP_SET_DIR),
        overwrite=reader.read(fields.FORCE_OVERWRITE),
        restore_id=reader.read(fields.RESTORE_ID),
        accept_data_loss=reader.read(fields.ACCEPT_DATA_LOSS),
        keep_previous=reader.read(fields.KEEP_PREVIOUS),
        not_after=reader.read(fields.NOT_AFTER),
        on_missing=reader.read(fields.ON_MISSING),
        space_mode=reader.read(fields.SPACE_MODE),
        purge_on_complete=reader.read(fields.PURGE_ON_COMPLETE),
        secret=secret or ("" if identity else fields.DEFAULT_SECRET),
        workload_identity=identity,
        service_account=reader.read(fields.SERVICE_ACCOUNT),
        release=reader.read(fields.RELEASE),
        edition=edition,
        accept_license=reader.read(fields.ACCEPT_LICENSE),
        neo4j_image=reader.read(fields.NEO4J_IMAGE),
        neo4j_tag=reader.read(fields.NEO4J_TAG) or target.tag(edition),
        restore_image=reader.read(fields.RESTORE_IMAGE),
        restore_tag=reader.read(fields.RESTORE_TAG),
        restore_digest=reader.read(fields.RESTORE_DIGEST),
        storage_size=reader.read(fields.STORAGE_SIZE),
        storage_class=reader.read(fields.STORAGE_CLASS),
        heap_size=reader.read(fields.HEAP_SIZE),
        log_format=reader.read(fields.LOG_FORMAT),
        emulator_host=reader.read(fields.EMULATOR_HOST),
    )


class _Reader:
    """Reads inputs and gathers what is wrong; a field that failed goes on with a valid text, for the other checks."""

    def __init__(self, inputs: Mapping[str, str], where: Callable[[str], str]) -> None:
        self._inputs = inputs
        self._where = where
        self.failed: set[str] = set()
        known = {field.key for field in FIELDS}
        self.problems = [
            Problem(where(key), did_you_mean(key, known), "correct its name, or leave it out")
            for key in inputs
            if key not in known
        ]

    def read(self, field: Field[T]) -> T:
        text = self._inputs.get(field.key, field.default)
        try:
            return field.parse(_acceptable(text, field.required))
        except Invalid as error:
            self.failed.add(field.key)
            hint = f"{self._where(field.key)} takes for example {field.example}"
            self.problems.append(Problem(self._where(field.key), str(error), hint))
            return field.parse(field.default if field.default or not field.required else field.example)


def _acceptable(text: str, required: bool) -> str:
    if required and not text:
        message = "is missing"
        raise Invalid(message)
    if looks_like_key(text):
        message = f"is {WITHHELD}: a values file names a Secret, which `neo4j-scenarios secret` makes of a key file"
        raise Invalid(message)
    if not text.isprintable():
        message = f"{text!r} has a control character or a line's end in it"
        raise Invalid(message)
    return text
