"""The command `explain`: it shows where each value of a cluster comes from, and what an install does."""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neo4j_scenarios.commands.options import FLEET, Fleet, Json, cluster_names, keys
from neo4j_scenarios.console import coloured, put, put_json
from neo4j_scenarios.errors import Problem, UsageError, did_you_mean

if TYPE_CHECKING:
    from neo4j_scenarios.fleet.cluster import Cluster
    from neo4j_scenarios.fleet.explain import Said, Value

_WIDTH = 100


def explain(
    cluster: Annotated[
        str, typer.Argument(metavar="CLUSTER", help="name of the cluster", autocompletion=cluster_names)
    ],
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY]", help="only explain this input", autocompletion=keys)
    ] = None,
    fleet: Fleet = Path(FLEET),
    as_json: Json = False,
) -> None:
    """show where each value of a cluster comes from, what its install does, and which data is at risk"""
    from neo4j_scenarios.fleet.explain import values

    explained = _find(fleet, cluster)
    listed = values(explained)
    if key is not None:
        listed = [value for value in listed if value.key == key] or [_default(key, [value.key for value in listed])]
    if as_json:
        put_json(_data(explained, listed))
        return
    lines = [] if key else [_head(explained), ""]
    lines += [line for value in listed for line in _lines(value)]
    lines += [] if key else list(_consequences(explained))
    put("".join(f"{line}\n" for line in lines))


def _find(path: Path, name: str) -> "Cluster":
    from neo4j_scenarios.fleet.file import read_fleet_file
    from neo4j_scenarios.fleet.fleet import load
    from neo4j_scenarios.fleet.selectors import Selection

    names = [entry.name for entry in read_fleet_file(path, []).entries]
    if names and name not in names:
        raise UsageError(Problem("CLUSTER", did_you_mean(name, names), f"neo4j-scenarios list {path}"))
    return load(path, Selection(names=frozenset([name]))).clusters[0]


def _default(key: str, others: list[str]) -> "Value":
    from neo4j_scenarios.fleet.explain import Value
    from neo4j_scenarios.inputs.fields import FIELDS

    for field in FIELDS:
        if field.key == key:
            return Value(key, "", field.meaning, [])
    raise UsageError(Problem("KEY", did_you_mean(key, {*others, *(field.key for field in FIELDS)}), "correct the name"))


def _head(cluster: "Cluster") -> str:
    parts = [f"cluster {cluster.name}", *(f"{word} {text}" for word, text in _groups(cluster) if text)]
    return f"{', '.join(parts)}: {cluster.place}"


def _groups(cluster: "Cluster") -> list[tuple[str, str]]:
    return [("group", cluster.group), ("region", cluster.region)]


def _lines(value: "Value") -> Iterator[str]:
    shown = coloured(f"{value.key}: {value.text or 'none'}", typer.colors.CYAN, sys.stdout)
    yield shown
    if not value.said:
        yield "    by default"
    for number, setting in enumerate(value.said):
        yield f"    {'over ' if number else ''}{_source(setting, value.text)}"


def _source(setting: "Said", text: str) -> str:
    written = "removes it" if setting.text is None else setting.text
    return f"{setting.layer}, {setting.place}" + ("" if written == text else f": {written}")


def _consequences(cluster: "Cluster") -> Iterator[str]:
    from neo4j_scenarios.fleet.explain import install, risks

    for scenario in cluster.scenarios:
        for title, sentences in (
            ("What an install does", install(scenario)),
            ("Which data is at risk", risks(scenario)),
        ):
            yield ""
            yield coloured(f"{title} ({scenario.target.name})", typer.colors.CYAN, sys.stdout)
            for sentence in sentences:
                yield textwrap.fill(sentence, _WIDTH, initial_indent="  - ", subsequent_indent="    ")


def _data(cluster: "Cluster", values: "list[Value]") -> dict[str, Any]:
    from neo4j_scenarios.fleet.explain import install, risks

    return {
        "cluster": cluster.name,
        "place": str(cluster.place),
        **dict(_groups(cluster)),
        "values": [
            {
                "key": value.key,
                "value": value.text,
                "said": [{"layer": each.layer, "place": each.place, "text": each.text} for each in value.said],
            }
            for value in values
        ],
        "targets": [
            {"target": each.target.name, "install": list(install(each)), "risks": list(risks(each))}
            for each in cluster.scenarios
        ],
    }
