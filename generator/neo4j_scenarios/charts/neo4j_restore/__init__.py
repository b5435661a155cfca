"""This project's chart. It makes the restore container and its volumes of the keys below `restore`."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from neo4j_restore.variables import VARIABLES
from neo4j_scenarios.charts.environment import DATA_DIR
from neo4j_scenarios.charts.interface import Chart
from neo4j_scenarios.charts.neo4j_restore import write
from neo4j_scenarios.charts.volumes import Values
from neo4j_scenarios.inputs import data_volume
from neo4j_scenarios.inputs.scenario import Scenario

if TYPE_CHECKING:
    from neo4j_scenarios.charts.reading import Reading
    from neo4j_scenarios.charts.sites import RestoreBlock
    from neo4j_scenarios.yaml.located import Located

# The chart's name in the names of its objects, and the most characters that these have.
_NAME: Final = "neo4j-restore"
_LONGEST: Final = 52
_LONGEST_OF_REPLICAS: Final = 44

# Keys of the `restore` block whose variable has another name. Others have the same name, such as FORCE_OVERWRITE.
_RENAMED: Final = {"notAfter": "RESTORE_NOT_AFTER", "emulatorHost": "STORAGE_EMULATOR_HOST"}


class Neo4jRestore(Chart):
    """The chart `charts/neo4j-restore`. Its defaults and its whole schema lie beside the other schemas."""

    signs = (("restore",), ("data", "size"), ("data", "storageClass"))
    weak_signs = (("image", "repository"),)
    whole_schema = True

    volumes = frozenset({"data", "logs", "restore-tmp"})
    server_mounts = (DATA_DIR, "/logs")
    data_volumes = frozenset({data_volume.CLAIM})

    versioned = False
    random_password = False

    def values(self, scenario: Scenario) -> Values:
        """Return the data of the values file of a scenario."""
        return write.values(scenario)

    def read(self, reading: "Reading") -> None:
        """Read the inputs of a values file. Raises InputFileError for a file that asks for no restore."""
        from neo4j_scenarios.charts.neo4j_restore.read import read

        read(reading)

    def pods(self, scenario: Scenario) -> Iterator[str]:
        """Yield the names of the pods. The chart cuts the name of its StatefulSet, and names the chart in it once."""
        name = scenario.release if _NAME in scenario.release else f"{scenario.release}-{_NAME}"
        name = name[:_LONGEST].rstrip("-")
        servers, replicas = (scenario.servers, scenario.read_replicas) if scenario.cluster else (1, 0)
        yield from (f"{name}-{number}" for number in range(servers))
        yield from (f"{name[:_LONGEST_OF_REPLICAS].rstrip('-')}-replica-{number}" for number in range(replicas))

    def cluster(self, values: "Located") -> bool:
        """Return whether the values install a cluster."""
        from neo4j_scenarios.charts.neo4j_restore.read import is_cluster

        return is_cluster(values)

    def asks_for_restore(self, values: "Located") -> bool:
        """Return whether the restore is turned on, as it is by default."""
        return values.get("restore", "enabled") is not False

    def sites(self, values: "Located") -> "Iterator[RestoreBlock]":
        """Yield the `restore` block."""
        from neo4j_scenarios.charts.sites import RestoreBlock

        block = values.get("restore")
        if not isinstance(block, Mapping) or block.get("enabled") is False:
            return
        # A key with a map, such as caBundle, names an object. The variable has the path at which the chart mounts it.
        scalars = [key for key, value in block.items() if not isinstance(value, Mapping)]
        names = {key: _RENAMED.get(key) or _upper(key) for key in scalars}
        variables = {variable.name for variable in VARIABLES}
        environment = {name: _text(block[key]) for key, name in names.items() if name in variables}
        keys = {name: key for key, name in names.items()}
        consents = block.get("acceptDataLoss") is True, values.get("cluster", "acceptUnpinned") is True
        yield RestoreBlock(values, ("restore",), environment, keys, *consents)


def _upper(key: str) -> str:
    return "".join(f"_{each}" if each.isupper() else each.upper() for each in key)


def _text(value: Any) -> str:
    from neo4j_scenarios.yaml.located import scalar_text

    return ",".join(map(_text, value)) if isinstance(value, list) else scalar_text(value)


CHART: Final = Neo4jRestore()
