"""Values of this project's chart -> inputs."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from neo4j_scenarios.charts.ldap import read_ldap, read_password
from neo4j_scenarios.charts.neo4j_restore import drill
from neo4j_scenarios.charts.read_bucket import give_bucket
from neo4j_scenarios.charts.read_pod import (
    read_cpu,
    read_licence,
    read_list,
    read_memory,
    read_mounts,
    read_pull_secrets,
    read_service_account,
    read_volumes,
)
from neo4j_scenarios.charts.reading import INPUTS, Reading
from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.inputs import data_volume
from neo4j_scenarios.inputs.fields import pod
from neo4j_scenarios.inputs.fields.deployment import NONE, RESTORE_MEMORY
from neo4j_scenarios.targets import CLUSTER

if TYPE_CHECKING:
    from neo4j_scenarios.yaml.located import Located

# Keys of the `restore` block whose input has another name. Other inputs have the same name, such as force-overwrite.
_RENAMED: Final = {"secretName": "secret", "region": "bucket-region"}

# Inputs that need more than one key, or another form.
_BLOCKS: Final = frozenset({"bucket", "ignore-objects", "ca-bundle", "encryption-key", "age-identity"})

_NO_RESTORE: Final = "asks for no restore: its restore block has neither bucket nor database"

# What the chart asks for by itself; a test ties the two.
CHARTS_CPU: Final = "250m"


def read(reading: Reading) -> None:
    """Read the inputs. Raises InputFileError for a file that asks for no restore."""
    restore = reading.values.get("restore")
    for name in restore if isinstance(restore, Mapping) else ():
        key = _RENAMED.get(name) or re.sub(r"(?=[A-Z])", "-", name).lower()
        if key in INPUTS - _BLOCKS:
            reading.take(key, "restore", name)
    give_bucket(reading, ("restore", "bucket"), ("restore", "cloudProvider"))
    _read_patterns(reading)
    _read_reference(reading, "ca-bundle", "caBundle", "ca.crt")
    _read_reference(reading, "encryption-key", "encryptionKey", "key")
    _read_reference(reading, "age-identity", "ageIdentity", "identity")
    if not read_memory(reading, "restore", "resources") and reading.values.get("restore", "limitMemory") is False:
        reading.inputs[RESTORE_MEMORY.key] = NONE
        reading.skip("restore", "limitMemory")
    read_cpu(reading, CHARTS_CPU, "restore", "resources")
    _read_claim(reading)
    for part in ("repository", "tag", "digest"):
        reading.take("restore-image" if part == "repository" else f"restore-{part}", "restore", "image", part)
    reading.take("neo4j-image", "image", "repository")
    reading.take("neo4j-tag", "image", "tag")
    _read_data(reading)
    _read_cluster(reading)
    _read_pod(reading)
    reading.take("password-secret", "auth", "existingSecret")
    reading.take("finalize", "finalize", "enabled")
    drill.read(reading)
    read_licence(reading, "acceptLicenseAgreement")
    read_service_account(reading)
    read_ldap(reading)
    read_password(reading)
    if reading.values.get("restore", "enabled") is True:
        reading.skip("restore", "enabled")
    if reading.values.get("restore", "secretName") is None:
        reading.inputs["secret"] = "restore-service-key"  # noqa: S105 - the chart's default, the name of a Secret

    if not {"bucket", "database"} & reading.origins.keys():
        raise InputFileError(Problem(reading.values.file, _NO_RESTORE, "name a values file that asks for a restore"))


def _read_cluster(reading: Reading) -> None:
    """Read the shape of a cluster. `servers: 1` is a single server."""
    if not is_cluster(reading.values):
        if reading.values.get("servers") == 1:
            reading.skip("servers")
        return
    reading.inputs["scenario"] = CLUSTER.name
    reading.take("servers", "servers")
    reading.take("read-replicas", "readReplicas")
    reading.take("unpinned", "cluster", "acceptUnpinned")
    reading.take("accept-first-bootstrap", "cluster", "acceptFirstBootstrap")


def is_cluster(values: "Located") -> bool:
    """Return whether the values install several servers."""
    servers = values.get("servers")
    return isinstance(servers, int) and servers > 1


def _read_patterns(reading: Reading) -> None:
    """Read the list of patterns as one text. A pattern with a comma is not taken: it would become two."""
    listed = reading.values.get("restore", "ignoreObjects")
    patterns = listed if isinstance(listed, list) else []
    if all(isinstance(pattern, str) and "," not in pattern for pattern in patterns):
        reading.give("ignore-objects", ",".join(patterns), "restore", "ignoreObjects")


def _read_reference(reading: Reading, key: str, block: str, default: str) -> None:
    for name, source in (("configMapName", "configmap"), ("secretName", "secret")):
        if object_name := reading.text("restore", block, name):
            text = f"{source}/{object_name}/{reading.text('restore', block, 'key') or default}"
            reading.give(key, text, "restore", block, name)
            reading.skip("restore", block, "key")


def _read_claim(reading: Reading) -> None:
    """Read the claim that is mounted at the folder of a file:// bucket."""
    bucket = reading.inputs.get("bucket", "")
    mounts, volumes = reading.values.get("restore", "extraVolumeMounts"), reading.values.get("extraVolumes")
    if not bucket.startswith("file:///") or not isinstance(mounts, list) or not isinstance(volumes, list):
        return
    folder = f"/{bucket.split('/')[3]}"
    mounted = [mount for mount in mounts if isinstance(mount, Mapping) and mount.get("mountPath") == folder]
    names = {str(mount.get("name")) for mount in mounted}
    for index, volume in enumerate(volumes):
        if isinstance(volume, Mapping) and str(volume.get("name")) in names:
            reading.take("backup-claim", "extraVolumes", index, "persistentVolumeClaim", "claimName")
            reading.skip("extraVolumes", index)
    for index, mount in enumerate(mounts):
        if mount in mounted and "backup-claim" in reading.origins:
            reading.skip("restore", "extraVolumeMounts", index)


def _read_data(reading: Reading) -> None:
    """Take the claim that is there, for which size and class of a new one count no more."""
    claim = reading.text("data", "existingClaim")
    if claim:
        reading.give("data-volume", f"{data_volume.CLAIM}/{claim}", "data", "existingClaim")
        reading.skip("data", "size")
        reading.skip("data", "storageClass")
        return
    reading.take("storage-size", "data", "size")
    reading.take("storage-class", "data", "storageClass")


def _read_pod(reading: Reading) -> None:
    read_pull_secrets(reading, "imagePullSecrets")
    read_list(reading, pod.INIT_CONTAINERS_BEFORE, "initContainersBefore")
    read_list(reading, pod.INIT_CONTAINERS_AFTER, "initContainersAfter")
    read_list(reading, pod.EXTRA_CONTAINERS, "extraContainers")
    read_list(reading, pod.NEO4J_MOUNTS, "extraVolumeMounts")
    read_mounts(reading, ("restore", "extraVolumeMounts"))
    read_volumes(reading, ("extraVolumes",))
