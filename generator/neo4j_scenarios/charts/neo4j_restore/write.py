"""Scenario -> values of this project's chart, which defines the restore container and its volumes itself."""

from enum import Enum
from typing import Any

from neo4j_scenarios.charts import ldap
from neo4j_scenarios.charts.environment import addressing, choice, pace
from neo4j_scenarios.charts.identity import pod_labels, service_account
from neo4j_scenarios.charts.neo4j_restore import drill
from neo4j_scenarios.charts.resources import block, cpu
from neo4j_scenarios.charts.volumes import Values, backups
from neo4j_scenarios.inputs import data_volume
from neo4j_scenarios.inputs.fields.access import SECRET_KEYS
from neo4j_scenarios.inputs.fields.deployment import AUTO, NONE
from neo4j_scenarios.inputs.scenario import Scenario, attribute
from neo4j_scenarios.inputs.structure import items


def values(scenario: Scenario) -> Values:
    """Return the values."""
    restore = {
        "enabled": True,
        "image": _image(scenario),
        "bucket": str(scenario.bucket),
        "database": ",".join(map(str, scenario.namings)),
        "timestamp": scenario.timestamp,
        "backupSetDir": scenario.backup_set_dir,
        "forceOverwrite": scenario.force_overwrite,
        "acceptDataLoss": scenario.accept_data_loss,
        "restoreId": scenario.restore_id,
        "keepPrevious": scenario.keep_previous,
        "notAfter": scenario.not_after,
        "onMissing": scenario.on_missing.value,
        **_choice(scenario),
        "spaceMode": scenario.space_mode.value,
        "purgeOnComplete": scenario.purge_on_complete,
        "secretName": scenario.secret,
        **_access(scenario),
        "heapSize": scenario.heap_size,
        **_resources(scenario),
        "logFormat": scenario.log_format,
        "emulatorHost": scenario.emulator_host,
    }
    several = _cluster(scenario)
    shown = {"secretName", "acceptDataLoss"}  # written even if empty, so that a reader sees: no key, no consent
    return {
        **several,
        "restore": {key: value for key, value in restore.items() if value not in ("", {}, []) or key in shown},
        "image": {"repository": scenario.neo4j_image, "tag": scenario.neo4j_tag},
        "acceptLicenseAgreement": scenario.accept_license or "no",
        **({"auth": {"existingSecret": scenario.password_secret}} if scenario.password_secret else {}),
        **({"finalize": {"enabled": True}} if scenario.finalize else {}),
        **_ldap(scenario),
        "data": _data(scenario),
        **drill.values(scenario, _data(scenario)),
        **_pod(scenario),
        **service_account(scenario),
    }


def _cluster(scenario: Scenario) -> Values:
    """Return the shape of a cluster, and the consents that it needs. The chart itself knows how its members meet."""
    if not scenario.cluster:
        return {}
    consents = {"acceptUnpinned": scenario.unpinned, "acceptFirstBootstrap": scenario.accept_first_bootstrap}
    accepted = {key: True for key, consent in consents.items() if consent}
    replicas = {"readReplicas": scenario.read_replicas} if scenario.read_replicas else {}
    return {"servers": scenario.servers, **replicas, **({"cluster": accepted} if accepted else {})}


def _choice(scenario: Scenario) -> Values:
    return {field.value_key: _plain(getattr(scenario, attribute(field))) for field in choice(scenario)}


def _plain(value: Any) -> Any:
    """Return a scenario's value as a value of the chart."""
    if isinstance(value, tuple):
        return list(value)
    return value.value if isinstance(value, Enum) else value


def _access(scenario: Scenario) -> Values:
    names = {"secret": "secretName", "configmap": "configMapName"}
    bundle, encryption, age = scenario.ca_bundle, scenario.encryption_key, scenario.age_identity
    usual = SECRET_KEYS.get(scenario.bucket.scheme)
    return {
        "secretKey": scenario.secret_key if scenario.secret and scenario.secret_key != usual else "",
        "endpointUrl": scenario.endpoint_url,
        "region": scenario.bucket_region,
        **{field.value_key: text for field, text in addressing(scenario).items()},
        "caBundle": {names[bundle.source]: bundle.name, "key": bundle.key} if bundle else {},
        "requesterPays": scenario.requester_pays,
        "encryptionKey": {"secretName": encryption.name, "key": encryption.key} if encryption else {},
        "ageIdentity": {"secretName": age.name, "key": age.key} if age else {},
        **{field.value_key: int(text) for field, text in pace(scenario).items()},
        "extraVolumeMounts": _mounts(scenario),
    }


def _data(scenario: Scenario) -> Values:
    if claim := data_volume.parse(scenario.data_volume).claim:
        return {"existingClaim": claim}
    storage = {"storageClass": scenario.storage_class} if scenario.storage_class else {}
    return {"size": scenario.storage_size, **storage}


def _resources(scenario: Scenario) -> Values:
    memory = scenario.restore_memory
    amounts = block(*cpu(scenario), "" if memory in {AUTO, NONE} else memory)
    if scenario.restore_cpu == NONE:
        amounts.setdefault("requests", {})["cpu"] = None  # the chart asks for some by itself
    return {
        **({"limitMemory": False} if memory == NONE else {}),
        **({"resources": amounts} if amounts else {}),
    }


def _mounts(scenario: Scenario) -> list[Values]:
    if not scenario.backup_claim:
        return items(scenario.restore_mounts)
    folder, volume = backups(scenario)
    sets = {"name": volume["name"], "mountPath": str(folder), "readOnly": True}
    return [sets, *items(scenario.restore_mounts)]


def _pod(scenario: Scenario) -> Values:
    pod = {
        "imagePullSecrets": [{"name": name} for name in scenario.image_pull_secrets],
        "podLabels": pod_labels(scenario),
        "initContainersBefore": items(scenario.init_containers_before),
        "initContainersAfter": items(scenario.init_containers_after),
        "extraContainers": items(scenario.extra_containers),
        "extraVolumes": [*([backups(scenario)[1]] if scenario.backup_claim else []), *items(scenario.extra_volumes)],
        "extraVolumeMounts": items(scenario.neo4j_mounts),
    }
    return {key: value for key, value in pod.items() if value}


def _image(scenario: Scenario) -> Values:
    image = {"repository": scenario.restore_image, "tag": scenario.restore_tag, "digest": scenario.restore_digest}
    return {key: value for key, value in image.items() if value}


def _ldap(scenario: Scenario) -> Values:
    settings = ldap.settings(scenario)
    if not settings:
        return {}
    if not scenario.ldap_secret:
        return {"config": settings}
    key = {"secretKeyRef": {"name": scenario.ldap_secret, "key": ldap.PASSWORD_KEY}}
    return {"config": settings, "extraEnv": [{"name": ldap.variable(ldap.PASSWORD), "valueFrom": key}]}
