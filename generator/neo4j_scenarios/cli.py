"""The command line `neo4j-scenarios`: its commands, and the exit code of each error.

`new` and `secret` are defined here, the other commands in `commands`. All of them print through `console`.
"""

import inspect
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from neo4j_scenarios.commands.build import build
from neo4j_scenarios.commands.delivery import deliver
from neo4j_scenarios.commands.diff import diff
from neo4j_scenarios.commands.emit import emit
from neo4j_scenarios.commands.explain import explain
from neo4j_scenarios.commands.import_values import import_values
from neo4j_scenarios.commands.listing import list_scenarios
from neo4j_scenarios.commands.lock import lock, update
from neo4j_scenarios.commands.options import Check, Force, Json, Quiet
from neo4j_scenarios.commands.report import report as report_backups
from neo4j_scenarios.commands.schema import schema
from neo4j_scenarios.commands.validate import validate
from neo4j_scenarios.console import ask, complain, put, put_json, report, say
from neo4j_scenarios.errors import GeneratorError, Interrupted, Problem, UsageError
from neo4j_scenarios.inputs.fields import FIELDS, Field, access, deployment
from neo4j_scenarios.inputs.structure import ListOf

app = typer.Typer(
    help="write Helm values files for Neo4j that restores its databases from a backup",
    epilog="exit codes: 0 success, 1 error, 2 wrong usage, 3 a difference was found, 130 interrupted",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (`sys.argv` by default) and return the exit code."""
    try:
        code = int(app(args=arguments, prog_name="neo4j-scenarios", standalone_mode=False) or 0)
    except Interrupted as error:
        for problem in error.problems:
            say(f"interrupted: {problem.where}: {problem.what}. {problem.hint}")
        return error.exit_code
    except GeneratorError as error:
        report(error, as_json="--json" in (sys.argv if arguments is None else arguments))
        return error.exit_code
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        complain(error.format_message(), f"{context.command_path if context else 'neo4j-scenarios'} --help")
        return error.exit_code
    if code == Interrupted.exit_code:  # typer turns a KeyboardInterrupt into this code
        say("interrupted: no file is half written. Run it again")
    return code


_BY_NAME = inspect.Parameter.POSITIONAL_OR_KEYWORD

# Help shows an input's example as its metavar. These examples are too long for the column.
_METAVARS = {"restore-digest": "sha256:DIGITS", "ldap-groups": "GROUP=ROLE;..."}
_METAVARS |= {field.key: "LIST" for field in FIELDS if isinstance(field.parse, ListOf)}


def _option(field: Field[object]) -> Any:
    metavar = _METAVARS.get(field.key, field.example)
    return typer.Option(f"--{field.key}", metavar=metavar, help=field.help, show_default=False)


_Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="file to write [default: stdout]", show_default=False),
]


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        put(f"neo4j-scenarios {version('neo4j-restore')}\n")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", help="print the version", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass


_Command = Callable[..., int]


def _parameter(field: Field[object]) -> inspect.Parameter:
    annotation: Any = Annotated[str | None, _option(field)]
    default: bool | None = None
    if field is deployment.SCENARIO:
        argument = typer.Argument(metavar="SCENARIO", help=field.meaning, show_default=False)
        return inspect.Parameter("scenario", _BY_NAME, default="", annotation=Annotated[str, argument])
    if field.switch:
        option = typer.Option(f"--{field.key}", help=field.meaning, show_default=False)
        annotation, default = Annotated[bool, option], False
    return inspect.Parameter(field.key.replace("-", "_"), _BY_NAME, default=default, annotation=annotation)


def _with_inputs(function: _Command) -> _Command:
    """Give a command one parameter for each input, before its own. typer reads them from its signature."""
    options = [each for each in inspect.signature(function).parameters.values() if each.kind is _BY_NAME]
    inputs = sorted(map(_parameter, FIELDS), key=lambda each: each.default is not inspect.Parameter.empty)
    function.__signature__ = inspect.Signature([*inputs, *options])  # type: ignore[attr-defined] # any function has one
    function.__annotations__ = {each.name: each.annotation for each in [*inputs, *options]}
    return function


class _Person:
    """The person who answers the questions of `new --interactive` on stdin. Questions go to stderr."""

    def ask(self, field: Field[object], default: str) -> str:
        return ask(f"\n{field.meaning}\n{field.key}", default)

    def tell(self, what: str, hint: str) -> None:
        complain(what, hint)


@app.command()
@_with_inputs
def new(
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="ask for missing inputs, one question at a time")
    ] = False,
    output: _Output = None,
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
    if interactive:
        say(f"the same without questions: {command(scenario)}")
    if output is not None:
        return deliver({output: text}, check=check, force=force, as_json=as_json, quiet=quiet)
    _show(text, as_json)
    return 0


def _show(text: str, as_json: bool) -> None:
    """Write a file's text to stdout, or its data as JSON, which Helm and kubectl also read."""
    if as_json:
        from neo4j_scenarios.yaml.text import parse_yaml

        put_json(parse_yaml(text))
    else:
        put(text)


app.command()(build)
app.command()(diff)
app.command()(explain)
app.command()(emit)


app.command(name="import")(import_values)
app.command(name="list")(list_scenarios)
app.command()(lock)
app.command(name="report")(report_backups)
app.command()(schema)
app.command()(update)
app.command()(validate)


@app.command()
def secret(
    key_file: Annotated[
        Path,
        typer.Option(
            "--key-file", metavar="KEY-FILE", help="key file of Google, AWS or Azure to read", show_default=False
        ),
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="name of the Secret")] = access.DEFAULT_SECRET,
    namespace: Annotated[
        str,
        typer.Option("--namespace", metavar="NAMESPACE", help="its namespace [default: kubectl's]", show_default=False),
    ] = "",
    secret_key: Annotated[
        str,
        typer.Option(
            "--secret-key",
            metavar="NAME",
            help="name of the key in the Secret [default: credentials.json for Google, credentials for the others]",
            show_default=False,
        ),
    ] = "",
    output: _Output = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """write the manifest of the Secret with a bucket's key"""
    from neo4j_scenarios.secret import manifest

    text = manifest(key_file, name, namespace, secret_key)
    if output is None:
        _show(text, as_json)
    else:
        deliver({output: text}, check=False, force=force, as_json=as_json, quiet=quiet, mode=0o600)


if __name__ == "__main__":
    sys.exit(main())
