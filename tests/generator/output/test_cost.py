"""What one more cluster of a fleet costs: function calls are counted, because times differ from machine to machine."""

import sys
from pathlib import Path
from types import FrameType

from neo4j_scenarios.fleet.fleet import load
from neo4j_scenarios.output.build import tree
from neo4j_scenarios.output.compare import compare
from neo4j_scenarios.output.write_tree import update

# About 1,650 in November 2026. A table that is gone through again for each cluster soon costs a thousand more.
_MOST_CALLS = 2_000

_FLEET = """\
defaults: {scenario: single-instance, database: "neo4j,system", bucket: "gs://backups/{{ name }}"}
inventory: clusters.csv
"""


def calls(folder: Path, clusters: int) -> int:
    """Return the number of function calls of a build of so many clusters."""
    folder.mkdir()
    (folder / "fleet.yaml").write_text(_FLEET)
    (folder / "clusters.csv").write_text("name\n" + "".join(f"cluster-{number}\n" for number in range(clusters)))
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        files = tree(load(folder / "fleet.yaml"))
        update(folder / "out", files, compare(folder / "out", files))
    finally:
        sys.setprofile(before)
    return count


def test_one_more_cluster_costs_a_bounded_number_of_calls(tmp_path: Path) -> None:
    calls(tmp_path / "first", 1)  # loads charts, schemas and templates
    more = calls(tmp_path / "many", 60) - calls(tmp_path / "few", 20)
    assert more / 40 < _MOST_CALLS
