"""The command line `neo4j-scenarios`: its commands, and the exit code of each error.

The commands are defined in `commands`. All of them print through `console`.
"""

import sys
from collections import UserDict
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from neo4j_scenarios.console import complain, put, report, say
from neo4j_scenarios.errors import GeneratorError, Interrupted

# The module and the function of each command, in the order in which the help lists them.
COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "new": ("new", "new"),
    "build": ("build", "build"),
    "diff": ("diff", "diff"),
    "explain": ("explain", "explain"),
    "emit": ("emit", "emit"),
    "import": ("import_values", "import_values"),
    "list": ("list_scenarios", "list_scenarios"),
    "lock": ("lock", "lock"),
    "report": ("report", "report"),
    "schema": ("schema", "schema"),
    "update": ("lock", "update"),
    "validate": ("validate", "validate"),
    "secret": ("secret", "secret"),
}


class _Commands(TyperGroup):
    """The group of all commands. It imports the module of a command when the command is needed.

    A shell asks for words to complete at each press of a key, and should not wait for all modules.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = _Loading(dict.fromkeys(COMMANDS))

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)


class _Loading(UserDict[str, Any]):
    """The commands by their names, each made when it is first read."""

    def __getitem__(self, name: str) -> Any:
        if self.data[name] is None:
            module, function = COMMANDS[name]
            loaded = import_module(f"neo4j_scenarios.commands.{module}")
            alone = typer.Typer(add_completion=False, rich_markup_mode=None)
            alone.command(name=name)(getattr(loaded, function))
            self.data[name] = typer.main.get_command(alone)
        return self.data[name]


app = typer.Typer(
    cls=_Commands,
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


if __name__ == "__main__":
    sys.exit(main())
