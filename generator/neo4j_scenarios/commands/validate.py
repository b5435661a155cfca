"""The command `validate`: it checks any values file against its chart's schema and the restore contract."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neo4j_scenarios.commands.options import Json
from neo4j_scenarios.console import complain, put, put_json
from neo4j_scenarios.errors import GeneratorError, Problem, UsageError, did_you_mean
from neo4j_scenarios.targets import TARGETS

if TYPE_CHECKING:
    from neo4j_scenarios.checking import Consent, Finding, Rendering
    from neo4j_scenarios.checking.report import Paths

_INVALID = 1


class Format(StrEnum):
    """The forms in which findings are printed."""

    TEXT = "text"
    GITHUB = "github"


def validate(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="VALUES.yaml...",
            help="values files of one release, merged as helm -f A -f B does",
            show_default=False,
        ),
    ],
    each: Annotated[bool, typer.Option("--each", help="check each file by itself")] = False,
    target: Annotated[
        str,
        typer.Option(
            "--target",
            metavar="CHART",
            help="chart that they are for [default: detected by their keys]",
            show_default=False,
        ),
    ] = "",
    accept_data_loss: Annotated[
        bool, typer.Option("--accept-data-loss", help="allow FORCE_OVERWRITE true on a single server")
    ] = False,
    unpinned: Annotated[
        bool, typer.Option("--unpinned", help="allow each server of a cluster to choose its set")
    ] = False,
    render: Annotated[bool, typer.Option("--render", help="also check the output of helm template")] = False,
    chart: Annotated[
        str,
        typer.Option("--chart", metavar="PATH", help="chart to render [default: the target's]", show_default=False),
    ] = "",
    helm: Annotated[str, typer.Option("--helm", metavar="PROGRAM", help="name of Helm on PATH, or its path")] = "helm",
    as_json: Json = False,
    form: Annotated[Format, typer.Option("--format", help="text, or github for annotations on GitHub")] = Format.TEXT,
) -> int:
    """check values files, ours or others, against their chart and the contract"""
    from neo4j_scenarios.checking import Consent, Rendering

    if target and target not in TARGETS:
        raise UsageError(Problem("--target", did_you_mean(target, TARGETS), "name a chart of `neo4j-scenarios list`"))
    if chart and not render:
        raise UsageError(Problem("--chart", "needs --render", "give both, or neither"))
    rendering = Rendering(chart, helm) if render else None
    consent = Consent(accept_data_loss, unpinned)
    groups = [(path,) for path in paths] if each else [tuple(paths)]
    by_group = {group: _findings(group, target, consent, rendering) for group in groups}
    _print(by_group, as_json, form)
    return _INVALID if any(by_group.values()) else 0


def _findings(paths: "Paths", target: str, consent: "Consent", rendering: "Rendering | None") -> "Sequence[Finding]":
    from neo4j_scenarios.checking import check, unreadable

    try:
        return check(paths, target, consent, rendering)
    except UsageError:
        raise
    except GeneratorError as error:
        return list(unreadable(error, paths))


def _print(by_group: "dict[Paths, Sequence[Finding]]", as_json: bool, form: Format) -> None:
    from neo4j_scenarios.checking import report

    if as_json:
        put_json(report.as_data(by_group))
        return
    for paths, findings in by_group.items():
        for finding in findings:
            if form is Format.GITHUB:
                put(f"{report.annotation(finding)}\n")
            else:
                complain(*report.texts(finding))
        if not findings:
            put(f"valid {' '.join(map(str, paths))}\n")
