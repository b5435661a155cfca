"""A cluster of a fleet, explained: each value and the layers that said it; what an install does, and what it risks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from neo4j_restore.spec import LATEST
from neo4j_scenarios.cluster import Cluster
from neo4j_scenarios.fields import FIELDS
from neo4j_scenarios.layers import LABELS, VARIABLES
from neo4j_scenarios.render import note
from neo4j_scenarios.scenario import Scenario, attribute

# The sentences of values files that say what becomes of data, in the order in which one asks.
_RISKS: Final = ("FORCE_OVERWRITE", "SPACE_MODE", "ON_MISSING", "KEEP_PREVIOUS", "storage")

_HAZARD: Final = "HAZARD"


@dataclass(frozen=True)
class Said:
    """What a layer says about a key: its text as it stands there (None: it removes what is below), and the place."""

    layer: str
    place: str
    text: str | None


@dataclass(frozen=True)
class Value:
    """One value of a cluster, what made it, the last first; said by nobody, it is a default."""

    key: str
    text: str
    meaning: str
    said: Sequence[Said]


def values(cluster: Cluster) -> list[Value]:
    """Return all labels, variables and inputs of a cluster; inputs that are empty by default are left out."""
    made = [_value(cluster, f"{LABELS}.{name}", text, "a label") for name, text in cluster.labels.items()]
    made += [_value(cluster, f"{VARIABLES}.{name}", text, "a variable") for name, text in cluster.variables.items()]
    effective = _effective(cluster)
    for field in FIELDS:
        value = _value(cluster, field.key, effective.get(field.key, ""), field.meaning)
        if value.text or value.said:
            made.append(value)
    return made


def _value(cluster: Cluster, key: str, text: str, meaning: str) -> Value:
    history = reversed(cluster.history(key))
    return Value(key, text, meaning, [Said(layer.title, str(at.place), at.text) for layer, at in history])


def _effective(cluster: Cluster) -> dict[str, str]:
    """Return the inputs with all defaults; those of the first target where targets differ in them."""
    scenario = cluster.scenarios[0]
    return {field.key: field.text(getattr(scenario, attribute(field))) for field in FIELDS} | dict(cluster.inputs)


def install(scenario: Scenario) -> Iterator[str]:
    """Yield what happens when the values file is installed, a sentence or two each, in the order of time."""
    databases = " and ".join(scenario.databases)
    yield (
        f"Helm installs {scenario.release} from {scenario.target.chart}: Neo4j {scenario.neo4j_tag} "
        f"({scenario.edition}), with a data volume of {scenario.storage_size}."
    )
    if scenario.offline_maintenance:
        yield note("offline", scenario)
    yield f"Before Neo4j starts, each pod restores {databases} from {scenario.bucket}. {note('DATABASE', scenario)}"
    yield f"The set: {scenario.timestamp}. {note('TIMESTAMP', scenario)}"
    if scenario.timestamp == LATEST:
        yield note("ON_STALE_LATEST", scenario)
    if scenario.ignore_objects:
        yield f"Objects that are ignored: {', '.join(scenario.ignore_objects)}. {note('IGNORE_OBJECTS', scenario)}"
    if scenario.require_checksum:
        yield note("REQUIRE_CHECKSUM", scenario)
    if scenario.cluster:
        yield note("cluster", scenario)
    if scenario.ldap_url:
        yield note("ldap", scenario)
    if scenario.not_after:
        yield f"The wish holds until {scenario.not_after}. {note('RESTORE_NOT_AFTER', scenario)}"
    if scenario.emulator_host:
        yield note("STORAGE_EMULATOR_HOST", scenario)


def risks(scenario: Scenario) -> Iterator[str]:
    """Yield what becomes of the data that is on the volume; hazards first."""
    told = [note(name, scenario) for name in _RISKS]
    yield from sorted(told, key=lambda text: _HAZARD not in text)
