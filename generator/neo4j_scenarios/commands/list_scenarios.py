"""The command `list`: it lists the scenarios and their charts, or the clusters of a fleet."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neo4j_restore.secrecy import redact
from neo4j_scenarios.commands.options import Json, Only, Selector
from neo4j_scenarios.console import put, put_json
from neo4j_scenarios.errors import Problem, UsageError
from neo4j_scenarios.inputs.fields.deployment import SCENARIO
from neo4j_scenarios.targets import KINDS

if TYPE_CHECKING:
    from neo4j_scenarios.fleet.cluster import Cluster


def list_scenarios(
    fleet: Annotated[
        Path | None,
        typer.Argument(metavar="[FLEET]", help="fleet file, to list its clusters instead", show_default=False),
    ] = None,
    selector: Selector = None,
    only: Only = None,
    as_json: Json = False,
) -> None:
    """list the scenarios and their charts, or the clusters of a fleet"""
    if fleet is None and (selector or only):
        raise UsageError(
            Problem(
                "FLEET",
                "is missing, but --selector and --only select clusters of a fleet",
                "neo4j-scenarios list fleet.yaml",
            )
        )
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
    from neo4j_scenarios.commands.outcome import remark
    from neo4j_scenarios.fleet.fleet import load
    from neo4j_scenarios.fleet.selectors import parse_selection

    fleet = load(path, parse_selection(selector, only), keep_going=True)
    remark(fleet, quiet=False)
    clusters = {cluster.name: cluster for cluster in fleet.clusters} | {
        name: each.cluster for name, each in fleet.broken.items()
    }
    rows = [_row(clusters[name]) for name in fleet.names if name in clusters]
    if fleet.broken:
        for row in rows:
            broken = fleet.broken.get(row["cluster"])
            row["problem"] = (
                redact("; ".join(f"{each.where}: {each.what}" for each in broken.problems)) if broken else ""
            )
    return rows


def _row(cluster: "Cluster") -> dict[str, str]:
    """Return the row of a cluster. A cluster with problems may lack its scenario."""
    kinds = [scenario.kind.name for scenario in cluster.scenarios] or [cluster.inputs.get(SCENARIO.key, "")]
    return {
        "cluster": cluster.name,
        "group": cluster.group,
        "region": cluster.region,
        "scenario": kinds[0],
        "targets": ",".join(scenario.target.name for scenario in cluster.scenarios),
        "labels": ",".join(f"{name}={text}" for name, text in cluster.labels.items()),
    }


def _table(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    table = [{column: column.upper() for column in columns}, *rows]
    widths = {column: max(len(row[column]) for row in table) for column in columns}
    put("".join("  ".join(row[column].ljust(widths[column]) for column in columns).rstrip() + "\n" for row in table))
