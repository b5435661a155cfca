"""Hazards that would lose data, or the space for it."""

from collections.abc import Iterator
from typing import Final

from neo4j_restore.spec import Overwrite, SpaceMode
from neo4j_scenarios.hazards.hazard import Hazard
from neo4j_scenarios.inputs.scenario import Scenario

# The first major version whose backups form chains.
_CHAINS: Final = 5


def data(scenario: Scenario) -> Iterator[Hazard]:
    """Yield the hazards of the policies for existing data."""
    if scenario.overwrite is Overwrite.ALWAYS and not scenario.accept_data_loss and not scenario.cluster:
        yield Hazard(
            ("force-overwrite", "accept-data-loss"),
            "with 'true', each start of a single server's pod loses all data written since the backup",
            "use --force-overwrite once to restore one time, or accept the loss with --accept-data-loss",
        )
    if scenario.restore_id and scenario.overwrite is not Overwrite.ONCE:
        yield Hazard(
            ("restore-id", "force-overwrite"),
            f"{scenario.restore_id!r} has no effect with the policy {scenario.force_overwrite!r}",
            "use --force-overwrite once to restore one time for each restore id, or leave --restore-id out",
        )
    if scenario.restore_until:
        yield from _point(scenario)
    if scenario.space_mode is SpaceMode.RECLAIM:
        yield from _reclaim(scenario)


def _point(scenario: Scenario) -> Iterator[Hazard]:
    """Yield the hazards of a point inside a chain of backups."""
    until = scenario.restore_until
    if until.isdigit() and len(scenario.databases) > 1:
        yield Hazard(
            ("restore-until", "database"),
            f"{until} is a transaction of one database, and each of {','.join(scenario.databases)} counts its own",
            "--restore-until with a time such as 2026-01-31T02:00:00Z",
        )
    if scenario.edition != "enterprise":
        yield Hazard(
            ("restore-until", "edition"),
            "the community edition can't end a restore inside a chain of backups",
            "--edition enterprise with --accept-license yes, or leave --restore-until out",
        )
    if scenario.major is not None and scenario.major < _CHAINS:
        yield Hazard(
            ("restore-until", "neo4j-tag"),
            f"Neo4j {scenario.major} has no chains of backups, which came with Neo4j 5",
            "leave --restore-until out",
        )


def _reclaim(scenario: Scenario) -> Iterator[Hazard]:
    if scenario.overwrite is not Overwrite.ALWAYS or not scenario.accept_data_loss:
        yield Hazard(
            ("space-mode", "force-overwrite", "accept-data-loss"),
            "'reclaim' deletes the old data before the new data is there: if the restore then fails, both are lost",
            "use a larger --storage-size, or --force-overwrite true with --accept-data-loss if you can lose the data",
        )
    if scenario.keep_previous:
        yield Hazard(
            ("space-mode", "keep-previous"),
            "'reclaim' deletes the data that --keep-previous would keep",
            "leave out one of --space-mode and --keep-previous",
        )
