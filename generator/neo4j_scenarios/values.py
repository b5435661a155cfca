"""Scenario -> the data of a values file, for each target chart; the templates only lay them out."""

from collections.abc import Callable, Mapping
from typing import Final

from neo4j_scenarios import directory
from neo4j_scenarios.container import Values
from neo4j_scenarios.identity import service_account
from neo4j_scenarios.labs import labs
from neo4j_scenarios.official import official
from neo4j_scenarios.scenario import Scenario
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM, NEO4J_RESTORE


def values(scenario: Scenario) -> Values:
    """Return what a values file for the scenario's target says."""
    return _BUILDERS[scenario.target.name](scenario)


def _own(scenario: Scenario) -> Values:
    restore = {
        "enabled": True,
        "image": _own_image(scenario),
        "bucket": str(scenario.bucket),
        "database": ",".join(scenario.databases),
        "timestamp": scenario.timestamp,
        "backupSetDir": scenario.backup_set_dir,
        "forceOverwrite": scenario.force_overwrite,
        "acceptDataLoss": scenario.accept_data_loss,
        "restoreId": scenario.restore_id,
        "keepPrevious": scenario.keep_previous,
        "notAfter": scenario.not_after,
        "onMissing": scenario.on_missing.value,
        "spaceMode": scenario.space_mode.value,
        "purgeOnComplete": scenario.purge_on_complete,
        "secretName": scenario.secret,
        "heapSize": scenario.heap_size,
        "logFormat": scenario.log_format,
        "emulatorHost": scenario.emulator_host,
    }
    kept = {"secretName", "acceptDataLoss"}  # said even where there is nothing: no key, no consent
    storage = {"storageClass": scenario.storage_class} if scenario.storage_class else {}
    return {
        "restore": {key: value for key, value in restore.items() if value != "" or key in kept},
        "image": {"repository": scenario.neo4j_image, "tag": scenario.neo4j_tag},
        "acceptLicenseAgreement": scenario.accept_license or "no",
        **_own_directory(scenario),
        "data": {"size": scenario.storage_size, **storage},
        **service_account(scenario),
    }


def _own_image(scenario: Scenario) -> Values:
    image = {"repository": scenario.restore_image, "tag": scenario.restore_tag, "digest": scenario.restore_digest}
    return {key: value for key, value in image.items() if value}


def _own_directory(scenario: Scenario) -> Values:
    settings = directory.settings(scenario)
    if not settings:
        return {}
    if not scenario.ldap_secret:
        return {"config": settings}
    key = {"secretKeyRef": {"name": scenario.ldap_secret, "key": directory.PASSWORD_KEY}}
    return {"config": settings, "extraEnv": [{"name": directory.variable(directory.PASSWORD), "valueFrom": key}]}


_BUILDERS: Final[Mapping[str, Callable[[Scenario], Values]]] = {
    NEO4J_RESTORE.name: _own,
    NEO4J.name: official,
    NEO4J_HELM.name: labs,
}
