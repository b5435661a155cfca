"""The command line `neo4j-scenarios`: its commands, and the exit code of each error.

The commands are defined in `commands`. All of them print through `console`.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Final

import typer

from neo4j_scenarios.commands.build import build
from neo4j_scenarios.commands.diff import diff
from neo4j_scenarios.commands.emit import emit
from neo4j_scenarios.commands.explain import explain
from neo4j_scenarios.commands.import_values import import_values
from neo4j_scenarios.commands.list_scenarios import list_scenarios
from neo4j_scenarios.commands.lock import lock, update
from neo4j_scenarios.commands.new import new
from neo4j_scenarios.commands.report import report as report_backups
from neo4j_scenarios.commands.schema import schema
from neo4j_scenarios.commands.secret import secret
from neo4j_scenarios.commands.validate import validate
from neo4j_scenarios.console import complain, put, report, say
from neo4j_scenarios.errors import GeneratorError, Interrupted

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


# In the order in which the help lists them.
COMMANDS: Final[Mapping[str, Callable[..., object]]] = {
    "new": new,
    "build": build,
    "diff": diff,
    "explain": explain,
    "emit": emit,
    "import": import_values,
    "list": list_scenarios,
    "lock": lock,
    "report": report_backups,
    "schema": schema,
    "update": update,
    "validate": validate,
    "secret": secret,
}

for _name, _command in COMMANDS.items():
    app.command(name=_name)(_command)


if __name__ == "__main__":
    sys.exit(main())
