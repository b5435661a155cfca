"""What a scenario means for the settings of the image."""

from neo4j_restore import spec
from neo4j_restore.settings import Settings
from neo4j_scenarios.inputs.scenario import Scenario


def meant(scenario: Scenario, settings: Settings) -> None:
    """Assert that the settings of the image are what the scenario means."""
    request, policy, access, pace = settings.request, settings.policy, settings.access, settings.pace
    assert (request.bucket, request.namings) == (scenario.bucket, scenario.namings)
    assert request.timestamp == spec.parse_timestamp(scenario.timestamp)
    assert str(request.until or "") == scenario.restore_until
    assert (request.backup_set_dir, policy.overwrite) == (scenario.backup_set_dir, scenario.overwrite)
    assert scenario.restore_id in {"", request.restore_id}
    assert request.not_after == (spec.parse_time(scenario.not_after) if scenario.not_after else None)
    assert (policy.on_missing, policy.space) == (scenario.on_missing, scenario.space_mode)
    assert (policy.on_stale_latest, request.ignore_objects, policy.require_checksum, access.addressing) == (
        scenario.on_stale_latest,
        scenario.ignore_objects,
        scenario.require_checksum,
        scenario.addressing_style,
    )
    assert policy.keep_previous == scenario.keep_previous
    assert (policy.consistency_check, policy.migrate) == (scenario.consistency_check, scenario.migrate)
    assert request.auth_files == scenario.auth_files
    assert (policy.purge, pace.heap_size) == (scenario.purge_on_complete, scenario.heap_size)
    assert (access.credentials is not None) == bool(scenario.secret)
    assert access.emulator_host == scenario.emulator_host
    assert (access.endpoint_url, access.region) == (scenario.endpoint_url, scenario.bucket_region)
    assert access.requester_pays == scenario.requester_pays
    assert (pace.connections, pace.deadline_seconds, pace.start_jitter_seconds) == (
        scenario.connections,
        scenario.deadline_seconds,
        scenario.start_jitter_seconds,
    )
    assert (access.age_identity is not None) == (scenario.age_identity is not None)
    assert (access.ca_bundle is not None, access.encryption_key is not None) == (
        scenario.ca_bundle is not None,
        scenario.encryption_key is not None,
    )
