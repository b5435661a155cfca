"""What a restore container may be told, and yet loses data or divides a cluster."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from neo4j_restore.spec import LATEST
from neo4j_scenarios.checking.contract import Complaint


@dataclass(frozen=True)
class Consent:
    """What is accepted: the loss of data at every start, and that servers of a cluster choose sets by themselves."""

    data_loss: bool = False
    unpinned: bool = False


def hazards(environment: Mapping[str, str | None], *, cluster: bool, consent: Consent) -> Iterator[Complaint]:
    """Yield the hazards of one server, or of each server of a cluster."""
    policy = (environment.get("FORCE_OVERWRITE") or "").strip().lower()
    if cluster and policy in {"once", "true"}:
        yield Complaint(
            "FORCE_OVERWRITE",
            f"FORCE_OVERWRITE: {policy!r} sets one server of a cluster back by itself, against all others",
            "false: a cluster restores into empty volumes",
        )
    elif policy == "true" and not consent.data_loss:
        yield Complaint(
            "FORCE_OVERWRITE",
            "FORCE_OVERWRITE: with 'true' every start of the pod of a single server drops all that was written since "
            "the backup",
            "once, with a RESTORE_ID, restores one time; --accept-data-loss if losing it at every start is meant",
        )
    timestamp = environment.get("TIMESTAMP", "")
    if cluster and timestamp in {"", LATEST} and not consent.unpinned:
        yield Complaint(
            "TIMESTAMP",
            "TIMESTAMP: with 'latest' each server of a cluster chooses for itself, and two may restore different data",
            "a stamp or a time, as 2026-01-31T02:00:00Z; --unpinned if no backup can end while they restore",
        )
