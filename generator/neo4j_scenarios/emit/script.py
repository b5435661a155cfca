"""Releases -> a shell script that runs `helm upgrade` wave by wave. Run again after a failure, it continues there."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from neo4j_scenarios.emit.document import header
from neo4j_scenarios.emit.engine import Order
from neo4j_scenarios.emit.locations import pinned
from neo4j_scenarios.emit.releases import Release, waves

_NOTES: Final = (
    "",
    "Run it with `./install.sh`. A wave begins when all releases of the previous wave are ready. After a failure it",
    "starts no more releases, waits for those that run, and exits with 1. Run it again, and it continues there. It",
    "notes finished releases in .install.done beside it, with a checksum of their values, so changed values are",
    "installed again. It installs the servers of a new cluster at the same time, because they wait for each other. It",
    "upgrades the servers of a cluster one after the other, and waits for each.",
    "",
    "  ./install.sh --list     print which releases are done, and change nothing",
    "  ./install.sh --again    forget which releases are done, and begin again",
    "  AT_ONCE=4                  the most releases of a wave at the same time",
    "  HELM=helm4                 another helm",
)

_FRAME: Final = Path(__file__).parent / "install.sh"


def script(order: Order) -> dict[str, str]:
    """Return the script, by its path."""
    least = max(release.servers for release in order.releases)
    head = f"AT_ONCE=${{AT_ONCE:-{order.at_once}}}\nleast={least}\n{_FRAME.read_text(encoding='utf-8')}"
    lines: list[str] = []
    for wave, members in waves(order.releases).items():
        lines += ["", *(_line(release, order) for release in members), f"wave {wave}"]
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
