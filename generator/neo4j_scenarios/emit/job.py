"""Releases -> Jobs that restore into the claims of servers that are stopped, or not yet installed.

Each cluster gets one release of this project's chart with `restore.mode: job`, whatever chart installs its servers. A
script installs them wave by wave.
"""

import hashlib
import shlex
from collections.abc import Container, Iterator, Mapping
from typing import Any, Final

from neo4j_scenarios.charts import chart
from neo4j_scenarios.charts.claims import claims, folder
from neo4j_scenarios.emit.document import document, header
from neo4j_scenarios.emit.engine import Order
from neo4j_scenarios.emit.releases import Release, waves
from neo4j_scenarios.emit.script import Frame, flags, framed
from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.targets import NEO4J_RESTORE

_FRAME: Final = Frame("restore", "job.sh")
_SCRIPT: Final = _FRAME.path

_NOTES: Final = (
    "",
    "Stop the servers first: kubectl scale statefulset NAME --replicas=0. A Job restores into each claim, and refuses",
    f"one whose Neo4j still runs. Run this with `./{_SCRIPT}`. A wave begins when all Jobs of the previous wave are",
    "complete. After a failure it starts no more releases, waits for those that run, and exits with 1. Run it again,",
    "and it continues there. Afterwards install the servers, or scale them up again.",
    "",
    f"  ./{_SCRIPT} --list     print which releases are done, and change nothing",
    f"  ./{_SCRIPT} --again    forget which releases are done, and begin again",
    "  AT_ONCE=4                  the most releases of a wave at the same time",
    "  CREATE_CLAIMS=true         create claims that do not exist, before the servers are installed",
    "  HELM=helm4, KUBECTL=...    another helm, another kubectl",
)

# What the Jobs need of a values file. The rest is Neo4j's.
_KEPT: Final = (
    *("restore", "acceptLicenseAgreement", "serviceAccount", "imagePullSecrets", "podLabels"),
    *("initContainersBefore", "extraVolumes"),
)

# Helm's limit for the name of a release.
_LONGEST: Final = 53
_SUFFIX: Final = "-restore"


def path(release: Release) -> str:
    """Return the path of the values file of a release's Jobs. The servers of a cluster share one."""
    return f"{release.cluster}.yaml"


def job(order: Order) -> dict[str, str]:
    """Return the files. Raises InputFileError for clusters whose claims can't be restored into."""
    firsts = list({release.cluster: release for release in reversed(order.releases)}.values())[::-1]
    servers = {(each.kubernetes, each.namespace, each.scenario.release) for each in order.releases}
    problems = [problem for release in firsts for problem in _problems(release, servers)]
    if problems:
        raise InputFileError(*problems)
    lines: list[str] = []
    for wave, members in waves(firsts).items():
        lines += ["", *(_line(release, order) for release in members), f"wave {wave}"]
    script = framed(_FRAME, header(order.command, *_NOTES), order.at_once, lines)
    head = header(order.command)
    return {_SCRIPT: script} | {path(each): document(head, values(each.scenario)) for each in firsts}


def values(scenario: Scenario) -> Mapping[str, Any]:
    """Return the values of the Jobs of a scenario."""
    everything = chart(NEO4J_RESTORE).values(scenario)
    picked: dict[str, Any] = {key: everything[key] for key in _KEPT if key in everything}
    storage = {"storageClass": scenario.storage_class} if scenario.storage_class else {}
    below = {"subPath": folder(scenario)} if folder(scenario) else {}
    picked["restore"] = {"mode": "job", "into": claims(scenario), **picked["restore"]}
    return {**picked, "data": {"size": scenario.storage_size, **storage, **below}}


def _problems(release: Release, servers: Container[tuple[str, str, str]]) -> Iterator[Problem]:
    scenario, whose = release.scenario, (release.cluster,)
    name = _name(scenario.release)
    if (release.kubernetes, release.namespace, name) in servers:
        what = f"its Jobs would be the release {name}, but that one installs servers"
        hint = "give one of the two another `release`, or leave this one out: --only, -l"
        yield Problem(release.cluster, what, hint, whose)
    names = claims(scenario)
    if not names:
        what = f"has no claim that is known by its name: {scenario.target.name} keeps its data elsewhere"
        yield Problem(release.cluster, what, "select the others: --only, -l", whose)
    if len(names) > 1 and scenario.unpinned:
        what = f"has {len(names)} servers and no pinned set, so each of them could get another one"
        yield Problem(release.cluster, what, "pin the set: `neo4j-scenarios lock`, or timestamp", whose)


def _line(release: Release, order: Order) -> str:
    name = _name(release.scenario.release)
    options = flags(release, order.charts.get(NEO4J_RESTORE.name), (NEO4J_RESTORE.chart,))
    return shlex.join(["install", name, release.namespace, path(release), *options])


def _name(release: str) -> str:
    """Return the name of the Jobs' release. Two long names with one beginning stay two."""
    most = _LONGEST - len(_SUFFIX)
    if len(release) > most:
        mark = hashlib.sha256(release.encode()).hexdigest()[:8]
        release = f"{release[: most - len(mark) - 1].rstrip('-.')}-{mark}"
    return release + _SUFFIX
