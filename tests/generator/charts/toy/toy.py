"""A chart that nobody has: all that a module of `charts/` must say about one."""

from collections.abc import Iterator
from typing import Final

from neo4j_scenarios.charts.container import container, init_containers
from neo4j_scenarios.charts.interface import Chart
from neo4j_scenarios.charts.read_container import read_container, split_image
from neo4j_scenarios.charts.read_pod import read_init_containers, read_licence, read_volumes
from neo4j_scenarios.charts.reading import Reading
from neo4j_scenarios.charts.sites import ContainerSite, restore_containers
from neo4j_scenarios.charts.volumes import Values, volumes
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.yaml.located import Located

_DATA: Final = "store"


class Toy(Chart):
    """It keeps everything below `graph`, and its data on the volume `store`."""

    signs = (("graph",),)
    containers = ("graph", "before")
    volumes = frozenset({_DATA})

    def values(self, scenario: Scenario) -> Values:
        restore = container(scenario, {"name": _DATA, "mountPath": "/data"})
        return {
            "graph": {
                "image": f"{scenario.neo4j_image}:{scenario.neo4j_tag}",
                "licence": scenario.accept_license or "no",
                "before": init_containers(scenario, restore),
                "volumes": volumes(scenario),
            }
        }

    def read(self, reading: Reading) -> None:
        repository, tag = split_image(reading.text("graph", "image") or "")
        reading.give("neo4j-image", repository, "graph", "image")
        reading.give("neo4j-tag", tag, "graph", "image")
        read_licence(reading, "graph", "licence")
        restores = restore_containers(reading.values, *self.containers)
        for steps in restores[:1]:
            read_container(reading, steps, ("graph", "volumes"), {"name": _DATA, "below": ""})
        read_init_containers(reading, self.containers, restores[0] if restores else None)
        read_volumes(reading, ("graph", "volumes"))

    def sites(self, values: Located) -> Iterator[ContainerSite]:
        for at in restore_containers(values, *self.containers):
            yield ContainerSite(values, at, ("graph", "volumes"), (_DATA, ""), chart_volumes=self.volumes)


CHART: Final = Toy()
