"""Hazards of a restore container: settings that are valid, but lose data or divide a cluster."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from neo4j_restore.spec import LATEST
from neo4j_scenarios.checking.contract import Complaint


@dataclass(frozen=True)
class Consent:
    """The hazards that the operator accepts.

    data_loss: at every start the data is replaced. unpinned: each server of a cluster chooses its set by itself.
    asks_members: not a consent, but the reason why `once` needs none: a member replaces nothing while another serves.
    """

    data_loss: bool = False
    unpinned: bool = False
    asks_members: bool = False


def hazards(environment: Mapping[str, str | None], *, cluster: bool, consent: Consent) -> Iterator[Complaint]:
    """Yield the hazards of one server, or of each server of a cluster."""
    policy = (environment.get("FORCE_OVERWRITE") or "").strip().lower()
    if cluster and policy in ({"true"} if consent.asks_members else {"once", "true"}):
        yield Complaint(
            "FORCE_OVERWRITE",
            f"FORCE_OVERWRITE: {policy!r} replaces the data of one server, while the other servers of the cluster keep "
            "theirs",
            "use false: a cluster restores into empty volumes",
        )
    elif policy == "true" and not consent.data_loss:
        yield Complaint(
            "FORCE_OVERWRITE",
            "FORCE_OVERWRITE: with 'true', each start of a single server's pod loses all data written since the backup",
            "use once with a RESTORE_ID to restore one time, or accept the loss with --accept-data-loss",
        )
    timestamp = environment.get("TIMESTAMP", "")
    if cluster and timestamp in {"", LATEST} and not consent.unpinned:
        yield Complaint(
            "TIMESTAMP",
            "TIMESTAMP: with 'latest', each server of a cluster chooses by itself, so two may restore different data",
            "use a stamp or a time such as 2026-01-31T02:00:00Z, or --unpinned if no backup can end while they restore",
        )
