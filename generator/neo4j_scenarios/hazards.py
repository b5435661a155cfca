"""What must not be asked for together: each rule looks at a whole scenario and says what to do instead."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from neo4j_restore.spec import Overwrite, SpaceMode
from neo4j_scenarios.scenario import Scenario
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM


@dataclass(frozen=True)
class Hazard:
    """A combination that is refused; `keys` are the inputs it looks at, the first the one to name."""

    keys: tuple[str, ...]
    what: str
    hint: str

    @property
    def key(self) -> str:
        """The input that the message names."""
        return self.keys[0]


def hazards(scenario: Scenario) -> Iterator[Hazard]:
    """Yield all that is wrong with the scenario as a whole."""
    yield from _data_loss(scenario)
    yield from _room(scenario)
    yield from _identity(scenario)
    yield from _licence(scenario)
    yield from _version(scenario)


def _data_loss(scenario: Scenario) -> Iterator[Hazard]:
    if scenario.overwrite is Overwrite.ALWAYS and not scenario.accept_data_loss:
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


def _room(scenario: Scenario) -> Iterator[Hazard]:
    if scenario.space_mode is not SpaceMode.RECLAIM:
        return
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


def _identity(scenario: Scenario) -> Iterator[Hazard]:
    if scenario.secret and scenario.workload_identity:
        yield Hazard(
            ("secret", "workload-identity"),
            "a key and a workload identity are asked for together, and the key would be the one that is used",
            "leave one of --secret and --workload-identity out",
        )
    if scenario.target is NEO4J and scenario.workload_identity and not scenario.service_account:
        yield Hazard(
            ("service-account", "target", "workload-identity"),
            f"is missing: the chart {NEO4J.name} makes no service account that could act as the Google one",
            "make a Kubernetes service account, and name it by --service-account",
        )


def _licence(scenario: Scenario) -> Iterator[Hazard]:
    if scenario.edition == "enterprise" and not scenario.accept_license:
        yield Hazard(
            ("accept-license", "edition"),
            "is missing: Neo4j Enterprise starts only when its licence is accepted",
            "--accept-license yes if you have a licence, --accept-license eval to evaluate it",
        )
    if scenario.target is NEO4J_HELM and scenario.accept_license == "eval":
        yield Hazard(
            ("accept-license", "target"), "Neo4j 4.x does not know 'eval'", "--accept-license yes if you have a licence"
        )
    if scenario.edition == "community" and "enterprise" in scenario.neo4j_tag:
        yield Hazard(
            ("neo4j-tag", "edition"),
            f"{scenario.neo4j_tag!r} is an enterprise image, and the edition is community",
            "--edition enterprise, or a tag without '-enterprise'",
        )


def _version(scenario: Scenario) -> Iterator[Hazard]:
    major = re.match(r"[0-9]+(?=\.)", scenario.neo4j_tag)
    target = scenario.target
    if major and not target.oldest <= int(major[0]) <= target.newest:
        yield Hazard(
            ("neo4j-tag", "target"),
            f"the chart {target.name} runs Neo4j {target.versions}, and {scenario.neo4j_tag!r} is none",
            "choose another --neo4j-tag, or another --target: `neo4j-scenarios list` has all",
        )
