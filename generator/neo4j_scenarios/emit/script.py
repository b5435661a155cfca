"""Releases -> a shell script of `helm upgrade`, wave by wave, some at once, which goes on where it failed."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from neo4j_scenarios.emit.charts import pinned
from neo4j_scenarios.emit.document import header
from neo4j_scenarios.emit.engine import Order
from neo4j_scenarios.emit.releases import Release, waves

_NOTES: Final = (
    "",
    "Run it by `./install.sh`. A wave begins once all releases of the one before are ready. After a failure no",
    "release is begun, those that run are waited for, and it ends with 1. Run again, it goes on there: what is done is",
    "noted in .install.done beside it, with a checksum of its values, so that changed values are installed again.",
    "The servers of a new cluster are installed at the same time, as they wait for each other. An upgrade takes one",
    "after the other, and waits for each.",
    "",
    "  ./install.sh --list     tell what is done and what is not, and change nothing",
    "  ./install.sh --again    forget what was done, and begin",
    "  AT_ONCE=4                  so many releases of a wave at the same time",
    "  HELM=helm4                 another helm",
)

_FRAME: Final = Path(__file__).parent / "install.sh"


def script(order: Order) -> dict[str, str]:
    """Return the file."""
    least = max(release.servers for release in order.releases)
    head = f"AT_ONCE=${{AT_ONCE:-{order.at_once}}}\nleast={least}\n{_FRAME.read_text(encoding='utf-8')}"
    lines: list[str] = []
    for wave, found in waves(order.releases).items():
        lines += ["", *(_line(release, order) for release in found), f"wave {wave}"]
    return {"install.sh": "#!/usr/bin/env bash\n" + header(order.command, *_NOTES) + head + "\n".join(lines) + "\n"}


def _line(release: Release, order: Order) -> str:
    verb = "server" if release.servers > 1 else "install"
    return shlex.join([verb, release.name, release.namespace, release.values, *_flags(release, order)])


def _flags(release: Release, order: Order) -> Iterator[str]:
    chart = pinned(order.charts, release.scenario)
    if chart is None:
        yield release.scenario.target.chart
        if release.scenario.chart_version:
            yield from ("--version", release.scenario.chart_version)
    elif chart.oci:
        yield from (f"{chart.repository}/{chart.name}", "--version", chart.version)
    else:
        yield from (chart.name, "--repo", chart.repository, "--version", chart.version)
    if release.kubernetes:
        yield from ("--kube-context", release.kubernetes)
