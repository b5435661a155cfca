"""Neo4j's official chart. A cluster has one release for each server, all with the same values."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from neo4j_scenarios.charts.interface import Chart
from neo4j_scenarios.charts.neo4j import write
from neo4j_scenarios.charts.volumes import Values
from neo4j_scenarios.inputs import data_volume
from neo4j_scenarios.inputs.scenario import Scenario, release_names

if TYPE_CHECKING:
    from neo4j_scenarios.charts.reading import Reading
    from neo4j_scenarios.charts.sites import ContainerSite
    from neo4j_scenarios.yaml.located import Located, Steps


class Neo4j(Chart):
    """The chart `neo4j/neo4j`."""

    signs = (("neo4j",), ("podSpec",), ("volumes",), ("additionalVolumes",), ("image", "customImage"))
    containers = ("podSpec", "initContainers")
    password = (("neo4j", "password"), "neo4j.passwordFromSecret")
    # Source: its values.yaml, 5.17 to 2026.
    other_keys: ClassVar["Mapping[Steps, frozenset[str]]"] = {
        (): frozenset(
            {"nameOverride", "fullnameOverride", "disableLookups", "additionalVolumeMounts", "nodeSelector", "env"}
            | {"apoc_config", "apoc_credentials", "securityContext", "containerSecurityContext", "secretMounts"}
            | {"readinessProbe", "livenessProbe", "startupProbe", "ssl", "clusterDomain", "statefulset", "jvm"}
            | {"logInitialPassword", "logging", "podDisruptionBudget", "serviceMonitor", "analytics"}
        ),
        ("image",): frozenset(
            {"registry", "repository", "tag", "imagePullPolicy", "imagePullSecrets", "imageCredentials"}
        ),
        ("neo4j",): frozenset({"password", "resources"}),
        ("volumes",): frozenset({"backups", "logs", "metrics", "import", "licenses"}),
    }
    # It looks up Secrets and Services in the cluster.
    offline: ClassVar[Mapping[str, bool]] = {"disableLookups": True}

    # Source: its templates, 5.17.
    volumes = frozenset(
        {"data", "backups", "logs", "metrics", "import", "licenses", "neo4j-conf", "neo4j-auth"}
        | {"neo4j-server-logs", "neo4j-user-logs"}
    )
    data_volumes = frozenset({data_volume.CLAIM, data_volume.SELECTOR, data_volume.VOLUME, data_volume.TEMPLATE})
    fills_image = True

    # Source: https://neo4j.com/docs/operations-manual/current/kubernetes/helm-charts-setup/
    repository = "https://helm.neo4j.com/neo4j"
    # The last version that we know to refuse `eval` is 5.17.
    eval_since = (5, 18)

    def values(self, scenario: Scenario) -> Values:
        """Return the data of the values file of a scenario."""
        return write.values(scenario)

    def read(self, reading: "Reading") -> None:
        """Read the inputs of a values file."""
        from neo4j_scenarios.charts.neo4j.read import read

        read(reading)

    def sites(self, values: "Located") -> "Iterator[ContainerSite]":
        """Yield the restore containers."""
        from neo4j_scenarios.charts.sites import ContainerSite, restore_containers

        for at in restore_containers(values, *self.containers):
            yield ContainerSite(
                values,
                at,
                ("additionalVolumes",),
                ("data", sub_path(values)),
                chart_volumes=self.volumes,
                mounted=True,
                cluster=self.cluster(values),
            )

    def cluster(self, values: "Located") -> bool:
        """Return whether the values install a server of a cluster."""
        size = values.get("neo4j", "minimumClusterSize")
        return isinstance(size, int) and size > 1

    def stateful_sets(self, scenario: Scenario) -> Iterator[str]:
        """Yield the names of the StatefulSets. Source: the chart's templates, 5.17.0."""
        yield from release_names(scenario)


def sub_path(values: "Located") -> str:
    """Return the folder of the data volume that the chart mounts. It is empty for the whole volume."""
    block = values.get("volumes", "data")
    data = block if isinstance(block, Mapping) else {}
    return "" if data.get("disableSubPathExpr") else str(data.get("subPathExpr") or "data")


CHART: Final = Neo4j()
