"""Hazards that would lose data, or the space for it."""

from collections.abc import Iterator

from neo4j_restore.spec import Overwrite, SpaceMode
from neo4j_scenarios.hazards.hazard import Hazard
from neo4j_scenarios.inputs.scenario import Scenario


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
    if scenario.space_mode is SpaceMode.RECLAIM:
        yield from _reclaim(scenario)


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
