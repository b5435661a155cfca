"""The command `new`: it writes the values file of one scenario, whose inputs are flags."""

import inspect
from typing import Annotated, Any

import typer

from neo4j_scenarios.commands.delivery import deliver, show
from neo4j_scenarios.commands.options import Check, File, Force, Json, Quiet
from neo4j_scenarios.commands.signature import BY_NAME, Command, signed
from neo4j_scenarios.console import ask, complain, say
from neo4j_scenarios.errors import Problem, UsageError
from neo4j_scenarios.inputs.fields import FIELDS, Field, deployment
from neo4j_scenarios.inputs.structure import ListOf

# Help shows an input's example as its metavar. These examples are too long for the column.
_METAVARS = {"restore-digest": "sha256:DIGITS", "ldap-groups": "GROUP=ROLE;..."}
_METAVARS |= {field.key: "LIST" for field in FIELDS if isinstance(field.parse, ListOf)}


def _option(field: Field[object]) -> Any:
    metavar = _METAVARS.get(field.key, field.example)
    return typer.Option(f"--{field.key}", metavar=metavar, help=field.help, show_default=False)


def _parameter(field: Field[object]) -> inspect.Parameter:
    annotation: Any = Annotated[str | None, _option(field)]
    default: bool | None = None
    if field is deployment.SCENARIO:
        argument = typer.Argument(metavar="SCENARIO", help=field.meaning, show_default=False)
        return inspect.Parameter("scenario", BY_NAME, default="", annotation=Annotated[str, argument])
    if field.switch:
        option = typer.Option(f"--{field.key}", help=field.meaning, show_default=False)
        annotation, default = Annotated[bool, option], False
    return inspect.Parameter(field.key.replace("-", "_"), BY_NAME, default=default, annotation=annotation)


def _with_inputs(function: Command) -> Command:
    """Give a command one parameter for each input, before its own. typer reads them from its signature."""
    options = [each for each in inspect.signature(function).parameters.values() if each.kind is BY_NAME]
    inputs = sorted(map(_parameter, FIELDS), key=lambda each: each.default is not inspect.Parameter.empty)
    return signed(function, [*inputs, *options])


class _Person:
    """The person who answers the questions of `new --interactive` on stdin. Questions go to stderr."""

    def ask(self, field: Field[object], default: str) -> str:
        return ask(f"\n{field.meaning}\n{field.key}", default)

    def tell(self, what: str, hint: str) -> None:
        complain(what, hint)

    def note(self, what: str) -> None:
        say(f"note: {what}")


def _warn(image: str) -> None:
    """Warn of a restore image that no node can pull."""
    if "/" not in image:
        say(f"warning: restore-image is {image}, without a registry: only nodes that were given the image can run it")
        say("try: build and push it as tools/restore/README.md says, then add --restore-image REGISTRY/neo4j-restore")


@_with_inputs
def new(
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="ask for missing inputs, one question at a time")
    ] = False,
    output: File = None,
    force: Force = False,
    check: Check = False,
    as_json: Json = False,
    quiet: Quiet = False,
    **flags: Any,
) -> int:
    """write the values file of one scenario"""
    from neo4j_scenarios.inputs.scenario import command
    from neo4j_scenarios.parse import parse
    from neo4j_scenarios.render.values_file import render

    if check and output is None:
        raise UsageError(Problem("--check", "has no file to compare with", "name the file with -o"))
    # An input that is not set stays out, so that the field's default applies.
    values = {field.key: flags[field.key.replace("-", "_")] for field in FIELDS}
    texts = {key: str(value).lower() if value is True else value for key, value in values.items() if value}
    if interactive:
        from neo4j_scenarios.interview import interview

        texts = interview(texts, _Person())
    scenario = parse(texts)
    text = render(scenario)
    if not quiet:
        _warn(scenario.restore_image)
    if interactive:
        say(f"the same without questions: {command(scenario)}")
    if output is not None:
        return deliver({output: text}, check=check, force=force, as_json=as_json, quiet=quiet)
    show(text, as_json)
    return 0
