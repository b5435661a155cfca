"""The command line: its commands, options and help. The help lists every variable and exit code."""

import argparse
from collections.abc import Iterable
from typing import Any

from neo4j_restore import explain, spec

COMMANDS = {
    "run": "restore the databases that the environment names, if the volume needs it (the container's default)",
    "plan": "print what run would do, and change nothing",
    "list": "print the backup sets of each database, newest first",
    "status": "print the volume's state, the last receipt and the history",
    "verify": "check that the volume holds the databases that the environment names, without asking the store",
    "rollback": "put back the data that the last restore replaced, if KEEP_PREVIOUS was true",
    "finalize": "do what only a running server can do after a restore: create, start, replay privileges",
    "drill": "ask a server that runs on a restored copy whether the assertions hold, and write metrics",
    "explain": "print what an exit code means, and what to do",
}

_WITH_JSON = {"plan", "list", "status", "rollback", "finalize", "drill"}


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser. The completion in the wheel is made from it too."""
    parser = argparse.ArgumentParser(
        prog="neo4j-restore",
        description="restore Neo4j databases from backups in cloud storage, safely",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--log-format", choices=["text", "json"], help="how to log to stderr (default: LOG_FORMAT)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if name in _WITH_JSON:
            command.add_argument("--json", action="store_true", help="print JSON instead of text")
        if name == "explain":
            command.add_argument(
                "code", type=int, choices=[*spec.EXIT_CODES, *explain.SIGNALS], help="an exit code", metavar="CODE"
            )
    return parser


def _epilog() -> str:
    # Imported here, as all of finalize and drill. They are light.
    from neo4j_restore.drill.variables import VARIABLES as OF_DRILL
    from neo4j_restore.finalize.variables import VARIABLES

    codes = [f"  {code:<4}{meaning}" for code, meaning in spec.EXIT_CODES.items()]
    ours, of_finalize, of_drill = map(_listed, (spec.VARIABLES, VARIABLES, OF_DRILL))
    others = ["environment of finalize:", *of_finalize, "", "environment of drill, with the BOLT_ ones:", *of_drill]
    return "\n".join(["environment:", *ours, "", *others, "", "exit codes:", *codes])


def _listed(variables: Iterable[spec.Variable[Any]]) -> list[str]:
    return [
        f"  {each.name}{' (required)' if each.required else ''}\n      {each.meaning.replace('`', '')}"
        + (f" (default: {each.default})" if each.default else "")
        for each in variables
    ]
