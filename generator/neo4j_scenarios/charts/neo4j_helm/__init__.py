"""The labs chart, archived at 4.4.10. Its cluster is one release of cores and read replicas."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from neo4j_scenarios.charts.interface import Chart
from neo4j_scenarios.charts.neo4j_helm import write
from neo4j_scenarios.charts.volumes import Values
from neo4j_scenarios.inputs.scenario import Scenario

if TYPE_CHECKING:
    from neo4j_scenarios.charts.reading import Reading
    from neo4j_scenarios.charts.sites import ContainerSite
    from neo4j_scenarios.yaml.located import Located, Steps

# The blocks of the servers.
_MEMBERS: Final = ("core", "readReplica")


class Neo4jHelm(Chart):
    """The chart `neo4j-helm`."""

    signs = (("core",), ("readReplica",), ("imageTag",), ("neo4jPassword",), ("existingPasswordSecret",))
    containers = ("core", "initContainers")
    password = (("neo4jPassword",), "existingPasswordSecret")
    defaults: ClassVar["Mapping[Steps, object]"] = {
        ("authEnabled",): True,
        ("core", "restore", "enabled"): False,
        ("core", "persistentVolume", "enabled"): True,
        ("core", "persistentVolume", "mountPath"): "/data",
        ("readReplica", "numberOfServers"): 0,
        ("readReplica", "restore", "enabled"): False,
    }

    # Source: its templates, 4.4.10.
    volumes = frozenset({"datadir", "plugins", "init-script"})
    data_template = "datadir"
    server = ""
    one_pull_secret = True

    password_key = "neo4j-password"  # noqa: S105 - the name of a key, not a secret

    def values(self, scenario: Scenario) -> Values:
        """Return the data of the values file of a scenario."""
        return write.values(scenario)

    def read(self, reading: "Reading") -> None:
        """Read the inputs of a values file."""
        from neo4j_scenarios.charts.neo4j_helm.read import read

        read(reading)

    def sites(self, values: "Located") -> "Iterator[ContainerSite]":
        """Yield the restore containers of the cores and of the read replicas."""
        from neo4j_scenarios.charts.sites import ContainerSite, restore_containers

        below = str(values.get("core", "persistentVolume", "subPath") or "")
        old = {steps[0] for steps in self.old_restores(values)}
        for member in _MEMBERS:
            volumes = self.volumes | ({"credentials"} if member in old else set())
            for at in restore_containers(values, member, "initContainers"):
                yield ContainerSite(
                    values,
                    at,
                    (member, "additionalVolumes"),
                    ("datadir", below),
                    chart_volumes=volumes,
                    cluster=self.cluster(values),
                )

    def old_restores(self, values: "Located") -> "Iterator[Steps]":
        """Yield the paths of the blocks that turn on the chart's own restore, which ends with 0 after a failure."""
        for member in _MEMBERS:
            if values.get(member, "restore", "enabled") is True:
                yield member, "restore"

    def cluster(self, values: "Located") -> bool:
        """Return whether the values install a cluster, which is the chart's default."""
        return values.get("core", "standalone") is not True

    def stateful_sets(self, scenario: Scenario) -> Iterator[str]:
        """Yield the names of the StatefulSets. Source: the chart's templates, 4.4.10."""
        yield f"{scenario.release}-neo4j-core"
        if scenario.read_replicas:
            yield f"{scenario.release}-neo4j-replica"

    def pods(self, scenario: Scenario) -> Iterator[str]:
        """Yield the names of the servers' pods: the cores, then the read replicas."""
        numbers = (scenario.servers if scenario.cluster else 1, scenario.read_replicas)
        for name, count in zip(self.stateful_sets(scenario), numbers, strict=False):
            yield from (f"{name}-{number}" for number in range(count))

    def ldap_config_map(self, scenario: Scenario) -> str:
        """Return the name of the ConfigMap with the LDAP settings, because the values can't hold them."""
        return write.config_map(scenario.release) if scenario.ldap_url else ""


CHART: Final = Neo4jHelm()
