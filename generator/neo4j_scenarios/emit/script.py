"""Releases -> a shell script that runs `helm upgrade` wave by wave. Run again after a failure, it continues there."""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from neo4j_scenarios.emit.document import header
from neo4j_scenarios.emit.engine import Order
from neo4j_scenarios.emit.locations import Location, pinned
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

_SHELL: Final = Path(__file__).parent


def script(order: Order) -> dict[str, str]:
    """Return the script, by its path."""
    least = max(release.servers for release in order.releases)
    lines: list[str] = []
    for wave, members in waves(order.releases).items():
        lines += ["", *(_line(release, order) for release in members), f"wave {wave}"]
    frame = Frame("install", "install.sh", least)
    return {frame.path: framed(frame, header(order.command, *_NOTES), order.at_once, lines)}


@dataclass(frozen=True)
class Frame:
    """What differs between the scripts that go wave by wave.

    name: of the script, of its note about finished releases and of its lock. functions: the file beside this module
    with the shell functions that install one release. least: how many releases must be able to run at the same time.
    """

    name: str
    functions: str
    least: int = 1

    @property
    def path(self) -> str:
        """Return the path of the script."""
        return f"{self.name}.sh"


def framed(frame: Frame, head: str, at_once: int, lines: Iterable[str]) -> str:
    """Return a script: its header, its name and numbers, the functions that it calls, and the calls (lines)."""
    variables = f"script={frame.name}\nAT_ONCE=${{AT_ONCE:-{at_once}}}\nleast={frame.least}\n"
    functions = "".join((_SHELL / name).read_text(encoding="utf-8") for name in ("waves.sh", frame.functions))
    return "#!/usr/bin/env bash\n" + head + variables + functions + "\n".join(lines) + "\n"


def _line(release: Release, order: Order) -> str:
    verb = "server" if release.servers > 1 else "install"
    scenario = release.scenario
    version = ("--version", scenario.chart_version) if scenario.chart_version else ()
    options = flags(release, pinned(order.charts, scenario), (scenario.target.chart, *version))
    return shlex.join([verb, release.name, release.namespace, release.values, *options])


def flags(release: Release, chart: Location | None, known: Sequence[str]) -> Iterator[str]:
    """Yield Helm's arguments for a chart and a Kubernetes cluster. known: those of a chart without a location."""
    if chart is None:
        yield from known
    elif chart.oci:
        yield from (f"{chart.repository}/{chart.name}", "--version", chart.version)
    else:
        yield from (chart.name, "--repo", chart.repository, "--version", chart.version)
    if release.kubernetes:
        yield from ("--kube-context", release.kubernetes)
