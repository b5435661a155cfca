"""Values of the labs chart -> inputs. The restore is its own `restore` block, or a container in `initContainers`."""

from typing import Final

from neo4j_scenarios.fields import pod
from neo4j_scenarios.importing.bucket import give_bucket
from neo4j_scenarios.importing.container import read_container, restore_containers
from neo4j_scenarios.importing.found import Found
from neo4j_scenarios.importing.parts import read_licence, read_service_account
from neo4j_scenarios.importing.pod import read_init_containers, read_list, read_volumes
from neo4j_scenarios.located import Steps

# Keys of the `restore` block that are inputs. Bucket and secret are read separately.
_BLOCK: Final = {
    "database": "database",
    "timestamp": "timestamp",
    "forceOverwrite": "force-overwrite",
    "purgeOnComplete": "purge-on-complete",
}

_OLD_IMAGE: Final = "is the old restore image, which exits with 0 after a failure, so Neo4j starts empty"
_IMAGE_HINT: Final = "set restore-image and restore-tag to an image for the server's Neo4j: tools/restore/README.md"

_OVERWRITE_WHY: Final = (
    "does not set forceOverwrite, and the old chart's default is true: each start of the pod loses all data written "
    "since the backup. The scenario uses false, which never replaces a database"
)
_OVERWRITE_HINT: Final = (
    "keep false to restore only into an empty volume, or set force-overwrite to once, with a restore-id, to replace "
    "existing data one time"
)
_REPLICA_WHY: Final = "differs from core, but a scenario has the same settings for all servers of a cluster"
_REPLICA_HINT: Final = "set readReplica in a second values file"

_LISTS: Final = ("additionalVolumes", "additionalVolumeMounts")


def read_labs(found: Found) -> None:
    """Read the inputs."""
    found.take("neo4j-image", "image")
    found.take("neo4j-tag", "imageTag")
    read_licence(found, "acceptLicenseAgreement")
    _read_shape(found)
    found.take("storage-size", "core", "persistentVolume", "size")
    found.take("storage-class", "core", "persistentVolume", "storageClass")
    found.take("data-sub-path", "core", "persistentVolume", "subPath")
    read_service_account(found)
    if found.values.get("neo4jPassword"):
        hint = "remove it here and from the Git history, and name a Secret with existingPasswordSecret"
        found.leave(("neo4jPassword",), "is a password in plain text", hint)
    found.take("password-secret", "existingPasswordSecret")
    found.take("image-pull-secrets", "imagePullSecret")
    _read_restore(found)
    read_list(found, pod.EXTRA_CONTAINERS, "core", "sidecarContainers")
    read_list(found, pod.NEO4J_MOUNTS, "core", "additionalVolumeMounts")
    read_volumes(found, ("core", "additionalVolumes"))
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
    restores = restore_containers(found, "core", "initContainers")
    first = restores[:1] if "bucket" not in found.origins else []
    for steps in restores[len(first) :]:
        found.leave(steps, "is a second restore", "keep only one: it restores all databases, or none")
    for steps in first:
        below = found.text("core", "persistentVolume", "subPath") or ""
        read_container(found, steps, ("core", "additionalVolumes"), {"name": "datadir", "below": below})
    read_init_containers(found, ("core", "initContainers"), first[0] if first else None)


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
    """Skip the replicas' settings that equal the cores'. Other restore settings are listed as unsupported."""
    for part in ("restore", "initContainers", "persistentVolume", "envFrom", *_LISTS):
        setting = found.values.get("readReplica", part)
        if setting is None or setting == found.values.get("core", part):
            found.skip("readReplica", part)
        elif part in {"restore", "initContainers"}:
            found.leave(("readReplica", part), _REPLICA_WHY, _REPLICA_HINT)
