"""What NOTES.txt tells after an installation."""

from pathlib import Path

import yaml
from tests.chart.helm import Helm, Values


def notes(helm: Helm, chart: Path, values: Values) -> str:
    """Return what the operator reads after an installation."""
    documents = yaml.load_all(helm.text(values, chart=chart), yaml.CSafeLoader)
    (said,) = (item["notes"] for item in documents if item and "notes" in item)
    return str(said)
