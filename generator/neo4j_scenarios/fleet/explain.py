"""Explains one cluster of a fleet: where each value comes from, what an install does, and what it risks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from neo4j_restore.spec import LATEST, Migrate
from neo4j_scenarios.fleet.cluster import Cluster
from neo4j_scenarios.fleet.layers import LABELS, VARIABLES
from neo4j_scenarios.inputs.fields import FIELDS
from neo4j_scenarios.inputs.scenario import Scenario, attribute
from neo4j_scenarios.render.values_file import note

# The notes of values files about what happens to data, in the order of a reader's questions.
_RISKS: Final = ("FORCE_OVERWRITE", "SPACE_MODE", "ON_MISSING", "KEEP_PREVIOUS", "storage")

_HAZARD: Final = "HAZARD"


@dataclass(frozen=True)
class Said:
    """A layer's setting of a key: its text as written (None if it removes lower layers' value), and its place."""

    layer: str
    place: str
    text: str | None


@dataclass(frozen=True)
class Value:
    """One value of a cluster.

    said: the layers that set it, the one that wins first. Empty for a default.
    """

    key: str
    text: str
    meaning: str
    said: Sequence[Said]


def values(cluster: Cluster) -> list[Value]:
    """Return all labels, variables and inputs of a cluster. Inputs that nobody set are left out if they are empty."""
    listed = [_value(cluster, f"{LABELS}.{name}", text, "a label") for name, text in cluster.labels.items()]
    listed += [_value(cluster, f"{VARIABLES}.{name}", text, "a variable") for name, text in cluster.variables.items()]
    effective = _effective(cluster)
    for field in FIELDS:
        value = _value(cluster, field.key, effective.get(field.key, ""), field.meaning)
        if value.text or value.said:
            listed.append(value)
    return listed


def _value(cluster: Cluster, key: str, text: str, meaning: str) -> Value:
    history = reversed(cluster.history(key))
    return Value(key, text, meaning, [Said(layer.title, str(at.place), at.text) for layer, at in history])


def _effective(cluster: Cluster) -> dict[str, str]:
    """Return the inputs with all defaults. If targets have different defaults, those of the first target count."""
    scenario = cluster.scenarios[0]
    return {field.key: field.text(getattr(scenario, attribute(field))) for field in FIELDS} | dict(cluster.inputs)


def install(scenario: Scenario) -> Iterator[str]:
    """Yield what happens when the values file is installed, in order, one or two sentences each."""
    databases = " and ".join(
        f"{each.source} as {each.target}" if each.is_rename else each.target for each in scenario.namings
    )
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
    requested = {
        "REQUIRE_CHECKSUM": scenario.require_checksum,
        "CONSISTENCY_CHECK": scenario.consistency_check,
        "AUTH_FILES": scenario.auth_files,
        "MIGRATE": scenario.migrate is not Migrate.NEVER,
    }
    yield from (note(name, scenario) for name, is_asked in requested.items() if is_asked)
    if scenario.cluster:
        yield note("cluster", scenario)
    if scenario.ldap_url:
        yield note("ldap", scenario)
    if scenario.not_after:
        yield f"The request expires at {scenario.not_after}. {note('RESTORE_NOT_AFTER', scenario)}"
    if scenario.emulator_host:
        yield note("STORAGE_EMULATOR_HOST", scenario)


def risks(scenario: Scenario) -> Iterator[str]:
    """Yield what happens to the data on the volume, hazards first."""
    notes = [note(name, scenario) for name in _RISKS]
    yield from sorted(notes, key=lambda text: _HAZARD not in text)
