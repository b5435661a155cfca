"""Values of the labs chart -> inputs: its own block `restore`, or a container in `initContainers`."""

from typing import Final

from neo4j_scenarios.importing.bucket import give_bucket
from neo4j_scenarios.importing.container import read_container, restore_containers
from neo4j_scenarios.importing.found import Found
from neo4j_scenarios.importing.parts import read_licence, read_service_account
from neo4j_scenarios.located import Steps

# Keys of the block `restore` that are inputs; bucket and secret apart.
_BLOCK: Final = {
    "database": "database",
    "timestamp": "timestamp",
    "forceOverwrite": "force-overwrite",
    "purgeOnComplete": "purge-on-complete",
}

_OLD_IMAGE: Final = "is the old restore image, which ends with 0 after a failure, so that Neo4j starts empty"
_IMAGE_HINT: Final = "restore-image and restore-tag, with an image of the server's Neo4j line: tools/restore/README.md"

_OVERWRITE_WHY: Final = (
    "does not say forceOverwrite, and the old chart's default is true: each start of the pod drops what was written "
    "since the backup; the scenario has false, which never replaces a database"
)
_OVERWRITE_HINT: Final = (
    "nothing, if an empty volume alone is to be restored; force-overwrite: once with a restore-id for one restore over "
    "existing data"
)
_REPLICA_WHY: Final = "is told something else than the cores, and a scenario tells all servers of a cluster the same"
_REPLICA_HINT: Final = "a values file of your own, laid over the generated one, for readReplica alone"


def read_labs(found: Found) -> None:
    """Take what the values say."""
    found.take("neo4j-image", "image")
    found.take("neo4j-tag", "imageTag")
    read_licence(found, "acceptLicenseAgreement")
    _read_shape(found)
    found.take("storage-size", "core", "persistentVolume", "size")
    found.take("storage-class", "core", "persistentVolume", "storageClass")
    found.take("data-sub-path", "core", "persistentVolume", "subPath")
    read_service_account(found)
    if found.values.get("neo4jPassword"):
        why = "is a password in the open"
        found.leave(("neo4jPassword",), why, "take it out: existingPasswordSecret names a Secret that holds it")
    found.take("password-secret", "existingPasswordSecret")
    _read_restore(found)
    _read_replica(found)


def _read_shape(found: Found) -> None:
    found.skip("core", "standalone")
    if found.values.get("core", "standalone") is True:
        return
    found.inputs["scenario"] = "cluster"
    found.take("servers", "core", "numberOfServers")
    found.take("read-replicas", "readReplica", "numberOfServers")


def _read_restore(found: Found) -> None:
    if found.values.get("core", "restore", "enabled") is True:
        _read_block(found, ("core", "restore"))
    for index, steps in enumerate(restore_containers(found, "core", "initContainers")):
        if index or "bucket" in found.origins:
            found.leave(steps, "is a second restore", "keep one: it restores all databases, or none")
            continue
        found.same[steps] = ("core", "initContainers", 0)
        below = found.text("core", "persistentVolume", "subPath") or ""
        read_container(found, steps, ("core", "additionalVolumes"), {"name": "datadir", "below": below})


def _read_block(found: Found, at: Steps) -> None:
    found.skip(*at, "enabled")
    for name, key in _BLOCK.items():
        found.take(key, *at, name)
    give_bucket(found, (*at, "bucket"), (*at, "cloudProvider"))
    found.take("secret", *at, "secretName")
    if found.text(*at, "secretName"):
        found.inputs["secret-key"] = "credentials"
    found.origins.setdefault("secret", at)
    if found.values.get(*at, "forceOverwrite") is None:
        found.leave((*at, "forceOverwrite"), _OVERWRITE_WHY, _OVERWRITE_HINT)
    for name in ("image", "imageTag"):
        if found.values.get(*at, name) is not None:
            found.leave((*at, name), _OLD_IMAGE, _IMAGE_HINT)


def _read_replica(found: Found) -> None:
    """Pass over what the replicas are told like the cores; the rest is listed."""
    for part in ("restore", "initContainers", "additionalVolumes", "persistentVolume", "envFrom"):
        told = found.values.get("readReplica", part)
        if told is None or told == found.values.get("core", part):
            found.skip("readReplica", part)
        elif part in {"restore", "initContainers"}:
            found.leave(("readReplica", part), _REPLICA_WHY, _REPLICA_HINT)
