"""A values file -> the inputs of a scenario, and the list of values that a scenario can't hold."""

from neo4j_scenarios.charts.reading import Unsupported
from neo4j_scenarios.importing.imported import Imported, import_values

__all__ = ["Imported", "Unsupported", "import_values"]
