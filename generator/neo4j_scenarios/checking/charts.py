"""Where each chart has its restore containers, and what is wrong there."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from neo4j_restore import spec
from neo4j_scenarios.checking.container import Place, check_container, memory
from neo4j_scenarios.checking.contract import complaints
from neo4j_scenarios.checking.finding import Finding, finding
from neo4j_scenarios.checking.hazards import Consent, hazards
from neo4j_scenarios.importing.container import is_restore, restore_containers
from neo4j_scenarios.importing.found import Found
from neo4j_scenarios.located import Located, Steps
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM, NEO4J_RESTORE, Target

# Volumes that the charts have themselves. Source: the charts' templates, 5.17 and 4.4.10.
_OFFICIAL: Final = frozenset(
    {"data", "backups", "logs", "metrics", "import", "licenses", "neo4j-conf", "neo4j-auth"}
    | {"neo4j-server-logs", "neo4j-user-logs"}
)
_LABS: Final = frozenset({"datadir", "plugins"})

# Keys of our block `restore` whose variable has another name; of the others it is the same in upper case, with `_`.
_RENAMED: Final = {"notAfter": "RESTORE_NOT_AFTER", "emulatorHost": "STORAGE_EMULATOR_HOST"}

_OLD: Final = "is the old restore, which ends with 0 after a failure, so that Neo4j starts empty"
_LISTS: Final = (
    "Helm replaces lists and merges none: take the containers into the first file by --init-containers-after"
)
_IMPORT: Final = "neo4j-scenarios import makes a scenario of this file"


def check_restore(values: Located, target: Target, consent: Consent) -> Iterator[Finding]:
    """Yield what is wrong with the restore that the values ask for, or that there is none."""
    if target is NEO4J_RESTORE:
        yield from _own(values, consent)
        return
    places = list(_official(values, consent) if target is NEO4J else _labs(values, consent))
    for place in places:
        yield from check_container(place)
    old = list(_old_blocks(values)) if target is NEO4J_HELM else []
    yield from old
    if not places and not old:
        yield _nowhere(values, target)


def _own(values: Located, consent: Consent) -> Iterator[Finding]:
    block = values.get("restore")
    if not isinstance(block, Mapping) or block.get("enabled") is False:
        return
    # Keys with maps, as caBundle, name an object and not the path at which the chart mounts it.
    said = [key for key, value in block.items() if not isinstance(value, Mapping)]
    names = {key: _RENAMED.get(key) or _upper(key) for key in said}
    known = {variable.name for variable in spec.VARIABLES}
    told = {name: _text(block[key]) for key, name in names.items() if name in known}
    keys = {name: key for key, name in names.items()}
    accepted = Consent(consent.data_loss or block.get("acceptDataLoss") is True, consent.unpinned)
    for name, what, hint in [*complaints(told), *hazards(told, cluster=False, consent=accepted)]:
        yield finding(values, ("restore", keys.get(name, name.lower())), what, hint)
    yield from memory(values, ("restore", "resources"), told.get("HEAP_SIZE", ""))


def _upper(key: str) -> str:
    return "".join(f"_{each}" if each.isupper() else each.upper() for each in key)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _official(values: Located, consent: Consent) -> Iterator[Place]:
    data = values.get("volumes", "data")
    said = data if isinstance(data, Mapping) else {}
    below = "" if said.get("disableSubPathExpr") else str(said.get("subPathExpr") or "data")
    size = values.get("neo4j", "minimumClusterSize")
    for at in restore_containers(Found(values), "podSpec", "initContainers"):
        yield Place(
            values,
            at,
            ("additionalVolumes",),
            ("data", below),
            given=_OFFICIAL,
            mounted=True,
            cluster=isinstance(size, int) and size > 1,
            consent=consent,
        )


def _labs(values: Located, consent: Consent) -> Iterator[Place]:
    below = str(values.get("core", "persistentVolume", "subPath") or "")
    cluster = values.get("core", "standalone") is not True
    for part in ("core", "readReplica"):
        restored = values.get(part, "restore", "enabled") is True
        given = _LABS | ({"credentials"} if restored else set())
        for at in restore_containers(Found(values), part, "initContainers"):
            volumes = (part, "additionalVolumes")
            yield Place(values, at, volumes, ("datadir", below), given=given, cluster=cluster, consent=consent)


def _old_blocks(values: Located) -> Iterator[Finding]:
    for part in ("core", "readReplica"):
        if values.get(part, "restore", "enabled") is True:
            yield finding(values, (part, "restore"), _OLD, _IMPORT)


def _nowhere(values: Located, target: Target) -> Finding:
    """Return that there is no restore, or that it stands where the chart does not look for it."""
    right = "podSpec.initContainers" if target is NEO4J else "core.initContainers"
    for steps in _anywhere(values.data, ()):
        what = f"is a restore container, and the chart {target.name} does not look for it here"
        return finding(values, steps, what, f"it belongs to {right}")
    steps = tuple(right.split("."))
    if steps in values.hidden:
        what = f"has no restore container, and takes the place of the list at {values.hidden[steps]}"
        return finding(values, steps, what, _LISTS)
    hint = f"add one to {right}: neo4j-scenarios new writes it; name a file that lies over ours after it: A.yaml B.yaml"
    return finding(values, (), "has no restore container", hint)


def _anywhere(node: Any, steps: Steps) -> Iterator[Steps]:
    if is_restore(node):
        yield steps
    items = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for step, item in items:
        yield from _anywhere(item, (*steps, step))
