"""Signatures that are made, not written: typer reads the options of a command from its parameters."""

import inspect
from collections.abc import Callable, Collection, Sequence
from dataclasses import MISSING, Field, fields
from functools import wraps
from typing import Any, Final, TypeVar, get_type_hints

T = TypeVar("T")

Command = Callable[..., int]

BY_NAME: Final = inspect.Parameter.POSITIONAL_OR_KEYWORD


def signed(command: Command, parameters: Sequence[inspect.Parameter]) -> Command:
    """Give a command the parameters. It gets the arguments by their names."""
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # any function has one
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


def takes(options: type[T], *, without: Collection[str] = ()) -> Callable[[Callable[[T], int]], Command]:
    """Give a command one parameter for each field of a dataclass. The command gets them as one object.

    without: fields that the command does not take. They have their defaults.
    """
    hints = get_type_hints(options, include_extras=True)
    parameters = [
        inspect.Parameter(field.name, BY_NAME, default=_default(field), annotation=hints[field.name])
        for field in fields(options)  # type: ignore[arg-type] # it is a dataclass
        if field.name not in without
    ]

    def decorate(command: Callable[[T], int]) -> Command:
        @wraps(command)
        def run(**arguments: Any) -> int:
            return command(options(**arguments))

        return signed(run, parameters)

    return decorate


def _default(field: Field[Any]) -> Any:
    return inspect.Parameter.empty if field.default is MISSING else field.default
