"""The command `schema`: it prints JSON Schemas for editors."""

from enum import StrEnum
from typing import Annotated

import typer

from neo4j_scenarios.console import put_json


class Kind(StrEnum):
    """The files that have a schema."""

    FLEET = "fleet"
    SCENARIO = "scenario"
    LOCK = "lock"


def schema(
    kind: Annotated[
        Kind, typer.Argument(metavar="[fleet|scenario|lock]", help="file whose schema is printed")
    ] = Kind.FLEET,
) -> None:
    """print the JSON Schema of a fleet file, a scenario.yaml or a lock"""
    from neo4j_scenarios.fleet.schema import SCHEMAS

    put_json(SCHEMAS[kind.value]())
