"""What the target chart can't do, or the version of Neo4j."""

from collections.abc import Iterator

from neo4j_restore.memory import MOST_HEAP_MIB, heap_mib
from neo4j_restore.spec import SYSTEM
from neo4j_scenarios.hazards.hazard import Hazard
from neo4j_scenarios.memory import mebibytes, reckoned
from neo4j_scenarios.scenario import Scenario
from neo4j_scenarios.targets import NEO4J, NEO4J_RESTORE


def deployment(scenario: Scenario) -> Iterator[Hazard]:
    """Yield what is wrong with chart, edition and version."""
    yield from _chart(scenario)
    yield from _licence(scenario)
    yield from _version(scenario)
    yield from _memory(scenario)


def _chart(scenario: Scenario) -> Iterator[Hazard]:
    kind, target = scenario.kind, scenario.target
    if target not in kind.targets:
        able = ", ".join(each.name for each in kind.targets)
        yield Hazard(
            ("target", "scenario"),
            f"the chart {target.name} can't do {kind.name!r}: it runs one server",
            f"--target {kind.targets[0].name}; of the charts that can there are: {able}",
        )
    if scenario.data_sub_path != "/" and target is NEO4J_RESTORE:
        yield Hazard(
            ("data-sub-path", "target"),
            f"the chart {target.name} mounts the data volume itself at /data",
            "leave it out",
        )
    if scenario.offline_maintenance and target is not NEO4J:
        yield Hazard(
            ("offline-maintenance", "target"),
            f"the chart {target.name} has no offline maintenance mode",
            f"--target {NEO4J.name}, the one chart that has it; the others start Neo4j once the restore is done",
        )


def _licence(scenario: Scenario) -> Iterator[Hazard]:
    if scenario.edition == "enterprise" and not scenario.accept_license:
        yield Hazard(
            ("accept-license", "edition"),
            "is missing: Neo4j Enterprise starts only when its licence is accepted",
            "--accept-license yes if you have a licence, --accept-license eval to evaluate it",
        )
    major = scenario.major or scenario.target.newest
    if scenario.accept_license == "eval" and major < 5:
        yield Hazard(
            ("accept-license", "target", "neo4j-tag"),
            f"Neo4j {major}.x does not know 'eval'",
            "--accept-license yes if you have a licence",
        )
    if scenario.edition == "community" and "enterprise" in scenario.neo4j_tag:
        yield Hazard(
            ("neo4j-tag", "edition"),
            f"{scenario.neo4j_tag!r} is an enterprise image, and the edition is community",
            "--edition enterprise, or a tag without '-enterprise'",
        )


def _memory(scenario: Scenario) -> Iterator[Hazard]:
    heap = heap_mib(scenario.heap_size)
    if heap > MOST_HEAP_MIB:
        yield Hazard(("heap-size",), f"{scenario.heap_size!r} is more than 1 TiB", "--heap-size 512m suffices mostly")
    elif (mebibytes(scenario.restore_memory) or heap) < heap:
        yield Hazard(
            ("restore-memory", "heap-size"),
            f"{scenario.restore_memory!r} does not hold neo4j-admin's heap of {scenario.heap_size}",
            f"--restore-memory auto, which gives {reckoned(scenario.heap_size)}, or a smaller --heap-size",
        )


def _version(scenario: Scenario) -> Iterator[Hazard]:
    major, target = scenario.major, scenario.target
    if major is not None and not target.runs(major):
        able = [each.name for each in scenario.kind.targets if each.runs(major)]
        yield Hazard(
            ("neo4j-tag", "target"),
            f"the chart {target.name} runs Neo4j {target.versions}, and {scenario.neo4j_tag!r} is none",
            f"another --neo4j-tag, or --target {able[0]}, which runs it" if able else "choose another --neo4j-tag",
        )
    if major is not None and major < 4 and SYSTEM in scenario.databases:
        yield Hazard(
            ("database", "neo4j-tag"),
            f"Neo4j {major}.x has no database 'system': users and roles are files in data/dbms, in no backup of it",
            "leave system out, and copy data/dbms yourself: scenarios/3.x/README.md has the commands",
        )
