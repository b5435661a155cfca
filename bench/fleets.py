"""Writes the fleets to generate: the same clusters, in the input of each tool."""

from pathlib import Path

from bench.places import ROOT

CHART = ROOT / "charts" / "neo4j-restore"

_REGIONS = ("eu-west", "eu-north", "us-east", "us-west")
_GROUPS = ("dev", "test", "prod")

_FLEET = """\
defaults:
  scenario: single-instance
  database: neo4j,system
groups:
  dev: {labels: {env: dev}, storage-size: 20Gi}
  test: {labels: {env: test}, storage-size: 50Gi}
  prod: {labels: {env: prod}, storage-size: 500Gi, storage-class: premium-rwo}
regions:
  eu-west: {bucket: "gs://backups-eu-west/{{ name }}"}
  eu-north: {bucket: "gs://backups-eu-north/{{ name }}"}
  us-east: {bucket: "gs://backups-us-east/{{ name }}"}
  us-west: {bucket: "gs://backups-us-west/{{ name }}"}
inventory: clusters.csv
"""

_HELMFILE = """\
releases:
{{- range $number := until %(clusters)d }}
{{- $name := printf "cluster-%%05d" $number }}
  - name: {{ $name }}
    chart: %(chart)s
    values:
      - restore:
          bucket: gs://backups-eu-west/{{ $name }}
          database: neo4j,system
        data:
          size: 50Gi
{{- end }}
"""


def write(folder: Path, clusters: int) -> None:
    """Write fleet.yaml with its inventory, and helmfile.yaml.gotmpl, into `folder`."""
    folder.mkdir(parents=True)
    (folder / "fleet.yaml").write_text(_FLEET)
    rows = [
        f"{name(number)},{_GROUPS[number % len(_GROUPS)]},{_REGIONS[number % len(_REGIONS)]}"
        for number in range(clusters)
    ]
    (folder / "clusters.csv").write_text("\n".join(["name,group,region", *rows]) + "\n")
    (folder / "helmfile.yaml.gotmpl").write_text(_HELMFILE % {"clusters": clusters, "chart": CHART})


def name(number: int) -> str:
    """Return a cluster's name."""
    return f"cluster-{number:05d}"
