"""Releases -> a shell script of `helm upgrade`, wave by wave, some at once."""

import shlex
from collections.abc import Iterator
from typing import Final

from neo4j_scenarios.emit.document import header
from neo4j_scenarios.emit.engine import Order
from neo4j_scenarios.emit.releases import Release, waves

_NOTES: Final = (
    "",
    "Run it by `bash install.sh`; HELM names another helm, AT_ONCE how many releases at once. It ends with 1 where a",
    "release of a wave failed, and begins no other wave. Run again, it goes on.",
)

_HEAD: Final = """\
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
failures=$(mktemp)
trap 'rm -f "$failures"' EXIT

# install NAME NAMESPACE VALUES CHART [FLAGS...]: one release, in the background.
install() {
  while (($(jobs -rp | wc -l) >= AT_ONCE)); do wait -n || true; done
  {
    "${HELM:-helm}" upgrade --install "$1" "$4" --namespace "$2" --create-namespace --values "$here/$3" \\
      --wait --timeout 6h "${@:5}" || echo "$2/$1" >>"$failures"
  } &
}

# wave NUMBER: the end of a wave.
wave() {
  wait
  [[ ! -s $failures ]] || { printf 'error: wave %s: failed: %s\\n' "$1" "$(paste -sd ' ' "$failures")" >&2; exit 1; }
}
"""


def script(order: Order) -> dict[str, str]:
    """Return the file."""
    lines = [f"AT_ONCE=${{AT_ONCE:-{order.at_once}}}"]
    for wave, found in waves(order.releases).items():
        lines += ["", *(_line(release, order) for release in found), f"wave {wave}"]
    return {"install.sh": header(order.command, *_NOTES) + _HEAD + "\n" + "\n".join(lines) + "\n"}


def _line(release: Release, order: Order) -> str:
    return shlex.join(["install", release.name, release.namespace, release.values, *_flags(release, order)])


def _flags(release: Release, order: Order) -> Iterator[str]:
    chart = order.charts.get(release.scenario.target.name)
    if chart is None:
        yield release.scenario.target.chart
    elif chart.oci:
        yield from (f"{chart.repository}/{chart.name}", "--version", chart.version)
    else:
        yield from (chart.name, "--repo", chart.repository, "--version", chart.version)
    if release.kubernetes:
        yield from ("--kube-context", release.kubernetes)
