"""The command `neo4j-restore`. Only this module reports errors and turns them into exit codes."""

import argparse
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, NoReturn

from neo4j_restore import command_line, explain, logs, reports, scrub, settings
from neo4j_restore.errors import RestoreError, VolumeError

if TYPE_CHECKING:
    from pathlib import Path

    from neo4j_restore.planning.forecast import Forecast
    from neo4j_restore.planning.plan import Plan

log = logging.getLogger("neo4j_restore")


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line `argv` on the process's environment, and exit."""
    scrub.learn_environment(os.environ)
    logs.open_standard_streams()
    try:
        sys.exit(_code(command_line.parser().parse_args(argv)))
    finally:
        logs.close_standard_streams()


def _code(arguments: argparse.Namespace) -> int:
    """Carry out a command, report a failure, and return the exit code."""
    reporting = settings.reporting(os.environ)
    logs.configure(arguments.log_format or reporting.log_format)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _terminated)
    try:
        _run(arguments, os.environ)
    except RestoreError as error:
        reports.failure(reporting.termination_log, error)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - a bug must end non-zero and be reported as well
        reports.bug(reporting.termination_log, error)
        return 70
    return 0


def _run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> None:
    # Each command imports what it needs: a start with nothing to do must not pay for the library of a store.
    if arguments.command == "explain":
        _print(explain.explain(arguments.code))
    elif arguments.command in {"status", "rollback"}:
        _on_volume(arguments)
    elif arguments.command == "finalize":
        _do_finalize(arguments, environment)
    elif arguments.command == "drill":
        _do_drill(arguments, environment)
    else:
        given = settings.from_environment(environment)
        for name in given.request.folded:
            log.info("DATABASE: %s is read as %s: Neo4j folds the names of databases to lower case", name, name.lower())
        _WITH_SETTINGS[arguments.command](arguments, given, environment)


def _do_run(_: argparse.Namespace, given: settings.Settings, environment: Mapping[str, str]) -> None:
    from neo4j_restore import restore

    start_id = settings.start_id(environment)
    restore.run(given, environment)
    _note_start(given.request.data_dir, start_id)


def _note_start(data_dir: "Path", start_id: str) -> None:
    from neo4j_restore.volume import started
    from neo4j_restore.volume.paths import VolumePaths

    started.note(VolumePaths(data_dir).home, start_id)


def _do_plan(arguments: argparse.Namespace, given: settings.Settings, environment: Mapping[str, str]) -> None:
    from neo4j_restore import disk
    from neo4j_restore.planning import forecast, plan_json

    with disk.errors_of(given.request.data_dir):
        decided, expected = _planned(given, environment)
    planned = plan_json.as_json(decided, given.request.bucket) | {"forecast": forecast.as_json(expected)}
    _print(_as_json(planned) if arguments.json else reports.plan_table(planned))


def _planned(given: settings.Settings, environment: Mapping[str, str]) -> "tuple[Plan, Forecast | None]":
    from neo4j_restore.planning import decision
    from neo4j_restore.volume import journal, locks
    from neo4j_restore.volume.paths import VolumePaths

    paths = VolumePaths(given.request.data_dir)
    unfinished = journal.read(paths)
    if unfinished:
        log.warning("an earlier restore is unfinished, at %s: run finishes it first", unfinished.phase)
    decided, state = decision.decide(given.request, given.policy, paths)
    decision.warn(given.request, given.policy, decided, state)
    if decided.restores and locks.server_lock(paths):
        log.warning("a server is running on %s: run fails until it has stopped", paths.data)
    if decided.restores:
        from neo4j_restore.planning import joining

        decided = joining.settle(given, decided, state, patience=False)
    expected = None
    if decided.restores:
        from neo4j_restore import spec, stores
        from neo4j_restore.planning import earlier, preflight, prepare

        databases = tuple(step.database for step in decided.restores)
        deletes, auth_files = given.policy.space is spec.SpaceMode.RECLAIM, decided.swaps_auth_files
        preflight.check(paths, databases, deletes=deletes, auth_files=auth_files)

        with closing(stores.open_store(given)) as store:
            decided, _program = prepare.prepare(given, environment, decided, state, store, is_dry=True)
            expected = earlier.of(decided, given, store)
    return decided, expected


def _do_list(arguments: argparse.Namespace, given: settings.Settings, _: Mapping[str, str]) -> None:
    from neo4j_restore import stores
    from neo4j_restore.inspection.heads import Heads
    from neo4j_restore.planning import artifacts, inspect_set, plan_json
    from neo4j_restore.planning.shelves import Shelves

    with closing(stores.open_store(given)) as store:
        reader = artifacts.Artifacts(given.request, Heads.of(given, store), given.pace.connections)
        inspector = inspect_set.Inspector(given.request, store, reader)
        bucket = Shelves(given.request, store, reader)
        shelves = {database: bucket.of(database) for database in given.request.sources}
        sets = [inspector.described(each) for shelf in shelves.values() for each in shelf.sets]
        if not sets:
            names = ", ".join(given.request.sources)
            log.warning("no set of %s among the %d objects seen in %s", names, bucket.seen, given.request.bucket)
    answer = [plan_json.set_as_json(each, given.request.bucket) for each in sets]
    for database, shelf in shelves.items():
        answer += [plan_json.unclear_as_entry(each, database, given.request.bucket) for each in shelf.unclear]
    _print(_as_json(answer) if arguments.json else reports.set_table(answer))


def _do_verify(_: argparse.Namespace, given: settings.Settings, __: Mapping[str, str]) -> None:
    from neo4j_restore import verify

    for line in verify.verify(given.request, given.policy):
        _print(scrub.clean(line))


_WITH_SETTINGS = {"run": _do_run, "plan": _do_plan, "list": _do_list, "verify": _do_verify}


def _on_volume(arguments: argparse.Namespace) -> None:
    """Run a command that needs only the volume: BUCKET and DATABASE may be unset."""
    from neo4j_restore import rollback, status

    data_dir = settings.data_dir(os.environ)
    if arguments.command == "status":
        state = status.status(data_dir)
        _print(_as_json(state) if arguments.json else reports.status_text(state))
    else:
        start_id = settings.start_id(os.environ)
        names = list(rollback.rollback(data_dir))
        _note_start(data_dir, start_id)
        _print(_as_json({"rolled_back": names}) if arguments.json else f"put back: {', '.join(names) or 'nothing'}")


def _do_finalize(arguments: argparse.Namespace, environment: Mapping[str, str]) -> None:
    from neo4j_restore.finalize import carry_out, options, outcome

    report = carry_out.finalize(options.from_environment(environment))
    _print(_as_json(outcome.as_json(report)) if arguments.json else outcome.as_text(report))
    if report.error:
        raise report.error


def _do_drill(arguments: argparse.Namespace, environment: Mapping[str, str]) -> None:
    from neo4j_restore.drill import carry_out, options, outcome

    report = carry_out.drill(options.from_environment(environment))
    text = outcome.as_text(report)
    _print(_as_json(outcome.as_json(report)) if arguments.json else text)
    if error := carry_out.error(report):
        raise error
    reports.success(settings.reporting(environment).termination_log, text)


def _print(text: str) -> None:
    try:
        print(text, flush=True)  # noqa: T201 - the command's data, on stdout
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough. Without this Python would try to write again at its end.
        logs.discard(sys.stdout.fileno())
    except OSError as error:
        logs.discard(sys.stdout.fileno())
        message = f"cannot write the answer to stdout: {error.strerror}"
        raise VolumeError(message, hint="check where stdout goes: the disk may be full") from error


def _as_json(answer: Any) -> str:
    return json.dumps(reports.without_secrets(answer), indent=1)


def _terminated(number: int, _: object) -> NoReturn:
    """End with the exit code of the signal. The next start cleans up, or completes the swap."""
    log.warning("told to stop: the next start begins again, or completes the swap if everything was verified")
    # An exception, so that every `finally` runs: it stops neo4j-admin and records the download's progress.
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
