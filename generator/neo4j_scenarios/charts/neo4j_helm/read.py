"""Values of the labs chart -> inputs. The restore is its own `restore` block, or a container in `initContainers`."""

from typing import Final

from neo4j_scenarios.charts import ldap
from neo4j_scenarios.charts.neo4j_helm.write import config_map
from neo4j_scenarios.charts.read_bucket import give_bucket
from neo4j_scenarios.charts.read_container import read_container
from neo4j_scenarios.charts.read_pod import (
    read_init_containers,
    read_licence,
    read_list,
    read_service_account,
    read_volumes,
)
from neo4j_scenarios.charts.reading import Reading
from neo4j_scenarios.charts.sites import restore_containers
from neo4j_scenarios.inputs.fields import pod
from neo4j_scenarios.inputs.fields.deployment import RELEASE
from neo4j_scenarios.yaml.located import Steps

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


def read(reading: Reading) -> None:
    """Read the inputs."""
    reading.take("neo4j-image", "image")
    reading.take("neo4j-tag", "imageTag")
    read_licence(reading, "acceptLicenseAgreement")
    _read_shape(reading)
    reading.take("storage-size", "core", "persistentVolume", "size")
    reading.take("storage-class", "core", "persistentVolume", "storageClass")
    reading.take("data-sub-path", "core", "persistentVolume", "subPath")
    read_service_account(reading)
    if reading.values.get("neo4jPassword"):
        hint = "remove it here and from the Git history, and name a Secret with existingPasswordSecret"
        reading.leave(("neo4jPassword",), "is a password in plain text", hint)
    reading.take("password-secret", "existingPasswordSecret")
    reading.take("image-pull-secrets", "imagePullSecret")
    _read_restore(reading)
    read_list(reading, pod.EXTRA_CONTAINERS, "core", "sidecarContainers")
    read_list(reading, pod.NEO4J_MOUNTS, "core", "additionalVolumeMounts")
    read_volumes(reading, ("core", "additionalVolumes"))
    _read_replica(reading)
    _read_sources(reading)


def _read_shape(reading: Reading) -> None:
    reading.skip("core", "standalone")
    if reading.values.get("core", "standalone") is True:
        return
    reading.inputs["scenario"] = "cluster"
    reading.take("servers", "core", "numberOfServers")
    reading.take("read-replicas", "readReplica", "numberOfServers")


def _read_restore(reading: Reading) -> None:
    if reading.values.get("core", "restore", "enabled") is True:
        _read_block(reading, ("core", "restore"))
    restores = restore_containers(reading.values, "core", "initContainers")
    first = restores[:1] if "bucket" not in reading.origins else []
    for steps in restores[len(first) :]:
        reading.leave(steps, "is a second restore", "keep only one: it restores all databases, or none")
    for steps in first:
        below = reading.text("core", "persistentVolume", "subPath") or ""
        read_container(reading, steps, ("core", "additionalVolumes"), {"name": "datadir", "below": below})
    read_init_containers(reading, ("core", "initContainers"), first[0] if first else None)


def _read_block(reading: Reading, at: Steps) -> None:
    reading.skip(*at, "enabled")
    for name, key in _BLOCK.items():
        reading.take(key, *at, name)
    give_bucket(reading, (*at, "bucket"), (*at, "cloudProvider"))
    reading.take("secret", *at, "secretName")
    if reading.text(*at, "secretName"):
        reading.inputs["secret-key"] = "credentials"
    reading.origins.setdefault("secret", at)
    if reading.values.get(*at, "forceOverwrite") is None:
        reading.leave((*at, "forceOverwrite"), _OVERWRITE_WHY, _OVERWRITE_HINT)
    for name in ("image", "imageTag"):
        if reading.values.get(*at, name) is not None:
            reading.leave((*at, name), _OLD_IMAGE, _IMAGE_HINT)


def _read_replica(reading: Reading) -> None:
    """Skip the replicas' settings that equal the cores'. Other restore settings are listed as unsupported."""
    for part in ("restore", "initContainers", "persistentVolume", "envFrom", *_LISTS):
        setting = reading.values.get("readReplica", part)
        if setting is None or setting == reading.values.get("core", part):
            reading.skip("readReplica", part)
        elif part in {"restore", "initContainers"}:
            reading.leave(("readReplica", part), _REPLICA_WHY, _REPLICA_HINT)


def _read_sources(reading: Reading) -> None:
    """Let the header give the LDAP inputs, if the servers take them from the ConfigMap that its commands make."""
    name = config_map(reading.header.get("release", RELEASE.default))
    sources = reading.values.get("core", "envFrom")
    is_used = isinstance(sources, list) and {"configMapRef": {"name": name}} in sources
    if is_used and "ldap-url" in reading.header:
        reading.skip("core", "envFrom")
        reading.elsewhere = ldap.UNSAID
