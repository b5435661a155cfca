"""What would keep the pod from its bucket, or let it in as someone else."""

from collections.abc import Iterator

from neo4j_restore.spec import Scheme
from neo4j_scenarios import identity
from neo4j_scenarios.hazards.hazard import Hazard
from neo4j_scenarios.scenario import Scenario

# Folders of the restore container's own, over which no claim can be mounted.
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

# The stores that an input means something to.
_FOR = {
    "secret": (Scheme.GCS, Scheme.S3, Scheme.AZURE),
    "endpoint_url": (Scheme.GCS, Scheme.S3, Scheme.AZURE),
    "bucket_region": (Scheme.S3,),
    "ca_bundle": (Scheme.GCS, Scheme.S3, Scheme.AZURE),
    "requester_pays": (Scheme.GCS, Scheme.S3),
    "encryption_key": (Scheme.GCS, Scheme.S3),
    "emulator_host": (Scheme.GCS,),
    "backup_claim": (Scheme.FILE,),
}


def access(scenario: Scenario) -> Iterator[Hazard]:
    """Yield what is wrong with keys, identities and stores."""
    yield from _store(scenario)
    yield from _identity(scenario)
    yield from _payer(scenario)
    if scenario.bucket.scheme is Scheme.FILE:
        yield from _folder(scenario)


def _store(scenario: Scenario) -> Iterator[Hazard]:
    scheme = scenario.bucket.scheme
    for name, able in _FOR.items():
        if getattr(scenario, name) and scheme not in able:
            yield Hazard(
                (name.replace("_", "-"), "bucket"),
                f"does nothing for {scheme}:// buckets",
                f"leave it out: it is for {', '.join(f'{each}://' for each in able)}",
            )


def _identity(scenario: Scenario) -> Iterator[Hazard]:
    who, scheme = scenario.workload_identity, scenario.bucket.scheme
    if scenario.secret and who:
        yield Hazard(
            ("secret", "workload-identity"),
            "a key and a workload identity are asked for together, and the key would be the one that is used",
            "leave one of --secret and --workload-identity out",
        )
    if who and scheme not in identity.schemes(who):
        yield Hazard(
            ("workload-identity", "bucket"),
            f"{who!r} is no identity for {scheme}:// buckets",
            "a Google service account for gs://, a role's ARN for s3://, a client id for azb://, or a key by --secret",
        )


def _payer(scenario: Scenario) -> Iterator[Hazard]:
    scheme, payer = scenario.bucket.scheme, scenario.requester_pays
    if payer and scheme is Scheme.S3 and payer != "true":
        yield Hazard(
            ("requester-pays", "bucket"), f"{payer!r} is a project, and AWS bills the key", "--requester-pays true"
        )
    if payer == "true" and scheme is Scheme.GCS:
        yield Hazard(
            ("requester-pays", "bucket"), "'true' names no project to bill", "--requester-pays billing-project"
        )


def _folder(scenario: Scenario) -> Iterator[Hazard]:
    first = scenario.bucket.prefix.partition("/")[0]
    if not scenario.backup_claim:
        yield Hazard(
            ("backup-claim", "bucket"),
            "is missing: a file:// bucket is a folder of a volume, and the container has none with backups",
            "name the persistent volume claim by --backup-claim",
        )
    if not first or first in _TAKEN:
        yield Hazard(
            ("bucket", "backup-claim"),
            f"'/{first}' is a folder of the restore container's own, and the claim is to be mounted there",
            "name another, as file:///backups; the path below it is that on the claim",
        )
