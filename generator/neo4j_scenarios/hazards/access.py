"""Hazards that keep the pod from its bucket, or give it another identity than the operator expects."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from neo4j_restore.spec import Addressing, Scheme
from neo4j_scenarios.charts import identity
from neo4j_scenarios.hazards.hazard import Hazard
from neo4j_scenarios.inputs.fields import Field, access
from neo4j_scenarios.inputs.scenario import Scenario, attribute

# Folders that the restore container uses itself, so no claim can be mounted there.
_TAKEN = frozenset(
    (
        *("age", "auth", "certificates", "data", "encryption", "tmp"),
        *(
            "bin",
            "boot",
            "dev",
            "etc",
            "home",
            "lib",
            "lib64",
            "opt",
            "proc",
            "root",
            "run",
            "sbin",
            "sys",
            "usr",
            "var",
        ),
    )
)

# An IP address instead of a host name, with or without a port.
_ADDRESS: Final = re.compile(r"([0-9.]+|\[.*\])(:[0-9]+)?")

# The stores for which an input has an effect.
_FOR: Final[Mapping[Field[Any], tuple[Scheme, ...]]] = {
    access.SECRET: (Scheme.GCS, Scheme.S3, Scheme.AZURE),
    access.ENDPOINT_URL: (Scheme.GCS, Scheme.S3, Scheme.AZURE),
    access.BUCKET_REGION: (Scheme.S3,),
    access.ADDRESSING_STYLE: (Scheme.S3,),
    access.CA_BUNDLE: (Scheme.GCS, Scheme.S3, Scheme.AZURE),
    access.REQUESTER_PAYS: (Scheme.GCS, Scheme.S3),
    access.ENCRYPTION_KEY: (Scheme.GCS, Scheme.S3),
    access.EMULATOR_HOST: (Scheme.GCS,),
    access.BACKUP_CLAIM: (Scheme.FILE,),
}


def reach(scenario: Scenario) -> Iterator[Hazard]:
    """Yield the hazards of keys, identities and stores."""
    yield from _store(scenario)
    yield from _identity(scenario)
    yield from _payer(scenario)
    yield from _host(scenario)
    if scenario.bucket.scheme is Scheme.FILE:
        yield from _folder(scenario)


def _store(scenario: Scenario) -> Iterator[Hazard]:
    scheme = scenario.bucket.scheme
    for field, able in _FOR.items():
        if field.text(getattr(scenario, attribute(field))) != field.default and scheme not in able:
            yield Hazard(
                (field.key, "bucket"),
                f"has no effect for {scheme}:// buckets",
                f"leave it out: it is only for {', '.join(f'{each}://' for each in able)}",
            )


def _identity(scenario: Scenario) -> Iterator[Hazard]:
    who, scheme = scenario.workload_identity, scenario.bucket.scheme
    if scenario.secret and who:
        yield Hazard(
            ("secret", "workload-identity"),
            "a key and a workload identity are both set, but only the key would be used",
            "leave out one of --secret and --workload-identity",
        )
    if who and scheme not in identity.schemes(who):
        yield Hazard(
            ("workload-identity", "bucket"),
            f"{who!r} is not an identity for {scheme}:// buckets",
            "use a Google service account for gs://, a role's ARN for s3://, a client id for azb://, or --secret",
        )


def _payer(scenario: Scenario) -> Iterator[Hazard]:
    scheme, payer = scenario.bucket.scheme, scenario.requester_pays
    if payer and scheme is Scheme.S3 and payer != "true":
        yield Hazard(
            ("requester-pays", "bucket"),
            f"{payer!r} is a project, but AWS bills the key's account",
            "--requester-pays true",
        )
    if payer == "true" and scheme is Scheme.GCS:
        yield Hazard(
            ("requester-pays", "bucket"), "'true' names no project to bill", "--requester-pays billing-project"
        )


def _host(scenario: Scenario) -> Iterator[Hazard]:
    """Yield the hazards of a bucket's name as part of the host name."""
    if scenario.addressing_style is not Addressing.VIRTUAL or scenario.bucket.scheme is not Scheme.S3:
        return
    keys, hint = ("addressing-style", "bucket"), "--addressing-style path"
    endpoint = urlsplit(scenario.endpoint_url or "https://amazonaws.com")
    if _ADDRESS.fullmatch(endpoint.netloc):
        yield Hazard(keys, f"'virtual' puts the bucket's name before {endpoint.netloc}, which is an IP address", hint)
    elif endpoint.scheme == "https" and "." in scenario.bucket.bucket:
        message = (
            f"no certificate matches the host {scenario.bucket.bucket}.{endpoint.netloc}: the bucket's name has dots"
        )
        yield Hazard(keys, message, hint)


def _folder(scenario: Scenario) -> Iterator[Hazard]:
    first = scenario.bucket.prefix.partition("/")[0]
    if not scenario.backup_claim:
        yield Hazard(
            ("backup-claim", "bucket"),
            "is missing: a file:// bucket is a folder of a volume, but the container mounts no volume with backups",
            "name the persistent volume claim with --backup-claim",
        )
    if not first or first in _TAKEN:
        yield Hazard(
            ("bucket", "backup-claim"),
            f"'/{first}' is a folder that the restore container uses itself, so the claim can't be mounted there",
            "use another first folder, such as file:///backups. The path after it is the path on the claim",
        )
