"""What a chart's module gives: how the chart's values are written, read, checked and installed.

Only this module knows where the chart keeps what. It has a subclass of `Chart`, and one of its objects as `CHART`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from neo4j_scenarios.charts.environment import DATA_DIR
from neo4j_scenarios.charts.volumes import Values
from neo4j_scenarios.inputs.scenario import Scenario

if TYPE_CHECKING:
    from neo4j_scenarios.charts.reading import Reading
    from neo4j_scenarios.charts.sites import ContainerSite, RestoreBlock
    from neo4j_scenarios.yaml.located import Located, Steps

# A chart's readers are imported inside its methods: `new` and `build` only write.


class Chart(ABC):
    """One chart. The attributes have the values of a chart that does nothing special.

    Of its values files:
    signs: keys that only this chart has. weak_signs: keys that count if a file has no sign of any chart.
    containers: the path of its list of init containers. Empty if the chart makes the restore container itself.
    password: its key for a password in plain text, and the key that names a Secret instead.
    defaults: values that a file can repeat without effect. A file of the chart's defaults beside the schema is better.
    whole_schema: whether the schema has every key of the chart, and not only those that we write.
    other_keys: the keys that the schema lacks, by the map that contains them.
    offline: values with which it renders without a cluster. Without them it looks up objects there.

    Of its pods:
    volumes: the names of the volumes that it defines itself.
    server: the name of the server's container. Empty if it depends on the release.
    server_mounts: the paths at which the server has volumes.
    data_volumes: the kinds of existing data volumes that it takes.
    data_template: the name of its claim template for the data.
    fills_image: whether it gives its own image to a container without one.
    one_pull_secret: whether it takes a single pull Secret.

    Of its releases:
    repository: where Helm finds it. Empty if that is not known.
    versioned: whether Helm takes its version. A folder has none.
    password_key: the key in the Secret of the password.
    random_password: whether it makes a new random password each time that it is rendered.
    eval_since: the first version that accepts the licence `eval`. Empty for every version.
    """

    signs: ClassVar["tuple[Steps, ...]"] = ()
    weak_signs: ClassVar["tuple[Steps, ...]"] = ()
    containers: ClassVar["Steps"] = ()
    password: ClassVar["tuple[Steps, str] | None"] = None
    defaults: ClassVar["Mapping[Steps, object]"] = {}
    whole_schema: ClassVar[bool] = False
    other_keys: ClassVar["Mapping[Steps, frozenset[str]]"] = {}
    offline: ClassVar[Mapping[str, bool]] = {}

    volumes: ClassVar[frozenset[str]] = frozenset()
    server: ClassVar[str] = "neo4j"
    server_mounts: ClassVar[tuple[str, ...]] = (DATA_DIR,)
    data_volumes: ClassVar[frozenset[str]] = frozenset()
    data_template: ClassVar[str] = "data"
    fills_image: ClassVar[bool] = False
    one_pull_secret: ClassVar[bool] = False

    repository: ClassVar[str] = ""
    versioned: ClassVar[bool] = True
    password_key: ClassVar[str] = "NEO4J_AUTH"  # noqa: S105 - the name of a key, not a secret
    random_password: ClassVar[bool] = True
    eval_since: ClassVar[tuple[int, ...]] = ()

    @abstractmethod
    def values(self, scenario: Scenario) -> Values:
        """Return the data of the values file of a scenario."""

    @abstractmethod
    def read(self, reading: "Reading") -> None:
        """Read the inputs of a values file. What no input can hold may stay: `importing` finds and lists it."""

    @abstractmethod
    def sites(self, values: "Located") -> "Iterator[ContainerSite | RestoreBlock]":
        """Yield the restores of a values file: containers, or a block of the chart's own keys."""

    def asks_for_restore(self, values: "Located") -> bool:
        """Return whether the values ask for a restore. Only a chart with a key for it can turn it off."""
        return True

    def old_restores(self, values: "Located") -> "Iterator[Steps]":
        """Yield the paths of blocks that turn on an old restore of the chart itself, which is not safe."""
        yield from ()

    def cluster(self, values: "Located") -> bool:
        """Return whether the values install a cluster."""
        return False

    def stateful_sets(self, scenario: Scenario) -> Iterator[str]:
        """Yield the names of the StatefulSets. There are none for a chart that shortens them."""
        yield from ()

    def pods(self, scenario: Scenario) -> Iterator[str]:
        """Yield the names of the servers' pods. There are none for a chart whose StatefulSets are not known."""
        for name in self.stateful_sets(scenario):
            yield f"{name}-0"

    def ldap_config_map(self, scenario: Scenario) -> str:
        """Return the name of the ConfigMap with the LDAP settings. It is empty if the values hold them."""
        return ""
