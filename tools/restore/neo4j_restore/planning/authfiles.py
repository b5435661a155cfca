"""What happens to the auth files of Neo4j 3.x, which AUTH_FILES asks for. Pure.

They go live with the databases, in the same swap, or stay as they are. `beside` finds those in the bucket.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from neo4j_restore.admin.admin_commands import Version
from neo4j_restore.buckets import BucketUrl
from neo4j_restore.errors import BackupNotFoundError, ConfigurationError
from neo4j_restore.request import Request
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.settings import Policy
from neo4j_restore.spec import DatabaseName, Overwrite
from neo4j_restore.volume.state import Volume


@dataclass(frozen=True)
class AuthFiles:
    """The part of a plan about auth files.

    restores: they are restored. Otherwise the live ones stay. replaces: the names of live ones that would go.
    beside: those in the bucket, as a set, or None. places: the folders in the bucket that were looked at.
    within: the set is an archive, and what it has counts first.
    """

    restores: bool
    reason: str
    replaces: tuple[str, ...] = ()
    beside: BackupSet | None = None
    places: tuple[str, ...] = ()
    within: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the files in the bucket."""
        return names_of(self.beside) if self.beside else ()

    def missing(self) -> BackupNotFoundError:
        """Return the error for auth files that are nowhere."""
        looked = [*([f"the folders dbms and auth in {self.within}"] if self.within else []), *self.places]
        message = f"AUTH_FILES is true, and neither auth nor auth.ini is in one of these places: {', '.join(looked)}"
        hint = (
            "copy the folder dbms of the server's data folder to one of them, or set AUTH_FILES to false. Then Neo4j "
            "keeps the users that the volume has"
        )
        return BackupNotFoundError(message, hint=hint)


def names_of(beside: BackupSet) -> tuple[str, ...]:
    """Return the names of the files in a set of auth files."""
    return tuple(each.key.rpartition("/")[2] for each in beside.objects)


def decide(request: Request, policy: Policy, volume: Volume, restored: Iterable[DatabaseName]) -> AuthFiles | None:
    """Return whether the auth files are restored with the databases `restored`. None if nobody asks for it.

    The guard is that of databases. Pure.
    """
    databases = tuple(restored)
    if not request.auth_files or not databases:
        return None
    live = tuple(part.rpartition("/")[2] for part in volume.auth_files)
    if not live:
        return AuthFiles(True, "there are none on the volume")
    if policy.overwrite is Overwrite.NEVER:
        return AuthFiles(False, "they exist, and FORCE_OVERWRITE is false")
    fulfilled = [volume.receipt.fulfilled(request.name_of(database), database) for database in databases]
    if policy.overwrite is Overwrite.ONCE and all(fulfilled):
        return AuthFiles(False, f"they exist, and the request {request.name} was fulfilled at {fulfilled[0]}")
    allowed = f"once, for the request {request.name}" if policy.overwrite is Overwrite.ONCE else "true"
    return AuthFiles(True, f"they exist, and FORCE_OVERWRITE is {allowed}", live)


def check_version(version: Version) -> None:
    """Raise ConfigurationError for a Neo4j that keeps its users in `system`."""
    if version.major >= 4:
        message = (
            f"AUTH_FILES is for Neo4j 3.x, and Neo4j {version} keeps users, roles and passwords in the system database"
        )
        raise ConfigurationError(message, hint="unset AUTH_FILES, and add system to DATABASE, such as neo4j,system")


def source_of(plan: AuthFiles, bucket: BucketUrl) -> str:
    """Return in words where the files come from."""
    beside = f"{', '.join(plan.names)} from {bucket.of(plan.beside.key)}" if plan.beside else "none in the bucket"
    return f"{beside}, unless {plan.within} has some itself" if plan.within else beside


def as_json(plan: AuthFiles | None, bucket: BucketUrl) -> dict[str, Any] | None:
    """Return this part of the plan as `plan --json` prints it: a published contract."""
    if plan is None:
        return None
    return {
        "action": "restore" if plan.restores else "skip",
        "reason": plan.reason,
        "replaces": list(plan.replaces),
        "from": bucket.of(plan.beside.key) if plan.beside else None,
        "names": list(plan.names),
        "within": plan.within or None,
    }
