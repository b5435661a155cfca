"""Hazards of things that the target chart, or the version of Neo4j, can't do."""

import re
from collections.abc import Iterator
from typing import Final

from neo4j_restore.memory import MOST_HEAP_MIB, heap_mib
from neo4j_restore.spec import SYSTEM, Migrate, Scheme
from neo4j_scenarios.charts import chart
from neo4j_scenarios.charts.resources import mebibytes, reckoned
from neo4j_scenarios.hazards.hazard import Hazard
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.targets import able

# Kubernetes puts a StatefulSet's name and a hash of eleven characters into a label of 63.
_LONGEST_SET: Final = 52

# The first major version whose neo4j-admin migrates a store, and whose server does not.
_MIGRATING_ADMIN: Final = 5


def deployment(scenario: Scenario) -> Iterator[Hazard]:
    """Yield the hazards of chart, edition and version."""
    yield from _chart(scenario)
    yield from _licence(scenario)
    yield from _version(scenario)
    yield from _migration(scenario)
    yield from _memory(scenario)
    yield from _names(scenario)


def _chart(scenario: Scenario) -> Iterator[Hazard]:
    kind, target = scenario.kind, scenario.target
    if target not in kind.targets:
        charts = ", ".join(each.name for each in kind.targets)
        yield Hazard(
            ("target", "scenario"),
            f"there is no {kind.name!r} for the chart {target.name} yet: only single servers are written for it",
            f"--target {kind.targets[0].name} (charts that can do it: {charts})",
        )
    if scenario.data_sub_path != target.data_sub_path and not target.other_sub_paths:
        yield Hazard(
            ("data-sub-path", "target"),
            f"the chart {target.name} mounts the data volume itself at /data",
            "leave it out",
        )
    yield from _finalize(scenario)
    yield from _drill(scenario)
    if scenario.offline_maintenance and not target.offline_maintenance:
        charts = " or ".join(able(lambda target: target.offline_maintenance))
        yield Hazard(
            ("offline-maintenance", "target"),
            f"the chart {target.name} has no offline maintenance mode",
            f"use --target {charts}, which has it. The others start Neo4j when the restore is done",
        )


def _finalize(scenario: Scenario) -> Iterator[Hazard]:
    if scenario.finalize and not scenario.target.finalizes:
        yield Hazard(
            ("finalize", "target"),
            f"the chart {scenario.target.name} has no Job that finalizes a restore",
            f"use --target {able(lambda target: target.finalizes)[0]}, or run neo4j-restore finalize in your own Job",
        )
    elif scenario.finalize and not scenario.password_secret:
        yield Hazard(
            ("finalize", "password-secret"),
            "the Job needs a login for the running server",
            "add --password-secret with the name of the Secret that holds NEO4J_AUTH",
        )
    if scenario.finalize and scenario.major is not None and scenario.major < 4:
        yield Hazard(
            ("finalize", "neo4j-tag"), f"Neo4j {scenario.major}.x has no database 'system' to change", "leave it out"
        )


def _drill(scenario: Scenario) -> Iterator[Hazard]:
    if scenario.drill and not scenario.target.drills:
        yield Hazard(
            ("drill", "target"),
            f"the chart {scenario.target.name} has no CronJob for drills",
            f"use --target {able(lambda target: target.drills)[0]}, or leave it out",
        )
    elif not scenario.drill:
        for key in ("drill-assertions", "drill-results-secret", "drill-cluster"):
            if getattr(scenario, key.replace("-", "_")):
                yield Hazard((key, "drill"), "has no effect without drills", "add --drill=true")
    elif scenario.drill_results_secret and scenario.bucket.scheme is Scheme.FILE:
        yield Hazard(
            ("drill-results-secret", "bucket"),
            "has no effect for a folder, which needs no key",
            "leave it out",
        )


def _licence(scenario: Scenario) -> Iterator[Hazard]:
    if scenario.edition == "enterprise" and not scenario.accept_license:
        yield Hazard(
            ("accept-license", "edition"),
            "is missing: Neo4j Enterprise only starts if its licence is accepted",
            "--accept-license yes if you have a licence, --accept-license eval to evaluate it",
        )
    major = scenario.major or scenario.target.newest
    if scenario.accept_license == "eval" and major < 5:
        yield Hazard(
            ("accept-license", "target", "neo4j-tag"),
            f"Neo4j {major}.x does not accept 'eval'",
            "--accept-license yes if you have a licence",
        )
    if scenario.accept_license == "eval" and _chart_of(scenario) < chart(scenario.target).eval_since:
        yield Hazard(
            ("accept-license", "chart-version"),
            f"the chart {scenario.target.name} {scenario.chart_version} does not accept 'eval'",
            "a newer --chart-version, or --accept-license yes if you have a licence",
        )
    if scenario.edition == "community" and "enterprise" in scenario.neo4j_tag:
        yield Hazard(
            ("neo4j-tag", "edition"),
            f"{scenario.neo4j_tag!r} is an enterprise image, but the edition is community",
            "--edition enterprise, or a tag without '-enterprise'",
        )


def _names(scenario: Scenario) -> Iterator[Hazard]:
    """Yield the hazards of names that are too long for Kubernetes. Our own chart shortens its names."""
    longest = max(chart(scenario.target).stateful_sets(scenario), key=len, default="")
    if len(longest) > _LONGEST_SET:
        most = _LONGEST_SET - len(longest) + len(scenario.release)
        message = f"gives a StatefulSet {longest!r} of {len(longest)} characters, but Kubernetes allows {_LONGEST_SET}"
        yield Hazard(("release", "target"), message, f"use a --release of at most {most} characters")
    if scenario.neo4j_name and not scenario.target.names_neo4j:
        yield Hazard(
            ("neo4j-name", "target"),
            f"the chart {scenario.target.name} has no name of Neo4j besides its release",
            "leave it out, and name the release with --release",
        )


def _memory(scenario: Scenario) -> Iterator[Hazard]:
    heap = heap_mib(scenario.heap_size)
    if heap > MOST_HEAP_MIB:
        yield Hazard(("heap-size",), f"{scenario.heap_size!r} is more than 1 TiB", "--heap-size 512m is mostly enough")
    elif (mebibytes(scenario.restore_memory) or heap) < heap:
        yield Hazard(
            ("restore-memory", "heap-size"),
            f"{scenario.restore_memory!r} is too small for neo4j-admin's heap of {scenario.heap_size}",
            f"use --restore-memory auto, which gives {reckoned(scenario.heap_size)}, or a smaller --heap-size",
        )


def _chart_of(scenario: Scenario) -> tuple[int, ...]:
    """Return the first two numbers of the chart's version. Without a version, the newest chart counts."""
    found = re.match(r"([0-9]+)\.([0-9]+)", scenario.chart_version)
    return (int(found[1]), int(found[2])) if found else (9999, 0)


def _migration(scenario: Scenario) -> Iterator[Hazard]:
    """Yield the hazard of a way to migrate that this version of Neo4j does not have."""
    major, keys = scenario.major, ("migrate", "neo4j-tag")
    if scenario.migrate is Migrate.IN_STAGING and major is not None and major < _MIGRATING_ADMIN:
        message = f"neo4j-admin of Neo4j {major} can't migrate a store"
        yield Hazard(keys, message, "--migrate by-server, and dbms.allow_upgrade=true in the server")
    if scenario.migrate is Migrate.BY_SERVER and major is not None and major >= _MIGRATING_ADMIN:
        message = f"a server of Neo4j {major} does not migrate the store of an older line"
        yield Hazard(keys, message, "--migrate true, which lets neo4j-admin do it")


def _version(scenario: Scenario) -> Iterator[Hazard]:
    major, target = scenario.major, scenario.target
    if major is not None and not target.runs(major):
        charts = [each.name for each in scenario.kind.targets if each.runs(major)]
        yield Hazard(
            ("neo4j-tag", "target"),
            f"the chart {target.name} runs Neo4j {target.versions}, not {scenario.neo4j_tag!r}",
            f"use another --neo4j-tag, or --target {charts[0]}, which runs it" if charts else "use another --neo4j-tag",
        )
    if major is not None and major < 4 and SYSTEM in scenario.databases:
        yield Hazard(
            ("database", "neo4j-tag"),
            f"Neo4j {major}.x has no database 'system': its users and roles are files in data/dbms, not in backups",
            "leave system out, copy data/dbms to the bucket, and restore it with --auth-files true",
        )
    if major is not None and major >= 4 and scenario.auth_files:
        yield Hazard(
            ("auth-files", "neo4j-tag"),
            f"Neo4j {major} has no auth files: its users and roles are in the database 'system'",
            "leave --auth-files out, and add system to --database",
        )
