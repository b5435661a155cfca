"""The command `list`: the scenarios and their charts, or the clusters of a fleet."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from neo4j_scenarios.commands.options import Json, Only, Selector
from neo4j_scenarios.console import put, put_json
from neo4j_scenarios.errors import Problem, UsageError
from neo4j_scenarios.targets import KINDS


def list_scenarios(
    fleet: Annotated[
        Path | None,
        typer.Argument(metavar="[FLEET]", help="fleet file, to list its clusters instead", show_default=False),
    ] = None,
    selector: Selector = None,
    only: Only = None,
    as_json: Json = False,
) -> None:
    """list the scenarios, and the charts that each can be written for; or the clusters of a fleet"""
    if fleet is None and (selector or only):
        raise UsageError(Problem("FLEET", "is missing, and selections are for one", "neo4j-scenarios list fleet.yaml"))
    rows = _scenarios() if fleet is None else _clusters(fleet, selector or (), only or ())
    if as_json:
        put_json(rows)
    else:
        _table([column for column in rows[0] if column != "chart"], rows)


def _scenarios() -> list[dict[str, str]]:
    return [
        {
            "scenario": kind.name,
            "target": target.name,
            "chart": target.chart,
            "neo4j": target.versions,
            "meaning": kind.meaning,
        }
        for kind in KINDS.values()
        for target in kind.targets
    ]


def _clusters(path: Path, selector: Sequence[str], only: Sequence[str]) -> list[dict[str, str]]:
    from neo4j_scenarios.fleet import load
    from neo4j_scenarios.selectors import parse_selection

    return [
        {
            "cluster": cluster.name,
            "group": cluster.group,
            "region": cluster.region,
            "scenario": cluster.scenarios[0].kind.name,
            "targets": ",".join(scenario.target.name for scenario in cluster.scenarios),
            "labels": ",".join(f"{name}={text}" for name, text in cluster.labels.items()),
        }
        for cluster in load(path, parse_selection(selector, only)).clusters
    ]


def _table(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    table = [{column: column.upper() for column in columns}, *rows]
    widths = {column: max(len(row[column]) for row in table) for column in columns}
    put("".join("  ".join(row[column].ljust(widths[column]) for column in columns).rstrip() + "\n" for row in table))
