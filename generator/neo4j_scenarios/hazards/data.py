"""What would lose data, or the room for it."""

from collections.abc import Iterator

from neo4j_restore.spec import Overwrite, SpaceMode
from neo4j_scenarios.hazards.hazard import Hazard
from neo4j_scenarios.scenario import Scenario


def data(scenario: Scenario) -> Iterator[Hazard]:
    """Yield what is wrong with the policies for data that is there."""
    if scenario.overwrite is Overwrite.ALWAYS and not scenario.accept_data_loss and not scenario.cluster:
        yield Hazard(
            ("force-overwrite", "accept-data-loss"),
            "with 'true' every start of the pod of a single server drops all that was written since the backup",
            "--force-overwrite once restores one time; --accept-data-loss if losing it at every start is meant",
        )
    if scenario.restore_id and scenario.overwrite is not Overwrite.ONCE:
        yield Hazard(
            ("restore-id", "force-overwrite"),
            f"{scenario.restore_id!r} does nothing with the policy {scenario.force_overwrite!r}",
            "--force-overwrite once restores one time for each restore id; or leave --restore-id out",
        )
    if scenario.space_mode is SpaceMode.RECLAIM:
        yield from _reclaim(scenario)


def _reclaim(scenario: Scenario) -> Iterator[Hazard]:
    if scenario.overwrite is not Overwrite.ALWAYS or not scenario.accept_data_loss:
        yield Hazard(
            ("space-mode", "force-overwrite", "accept-data-loss"),
            "'reclaim' deletes the old data before the new is there: if the restore then fails, there is none",
            "a larger --storage-size; or --force-overwrite true with --accept-data-loss if losing it is acceptable",
        )
    if scenario.keep_previous:
        yield Hazard(
            ("space-mode", "keep-previous"),
            "'reclaim' deletes what --keep-previous is to keep",
            "leave one of --space-mode and --keep-previous out",
        )
