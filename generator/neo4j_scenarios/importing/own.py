"""Values of this project's chart -> inputs."""

import re
from collections.abc import Mapping
from typing import Final

from neo4j_scenarios import datavolume
from neo4j_scenarios.fields import pod
from neo4j_scenarios.fields.deployment import NONE, RESTORE_MEMORY
from neo4j_scenarios.importing.bucket import give_bucket
from neo4j_scenarios.importing.found import INPUTS, Found
from neo4j_scenarios.importing.ldap import read_ldap, read_password
from neo4j_scenarios.importing.parts import read_licence, read_memory, read_service_account
from neo4j_scenarios.importing.pod import read_cpu, read_list, read_mounts, read_pull_secrets, read_volumes

# Keys of the `restore` block whose input has another name. Other inputs have the same name, such as force-overwrite.
_RENAMED: Final = {"secretName": "secret", "region": "bucket-region"}

# Inputs that need more than one key, or another form.
_BLOCKS: Final = frozenset({"bucket", "ignore-objects", "ca-bundle", "encryption-key", "age-identity"})

# What the chart asks for by itself; a test ties the two.
CHARTS_CPU: Final = "250m"


def read_own(found: Found) -> None:
    """Read the inputs."""
    restore = found.values.get("restore")
    for name in restore if isinstance(restore, Mapping) else ():
        key = _RENAMED.get(name) or re.sub(r"(?=[A-Z])", "-", name).lower()
        if key in INPUTS - _BLOCKS:
            found.take(key, "restore", name)
    give_bucket(found, ("restore", "bucket"), ("restore", "cloudProvider"))
    _read_patterns(found)
    _read_reference(found, "ca-bundle", "caBundle", "ca.crt")
    _read_reference(found, "encryption-key", "encryptionKey", "key")
    _read_reference(found, "age-identity", "ageIdentity", "identity")
    if not read_memory(found, "restore", "resources") and found.values.get("restore", "limitMemory") is False:
        found.inputs[RESTORE_MEMORY.key] = NONE
        found.skip("restore", "limitMemory")
    read_cpu(found, CHARTS_CPU, "restore", "resources")
    _read_claim(found)
    for part in ("repository", "tag", "digest"):
        found.take("restore-image" if part == "repository" else f"restore-{part}", "restore", "image", part)
    found.take("neo4j-image", "image", "repository")
    found.take("neo4j-tag", "image", "tag")
    _read_data(found)
    _read_pod(found)
    found.take("password-secret", "auth", "existingSecret")
    read_licence(found, "acceptLicenseAgreement")
    read_service_account(found)
    read_ldap(found)
    read_password(found)
    if found.values.get("restore", "enabled") is True:
        found.skip("restore", "enabled")
    if found.values.get("restore", "secretName") is None:
        found.inputs["secret"] = "restore-service-key"  # noqa: S105 - the chart's default, the name of a Secret


def _read_patterns(found: Found) -> None:
    """Read the list of patterns as one text. A pattern with a comma is not taken: it would become two."""
    listed = found.values.get("restore", "ignoreObjects")
    patterns = listed if isinstance(listed, list) else []
    if all(isinstance(pattern, str) and "," not in pattern for pattern in patterns):
        found.give("ignore-objects", ",".join(patterns), "restore", "ignoreObjects")


def _read_reference(found: Found, key: str, block: str, default: str) -> None:
    for name, source in (("configMapName", "configmap"), ("secretName", "secret")):
        if object_name := found.text("restore", block, name):
            text = f"{source}/{object_name}/{found.text('restore', block, 'key') or default}"
            found.give(key, text, "restore", block, name)
            found.skip("restore", block, "key")


def _read_claim(found: Found) -> None:
    """Read the claim that is mounted at the folder of a file:// bucket."""
    bucket = found.inputs.get("bucket", "")
    mounts, volumes = found.values.get("restore", "extraVolumeMounts"), found.values.get("extraVolumes")
    if not bucket.startswith("file:///") or not isinstance(mounts, list) or not isinstance(volumes, list):
        return
    folder = f"/{bucket.split('/')[3]}"
    mounted = [mount for mount in mounts if isinstance(mount, Mapping) and mount.get("mountPath") == folder]
    names = {str(mount.get("name")) for mount in mounted}
    for index, volume in enumerate(volumes):
        if isinstance(volume, Mapping) and str(volume.get("name")) in names:
            found.take("backup-claim", "extraVolumes", index, "persistentVolumeClaim", "claimName")
            found.skip("extraVolumes", index)
    for index, mount in enumerate(mounts):
        if mount in mounted and "backup-claim" in found.origins:
            found.skip("restore", "extraVolumeMounts", index)


def _read_data(found: Found) -> None:
    """Take the claim that is there, for which size and class of a new one count no more."""
    claim = found.text("data", "existingClaim")
    if claim:
        found.give("data-volume", f"{datavolume.CLAIM}/{claim}", "data", "existingClaim")
        found.skip("data", "size")
        found.skip("data", "storageClass")
        return
    found.take("storage-size", "data", "size")
    found.take("storage-class", "data", "storageClass")


def _read_pod(found: Found) -> None:
    read_pull_secrets(found, "imagePullSecrets")
    read_list(found, pod.INIT_CONTAINERS_BEFORE, "initContainersBefore")
    read_list(found, pod.INIT_CONTAINERS_AFTER, "initContainersAfter")
    read_list(found, pod.EXTRA_CONTAINERS, "extraContainers")
    read_list(found, pod.NEO4J_MOUNTS, "extraVolumeMounts")
    read_mounts(found, ("restore", "extraVolumeMounts"))
    read_volumes(found, ("extraVolumes",))
