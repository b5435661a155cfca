"""The command `neo4j-restore`: run, plan, list, verify. Here alone are errors told, and turned into exit codes."""

import argparse
import json
import logging
import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import NoReturn

from neo4j_restore import reports, settings, spec
from neo4j_restore.errors import RestoreError

_COMMANDS = {
    "run": "restore what the environment asks for, if the volume needs it (the container's default)",
    "plan": "print what run would do, and change nothing",
    "list": "print the backup sets of each database, newest first",
    "verify": "check that the volume holds what the environment asks for; asks no store",
}


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line `argv` on the process's environment, and exit."""
    arguments = _parser().parse_args(argv)
    reporting = settings.reporting(os.environ)
    reports.configure(arguments.log_format or reporting.log_format)
    signal.signal(signal.SIGTERM, _terminated)
    try:
        code = _run(arguments, os.environ)
    except RestoreError as error:
        code = error.exit_code
        reports.failure(reporting.termination_log, error)
    except Exception as error:  # noqa: BLE001 - a bug must end non-zero and be told as well
        code = 70
        traceback.print_exc()
        reports.bug(reporting.termination_log, error)
    sys.exit(code)


def _run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    # Imported by need: a start with nothing to do pays neither for a store's library nor for neo4j-admin.
    asked = settings.from_environment(environment)
    if arguments.command == "verify":
        return _verify(asked)
    from neo4j_restore import restore

    if arguments.command == "list":
        return _list(asked, as_json=arguments.json)
    if arguments.command == "plan":
        return _plan(asked, environment, as_json=arguments.json)
    restore.run(asked, environment)
    return 0


def _plan(asked: settings.Settings, environment: Mapping[str, str], *, as_json: bool) -> int:
    from neo4j_restore import plan, restore, stores, volume

    state = volume.inspect(volume.Layout(asked.data_dir), asked.databases)
    decided = restore.decide(asked, state)
    if decided.restores:
        with closing(stores.open_store(asked)) as store:
            decided, _ = restore.prepare(asked, environment, decided, state, store)
    found = plan.as_json(decided, asked.bucket)
    print(json.dumps(found, indent=1) if as_json else reports.plan_table(found))  # noqa: T201 - the command's data
    return 0


def _list(asked: settings.Settings, *, as_json: bool) -> int:
    from neo4j_restore import plan, restore, stores

    with closing(stores.open_store(asked)) as store:
        sets = [each for database in asked.databases for each in restore.find_sets(asked, store, database)[0]]
    found = [plan.set_as_json(each, asked.bucket) for each in sets]
    print(json.dumps(found, indent=1) if as_json else reports.set_table(found))  # noqa: T201 - the command's data
    return 0


def _verify(asked: settings.Settings) -> int:
    from neo4j_restore import verify

    for line in verify.verify(asked):
        print(line)  # noqa: T201 - the command's data
    return 0


def _terminated(number: int, _: object) -> NoReturn:
    """End as the signal would end a process, but stop neo4j-admin first. The next start cleans up, or goes on."""
    logging.getLogger(__name__).warning("told to stop: the next start goes on; the data is as it was")
    sys.exit(128 + number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="neo4j-restore",
        description="restores Neo4j databases from backups in cloud storage, safely",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--log-format", choices=["text", "json"], help="how to log to stderr (default: LOG_FORMAT)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in _COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if name in {"plan", "list"}:
            command.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser


def _epilog() -> str:
    variables = [
        f"  {each.name}{' (required)' if each.required else ''}\n      {each.meaning.replace('`', '')}"
        + (f" (default: {each.default})" if each.default else "")
        for each in spec.VARIABLES
    ]
    codes = [f"  {code:<4}{meaning}" for code, meaning in spec.EXIT_CODES.items()]
    return "\n".join(["environment:", *variables, "", "exit codes:", *codes])


if __name__ == "__main__":
    main()
