"""The command `import`: it makes a scenario.yaml from an existing values file."""

from pathlib import Path
from typing import Annotated

import typer

from neo4j_scenarios.commands.options import DIFFERENT, File, Force, Json
from neo4j_scenarios.console import put, put_json, say
from neo4j_scenarios.write import write


def import_values(
    values: Annotated[Path, typer.Argument(metavar="VALUES.yaml", help="values file to read", show_default=False)],
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="CHART",
            help="chart that the file is for [default: detected by its keys]",
            show_default=False,
        ),
    ] = "",
    target: Annotated[
        str,
        typer.Option("--target", metavar="CHART", help="chart of the scenario [default: the same]", show_default=False),
    ] = "",
    output: File = None,
    force: Force = False,
    as_json: Json = False,
) -> int:
    """make a scenario.yaml from a values file, and list the values that it can't hold"""
    from neo4j_scenarios.importing import import_values, report

    imported = import_values(values, source, target)
    if output is not None:
        state = write(output, report.scenario_yaml(imported), force=force)
        if not as_json:
            say(f"{state} {output}")
    if as_json:
        put_json(report.as_data(imported))
    elif output is None:
        put(report.scenario_yaml(imported))
    for left in () if as_json else imported.left:
        say(report.line(left))
    return DIFFERENT if imported.left else 0
