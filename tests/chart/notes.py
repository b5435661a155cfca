"""What NOTES.txt tells after an installation."""

import shutil
from pathlib import Path

import pytest
import yaml
from tests.chart.helm import CHART, Helm, Values

# `helm template` prints no notes, and Helm 3 asks a cluster before a dry run: a template of the copy holds them.
TEMPLATE = """notes: {{ include (print .Template.BasePath "/NOTES.txt") . | toJson }}"""


@pytest.fixture(scope="session")
def speaking_chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the chart that renders its notes as a document."""
    copy = tmp_path_factory.mktemp("speaking") / CHART.name
    shutil.copytree(CHART, copy)
    (copy / "templates" / "speaking.yaml").write_text(TEMPLATE, encoding="utf-8")
    return copy


def notes(helm: Helm, chart: Path, values: Values) -> str:
    """Return what the operator reads after an installation."""
    documents = yaml.load_all(helm.text(values, chart=chart), yaml.CSafeLoader)
    (said,) = (item["notes"] for item in documents if item and "notes" in item)
    return str(said)
