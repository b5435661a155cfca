"""Scenario -> environment of the restore container, by the contract of `neo4j_restore.spec.VARIABLES`."""

from typing import Any, Final

from neo4j_restore.spec import Scheme
from neo4j_scenarios.inputs.fields import FIELDS, Field, access
from neo4j_scenarios.inputs.scenario import Scenario, attribute, default

KEY_FOLDER: Final = "/auth"
DATA_DIR: Final = "/data"

# This project's chart mounts them at the same paths. A test ties the two.
CERTIFICATES: Final = "/certificates/ca.crt"
ENCRYPTION_KEY: Final = "/encryption/key"
AGE_IDENTITY: Final = "/age/identity"

# Inputs that are rarely set. They are written only if they differ from their default.
_CHOICE: Final = tuple(field for field in FIELDS if field.rare)
_PACE: Final = (access.CONNECTIONS, access.DEADLINE_SECONDS, access.START_JITTER_SECONDS)

# The Neo4j image and neo4j-admin read it. No other variable of ours may start with NEO4J_.
LICENCE: Final = "NEO4J_ACCEPT_LICENSE_AGREEMENT"


def environment(scenario: Scenario) -> dict[str, str]:
    """Return the variables of the restore container, in the order in which they are written.

    Empty variables are left out. The others are written even with their default, so that a reader sees them.
    Rarely used ones are written only if they differ from their default.
    """
    variables = {
        **_access(scenario),
        "DATABASE": ",".join(map(str, scenario.namings)),
        "TIMESTAMP": scenario.timestamp,
        "BACKUP_SET_DIR": scenario.backup_set_dir,
        "FORCE_OVERWRITE": scenario.force_overwrite,
        "RESTORE_ID": scenario.restore_id,
        "KEEP_PREVIOUS": str(scenario.keep_previous).lower(),
        "RESTORE_NOT_AFTER": scenario.not_after,
        "ON_MISSING": scenario.on_missing.value,
        **_variables(choice(scenario)),
        "SPACE_MODE": scenario.space_mode.value,
        "PURGE_ON_COMPLETE": str(scenario.purge_on_complete).lower(),
        "DATA_DIR": DATA_DIR,
        "HEAP_SIZE": scenario.heap_size,
        "LOG_FORMAT": scenario.log_format,
        "STORAGE_EMULATOR_HOST": scenario.emulator_host,
        LICENCE: scenario.accept_license,
    }
    return {name: value for name, value in variables.items() if value}


def _access(scenario: Scenario) -> dict[str, str]:
    google = scenario.bucket.scheme is Scheme.GCS
    key = "GOOGLE_APPLICATION_CREDENTIALS" if google else "CREDENTIALS_FILE"
    return {
        key: f"{KEY_FOLDER}/{scenario.secret_key}" if scenario.secret else "",
        # For messages. The image knows the usual name.
        "SECRET_NAME": "" if scenario.secret == access.DEFAULT_SECRET else scenario.secret,
        "BUCKET": str(scenario.bucket),
        "ENDPOINT_URL": scenario.endpoint_url,
        "REGION": scenario.bucket_region,
        **_variables(addressing(scenario)),
        "CA_BUNDLE": CERTIFICATES if scenario.ca_bundle else "",
        "REQUESTER_PAYS": scenario.requester_pays,
        "ENCRYPTION_KEY_FILE": ENCRYPTION_KEY if scenario.encryption_key else "",
        "AGE_IDENTITY_FILE": AGE_IDENTITY if scenario.age_identity else "",
        **_variables(pace(scenario)),
    }


def choice(scenario: Scenario) -> dict[Field[Any], str]:
    """Return the texts of the other inputs that decide which set goes live, if they differ from their defaults."""
    return _unusual(scenario, _CHOICE)


def addressing(scenario: Scenario) -> dict[Field[Any], str]:
    """Return the text of the input for how HTTP requests name the bucket, if it differs from its default."""
    return _unusual(scenario, (access.ADDRESSING_STYLE,))


def pace(scenario: Scenario) -> dict[Field[Any], str]:
    """Return the texts of the inputs for the download's pace, if they differ from their defaults."""
    return _unusual(scenario, _PACE)


def _unusual(scenario: Scenario, fields: tuple[Field[Any], ...]) -> dict[Field[Any], str]:
    # Values are compared, and not texts: nearly all inputs of nearly all clusters have their defaults.
    return {
        field: field.text(value) for field in fields if (value := getattr(scenario, attribute(field))) != default(field)
    }


def _variables(texts: dict[Field[Any], str]) -> dict[str, str]:
    return {field.variable: text for field, text in texts.items()}
