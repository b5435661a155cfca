"""Finds the restore containers in the values of each chart, and checks them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from neo4j_restore import spec
from neo4j_scenarios.charts.read_container import is_restore, restore_containers
from neo4j_scenarios.charts.volumes import GIVEN
from neo4j_scenarios.checking.container import ContainerSite, check_container, memory
from neo4j_scenarios.checking.contract import complaints
from neo4j_scenarios.checking.finding import Finding, finding
from neo4j_scenarios.checking.hazards import Consent, hazards
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM, NEO4J_RESTORE, Target
from neo4j_scenarios.yaml.located import Located, Steps

# Keys of our `restore` block whose variable has another name. Other keys have the same name, such as FORCE_OVERWRITE.
_RENAMED: Final = {"notAfter": "RESTORE_NOT_AFTER", "emulatorHost": "STORAGE_EMULATOR_HOST"}

_OLD: Final = "is the old restore, which exits with 0 after a failure, so Neo4j starts empty"
_LISTS: Final = (
    "Helm replaces lists and does not merge them: put the containers into the first file with --init-containers-after"
)
_IMPORT: Final = "make a scenario from this file with neo4j-scenarios import"


def check_restore(values: Located, target: Target, consent: Consent) -> Iterator[Finding]:
    """Yield the mistakes in the restore of the values. A file without a restore is a mistake too."""
    if target is NEO4J_RESTORE:
        yield from _own(values, consent)
        return
    sites = list(_official(values, consent) if target is NEO4J else _labs(values, consent))
    for site in sites:
        yield from check_container(site)
    old = list(_old_blocks(values)) if target is NEO4J_HELM else []
    yield from old
    if not sites and not old:
        yield _nowhere(values, target)


def _own(values: Located, consent: Consent) -> Iterator[Finding]:
    block = values.get("restore")
    if not isinstance(block, Mapping) or block.get("enabled") is False:
        return
    # A key with a map, such as caBundle, names an object. The variable has the path at which the chart mounts it.
    scalars = [key for key, value in block.items() if not isinstance(value, Mapping)]
    names = {key: _RENAMED.get(key) or _upper(key) for key in scalars}
    variables = {variable.name for variable in spec.VARIABLES}
    environment = {name: _text(block[key]) for key, name in names.items() if name in variables}
    keys = {name: key for key, name in names.items()}
    accepted = Consent(consent.data_loss or block.get("acceptDataLoss") is True, consent.unpinned)
    for name, what, hint in [*complaints(environment), *hazards(environment, cluster=False, consent=accepted)]:
        yield finding(values, ("restore", keys.get(name, name.lower())), what, hint)
    yield from memory(values, ("restore", "resources"), environment.get("HEAP_SIZE", ""))


def _upper(key: str) -> str:
    return "".join(f"_{each}" if each.isupper() else each.upper() for each in key)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _official(values: Located, consent: Consent) -> Iterator[ContainerSite]:
    block = values.get("volumes", "data")
    data = block if isinstance(block, Mapping) else {}
    below = "" if data.get("disableSubPathExpr") else str(data.get("subPathExpr") or "data")
    size = values.get("neo4j", "minimumClusterSize")
    for at in restore_containers(values, "podSpec", "initContainers"):
        yield ContainerSite(
            values,
            at,
            ("additionalVolumes",),
            ("data", below),
            chart_volumes=GIVEN[NEO4J.name],
            mounted=True,
            cluster=isinstance(size, int) and size > 1,
            consent=consent,
        )


def _labs(values: Located, consent: Consent) -> Iterator[ContainerSite]:
    below = str(values.get("core", "persistentVolume", "subPath") or "")
    cluster = values.get("core", "standalone") is not True
    for part in ("core", "readReplica"):
        restored = values.get(part, "restore", "enabled") is True
        own = GIVEN[NEO4J_HELM.name] | ({"credentials"} if restored else set())
        for at in restore_containers(values, part, "initContainers"):
            volumes = (part, "additionalVolumes")
            yield ContainerSite(
                values, at, volumes, ("datadir", below), chart_volumes=own, cluster=cluster, consent=consent
            )


def _old_blocks(values: Located) -> Iterator[Finding]:
    for part in ("core", "readReplica"):
        if values.get(part, "restore", "enabled") is True:
            yield finding(values, (part, "restore"), _OLD, _IMPORT)


def _nowhere(values: Located, target: Target) -> Finding:
    """Return the finding that there is no restore container, or that it is in the wrong place."""
    expected = "podSpec.initContainers" if target is NEO4J else "core.initContainers"
    for steps in _anywhere(values.data, ()):
        what = f"is a restore container in a place where the chart {target.name} does not use it"
        return finding(values, steps, what, f"move it to {expected}")
    steps = tuple(expected.split("."))
    if steps in values.hidden:
        what = f"has no restore container, and replaces the list at {values.hidden[steps]}"
        return finding(values, steps, what, _LISTS)
    hint = f"add one to {expected} as neo4j-scenarios new does, or name a second file after its first: A.yaml B.yaml"
    return finding(values, (), "has no restore container", hint)


def _anywhere(node: Any, steps: Steps) -> Iterator[Steps]:
    if is_restore(node):
        yield steps
    items = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for step, item in items:
        yield from _anywhere(item, (*steps, step))
