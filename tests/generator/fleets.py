"""Fleet files: written by hand for one test each, and every other by Hypothesis."""

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from tests.generator.inputs import all_inputs

DEFAULTS = """\
defaults:
  scenario: single-instance
  bucket: gs://backups-{{ region }}/{{ name }}
  database: [neo4j, system]
  region: eu
  labels: {env: dev}
"""

GOOD = f"""\
{DEFAULTS}
groups:
  prod: {{labels: {{env: prod}}, storage-size: 100Gi}}
regions:
  eu: {{storage-class: premium-rwo}}
  us: {{storage-size: 50Gi}}
clusters:
  eu-1: {{group: prod}}
  eu-2: {{}}
  us-1: {{group: prod, region: us, labels: {{tier: gold}}}}
"""


def make_fleet(folder: Path, text: str = GOOD, **files: str) -> Path:
    """Write fleet.yaml, and other files whose names have `_` for their dot. Return the path of the first."""
    folder.mkdir(exist_ok=True)
    for name, other in files.items():
        (folder / name.replace("_", ".")).write_text(other, encoding="utf-8")
    path = folder / "fleet.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def as_yaml(fleet: Any) -> str:
    """Return a fleet file. JSON is YAML."""
    return json.dumps(fleet, ensure_ascii=False)


_names = st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]", fullmatch=True)
_label_maps = st.dictionaries(_names, st.from_regex(r"[A-Za-z0-9]{1,6}", fullmatch=True) | st.none(), max_size=3)


@st.composite
def fleets(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a fleet: clusters with everything that they need, below them layers with labels."""
    groups = {name: {"labels": draw(_label_maps)} for name in draw(st.lists(_names, min_size=1, max_size=2))}
    clusters = {}
    for name in draw(st.lists(_names, min_size=1, max_size=3, unique=True)):
        clusters[name] = {**draw(all_inputs()), "group": draw(st.sampled_from(sorted(groups)))}
    return {"defaults": {"labels": draw(_label_maps)}, "groups": groups, "clusters": clusters}
