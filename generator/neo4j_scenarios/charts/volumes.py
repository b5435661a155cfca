"""Scenario -> the mounts of the restore container besides the data volume, and their volumes."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final

from neo4j_scenarios.charts.environment import AGE_IDENTITY, CERTIFICATES, ENCRYPTION_KEY, KEY_FOLDER
from neo4j_scenarios.inputs.reference import Reference
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.inputs.structure import items

Values = dict[str, Any]

# The names of the restore container's own volumes.
OURS: Final = frozenset(
    {"restore-tmp", "restore-service-key", "restore-certificates", "restore-encryption-key", "restore-age-identity"}
    | {"restore-backups"}
)

# Only the owner and the pod's group may read. In decimal it is 288.
_MODE: Final = 0o440


def mounts(scenario: Scenario) -> list[Values]:
    """Return the mounts of the container, without the data volume's."""
    temporary = {"name": "restore-tmp", "mountPath": "/tmp"}  # noqa: S108 - an emptyDir in the pod
    read_only = [
        {"name": volume["name"], "mountPath": str(folder), "readOnly": True} for folder, volume in _read_only(scenario)
    ]
    return [temporary, *read_only]


def volumes(scenario: Scenario) -> list[Values]:
    """Return the pod's volumes for `mounts`, and the operator's own."""
    ours = [volume for _, volume in _read_only(scenario)]
    return [{"name": "restore-tmp", "emptyDir": {}}, *ours, *items(scenario.extra_volumes)]


def backups(scenario: Scenario) -> tuple[PurePosixPath, Values]:
    """Return the mount path and the volume of the claim with the sets. The path is the first folder of the bucket."""
    folder = PurePosixPath("/") / scenario.bucket.prefix.partition("/")[0]
    claim = {"claimName": scenario.backup_claim, "readOnly": True}
    return folder, {"name": "restore-backups", "persistentVolumeClaim": claim}


def _read_only(scenario: Scenario) -> Iterator[tuple[PurePosixPath, Values]]:
    if scenario.secret:
        key = Reference("secret", scenario.secret, scenario.secret_key)
        yield _of("restore-service-key", key, PurePosixPath(KEY_FOLDER) / scenario.secret_key)
    if scenario.ca_bundle:
        yield _of("restore-certificates", scenario.ca_bundle, PurePosixPath(CERTIFICATES))
    if scenario.encryption_key:
        yield _of("restore-encryption-key", scenario.encryption_key, PurePosixPath(ENCRYPTION_KEY))
    if scenario.age_identity:
        yield _of("restore-age-identity", scenario.age_identity, PurePosixPath(AGE_IDENTITY))
    if scenario.backup_claim:
        yield backups(scenario)


def _of(name: str, reference: Reference, path: PurePosixPath) -> tuple[PurePosixPath, Values]:
    # A pod whose data is there must start without them. The restore itself reports a missing file.
    content: Values = {"optional": True, "items": [{"key": reference.key, "path": path.name}]}
    if reference.source == "configmap":
        return path.parent, {"name": name, "configMap": {"name": reference.name, **content}}
    return path.parent, {"name": name, "secret": {"secretName": reference.name, "defaultMode": _MODE, **content}}
