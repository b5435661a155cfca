"""The record of a restore, for the receipt: a published contract, documented in the image's README."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from neo4j_restore.planning import plan_json
from neo4j_restore.planning.plan import Action, Plan, Step
from neo4j_restore.request import Request
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.settings import Policy
from neo4j_restore.stores import StoredObject
from neo4j_restore.transfer.evidence import Evidence, Verdict
from neo4j_restore.volume import journal

if TYPE_CHECKING:
    from neo4j_restore.staging.authfiles import StagedAuthFiles
    from neo4j_restore.staging.proof import Proof
    from neo4j_restore.staging.stage import Filled


@dataclass(frozen=True)
class Staged:
    """What is known once everything is staged: when that began, how long it took, and what was verified and proved.

    phases: the seconds of each, see `stopwatch`.
    """

    started: datetime
    seconds: float
    evidence: Evidence
    filled: "Filled"
    phases: Mapping[str, float]


def record(request: Request, policy: Policy, prepared: Plan, staged: Staged) -> dict[str, Any]:
    """Return the record for the receipt: a published contract, documented in the image's README."""
    return {
        "restore_id": request.name,
        "bucket": str(request.bucket),
        "timestamp": str(request.timestamp),
        "force_overwrite": policy.overwrite.value,
        "volume": request.volume_id or None,
        "restored": [
            _restored(step.chosen, request, step, staged.evidence.verdict(step.chosen))
            | _proof_as_json(staged.filled.proofs[step.database])
            for step in prepared.restores
            if step.chosen
        ],
        "left_alone": [
            {"database": step.database, "source_database": step.source, "reason": step.decision.reason}
            for step in prepared.steps
            if step.decision.action is Action.SKIP
        ],
        # Names only. The files themselves hold hashes of passwords.
        "auth_files": _auth_files_as_json(staged.filled.auth_files),
        # What was deleted for room, and what was unbound, is known when the restore is sealed.
        journal.RECLAIMED: [],
        journal.UNBOUND: [],
        "neo4j_admin": str(prepared.version),
        "neo4j_restore": own_version(),
        "started": staged.started.isoformat(timespec="milliseconds"),
        "finished": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "bytes": sum(step.chosen.size_bytes for step in prepared.restores if step.chosen),
        "seconds": staged.seconds,
        "phases": dict(staged.phases),
    }


def _restored(chosen: BackupSet, request: Request, step: Step, verdict: Verdict) -> dict[str, Any]:
    """Return what the receipt says of one set."""
    # The receipt names the exact object, by generation and checksum. A directory has too many.
    single = chosen.objects[-1] if chosen.kind is not Kind.DIRECTORY else None
    fields = plan_json.set_as_json(chosen, request.bucket)
    del fields["header"], fields["not_a_set"], fields["range"]
    return (
        fields
        | {"database": step.database, "source_database": step.source}
        | plan_json.inside_as_json(chosen)
        | {
            "wish": request.name_of(step.database),
            "warning": step.warning or None,
            "generation": single.generation if single else None,
            "crc32c": _crc32c(single) if single else None,
            "checksum": str(single.checksum) if single and single.checksum else None,
            "verified_by": list(verdict.ways),
            "unverified": len(verdict.unverified),
            "replaced": step.decision.replaces,
        }
    )


def _auth_files_as_json(auth_files: "StagedAuthFiles | None") -> dict[str, Any] | None:
    return {"from": auth_files.source, "names": list(auth_files.names)} if auth_files else None


def _proof_as_json(proof: "Proof") -> dict[str, Any]:
    """Return what the receipt says of what neo4j-admin said of a staged store."""
    info = proof.info
    store = info and {
        "format": info.store_format,
        "introduced": info.introduced,
        "superseded": info.superseded,
        "last_transaction": info.last_transaction,
        "recovery_needed": info.recovery_needed,
    }
    migration = proof.migration
    migrated = migration and {
        "from": migration.store_format,
        "introduced": migration.introduced,
        "to": proof.info.store_format if proof.info else None,
        "btree_to_range": migration.to_range,
        "seconds": migration.seconds,
    }
    return {"store": store, "consistency_checked": proof.checked, "migrated": migrated}


def _crc32c(stored: StoredObject) -> str | None:
    checksum = stored.checksum
    return str(checksum).partition(":")[2] if checksum and checksum.algorithm == "crc32c" else None


def own_version() -> str:
    """Return the version of neo4j-restore."""
    # Imported here: at the top it would double the imports of a start with nothing to do.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("neo4j-restore")
    except PackageNotFoundError:
        # The package was copied without its distribution's metadata.
        return "unknown"
