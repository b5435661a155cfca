"""The command `neo4j-scenarios`. This module alone prints and ends the process."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from neo4j_scenarios import fields
from neo4j_scenarios.errors import GeneratorError, OutputError, Problem, UsageError
from neo4j_scenarios.fields import FIELDS, Field
from neo4j_scenarios.secrecy import redact
from neo4j_scenarios.targets import KINDS
from neo4j_scenarios.write import difference, write

_DIFFERENT = 2

app = typer.Typer(
    help="write Helm values files for Neo4j that restores its databases from a backup",
    epilog="exit codes: 0 done, or no difference; 1 error; 2 wrong usage, or with --check a difference",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (`sys.argv` by default) and return the exit code."""
    try:
        return int(app(args=arguments, prog_name="neo4j-scenarios", standalone_mode=False) or 0)
    except GeneratorError as error:
        for problem in error.problems:
            _complain(f"{problem.where}: {problem.what}", problem.hint)
        return error.exit_code
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        _complain(error.format_message(), f"{context.command_path if context else 'neo4j-scenarios'} --help")
        return error.exit_code


def _complain(what: str, hint: str) -> None:
    typer.echo(f"error: {redact(what)}\ntry: {redact(hint)}", err=True)


def _print(text: str) -> None:
    try:
        typer.echo(text.encode(), nl=False)  # as bytes: the same under every locale
    except BrokenPipeError:
        raise  # nobody reads on, as with `| head`: typer ends the process quietly
    except OSError as error:
        problem = Problem("stdout", f"can't be written: {error.strerror}", "send it to a place that has room")
        raise OutputError(problem) from error


def _option(field: Field[object], metavar: str = "") -> Any:
    return typer.Option(f"--{field.key}", metavar=metavar or field.example, help=field.help, show_default=False)


_Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="file to write [default: stdout]", show_default=False),
]
_Force = Annotated[bool, typer.Option("--force", help="replace a file that neo4j-scenarios did not write")]
_Check = Annotated[bool, typer.Option("--check", help="write nothing, and exit with 2 if a file differs")]


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        _print(f"neo4j-scenarios {version('neo4j-restore')}\n")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", help="print the version", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass


@app.command()
def new(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help=fields.SCENARIO.meaning, show_default=False)],
    target: Annotated[str | None, _option(fields.TARGET)] = None,
    bucket: Annotated[str | None, _option(fields.BUCKET)] = None,
    database: Annotated[str | None, _option(fields.DATABASE)] = None,
    timestamp: Annotated[str | None, _option(fields.TIMESTAMP)] = None,
    backup_set_dir: Annotated[str | None, _option(fields.BACKUP_SET_DIR)] = None,
    force_overwrite: Annotated[str | None, _option(fields.FORCE_OVERWRITE)] = None,
    restore_id: Annotated[str | None, _option(fields.RESTORE_ID)] = None,
    accept_data_loss: Annotated[
        bool, typer.Option("--accept-data-loss", help=fields.ACCEPT_DATA_LOSS.meaning, show_default=False)
    ] = False,
    keep_previous: Annotated[str | None, _option(fields.KEEP_PREVIOUS)] = None,
    not_after: Annotated[str | None, _option(fields.NOT_AFTER)] = None,
    on_missing: Annotated[str | None, _option(fields.ON_MISSING)] = None,
    space_mode: Annotated[str | None, _option(fields.SPACE_MODE)] = None,
    purge_on_complete: Annotated[str | None, _option(fields.PURGE_ON_COMPLETE)] = None,
    secret: Annotated[str | None, _option(fields.SECRET)] = None,
    workload_identity: Annotated[str | None, _option(fields.WORKLOAD_IDENTITY)] = None,
    service_account: Annotated[str | None, _option(fields.SERVICE_ACCOUNT)] = None,
    release: Annotated[str | None, _option(fields.RELEASE)] = None,
    edition: Annotated[str | None, _option(fields.EDITION)] = None,
    accept_license: Annotated[str | None, _option(fields.ACCEPT_LICENSE)] = None,
    neo4j_image: Annotated[str | None, _option(fields.NEO4J_IMAGE)] = None,
    neo4j_tag: Annotated[str | None, _option(fields.NEO4J_TAG)] = None,
    restore_image: Annotated[str | None, _option(fields.RESTORE_IMAGE)] = None,
    restore_tag: Annotated[str | None, _option(fields.RESTORE_TAG)] = None,
    restore_digest: Annotated[str | None, _option(fields.RESTORE_DIGEST, "sha256:DIGITS")] = None,
    storage_size: Annotated[str | None, _option(fields.STORAGE_SIZE)] = None,
    storage_class: Annotated[str | None, _option(fields.STORAGE_CLASS)] = None,
    heap_size: Annotated[str | None, _option(fields.HEAP_SIZE)] = None,
    log_format: Annotated[str | None, _option(fields.LOG_FORMAT)] = None,
    emulator_host: Annotated[str | None, _option(fields.EMULATOR_HOST)] = None,
    output: _Output = None,
    force: _Force = False,
    check: _Check = False,
) -> int:
    """write the values file of one scenario"""
    from neo4j_scenarios.parse import parse
    from neo4j_scenarios.render import render

    if check and output is None:
        raise UsageError(Problem("--check", "has no file to compare with", "name the file with -o"))
    # One parameter for each field: what was not given stays out, and the field's default holds.
    given = {field.key: context.params[field.key.replace("-", "_")] for field in FIELDS}
    texts = {key: str(value).lower() if value is True else value for key, value in given.items() if value}
    text = render(parse(texts))
    if output is None:
        _print(text)
        return 0
    return _deliver({output: text}, check, force)


@app.command()
def build(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="folders to build", show_default=False)],
    force: _Force = False,
    check: _Check = False,
) -> int:
    """write the values files of folders with a scenario.yaml"""
    from neo4j_scenarios.folder import values_files

    return _deliver(values_files(folders), check, force)


def _deliver(files: Mapping[Path, str], check: bool, force: bool) -> int:
    """Write the files, or with `check` name those that differ; return the exit code."""
    if not check:
        for path, text in files.items():
            typer.echo(f"{write(path, text, force=force)} {path}", err=True)
        return 0
    found = {path: difference(path, text) for path, text in files.items()}
    different = {path: state for path, state in found.items() if state}
    for path, state in different.items():
        _print(f"{state} {path}\n")
    return _DIFFERENT if different else 0


@app.command(name="list")
def list_scenarios(
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, for programs")] = False,
) -> None:
    """list the scenarios, and the charts that each can be written for"""
    rows = [
        {
            "scenario": kind.name,
            "meaning": kind.meaning,
            "target": target.name,
            "chart": target.chart,
            "neo4j": target.versions,
        }
        for kind in KINDS.values()
        for target in kind.targets
    ]
    if as_json:
        _print(json.dumps(rows, indent=2) + "\n")
        return
    header = {key: key.upper() for key in rows[0]}
    columns = ["scenario", "target", "neo4j", "meaning"]
    widths = {key: max(len(row[key]) for row in [header, *rows]) for key in columns}
    for row in [header, *rows]:
        _print("  ".join(row[key].ljust(widths[key]) for key in columns).rstrip() + "\n")


@app.command()
def secret(
    key_file: Annotated[
        Path, typer.Option("--key-file", metavar="KEY.json", help="service key to read", show_default=False)
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="name of the Secret")] = fields.DEFAULT_SECRET,
    namespace: Annotated[
        str,
        typer.Option("--namespace", metavar="NAMESPACE", help="its namespace [default: kubectl's]", show_default=False),
    ] = "",
    output: _Output = None,
    force: _Force = False,
) -> None:
    """write the manifest of the Secret with a service key"""
    from neo4j_scenarios.secret import manifest

    text = manifest(key_file, name, namespace)
    if output is None:
        _print(text)
    else:
        typer.echo(f"{write(output, text, mode=0o600, force=force)} {output}", err=True)


if __name__ == "__main__":
    sys.exit(main())
