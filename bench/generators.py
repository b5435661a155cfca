"""Measures the generator: builds a fleet, checks it and builds it again. Compares with bare writes and other tools."""

import marshal
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from bench.contenders import Contender
from bench.errors import BenchError
from bench.measure import Sample
from bench.places import ROOT
from bench.results import Results

from bench import fleets, machine, measure, memory, places, programs, rounds, servers

Say = Callable[[str], None]

_TIMEOUT_SECONDS = 300.0

_TRIES = 5

_BUILD = 'neo4j-scenarios build "$FLEET/fleet.yaml" --quiet'

BUILD = Contender(
    "ours", "neo4j-scenarios build", f"{_BUILD} -o out", "every file: parsed back, compared, by the chart's schema"
)
# Building the fleet once before, for the contenders that read it, was the warm-up.
BUILD_ONCE = replace(BUILD, once=True)
BARE = Contender("bare", "the same files, bare writes", '"$PYTHON" "$BENCH"/bare_write.py "$PACKED" out', "-")
CHECK = Contender(
    "ours-check",
    "neo4j-scenarios build --check, no difference",
    f'{_BUILD} -o "$BUILT" --check',
    "the same, and that the files on the disk are these",
    leaves_store=False,
)
AGAIN = Contender(
    "ours-again", "neo4j-scenarios build again, no difference", f'{_BUILD} -o "$BUILT"', "the same", leaves_store=False
)
WRITE_VALUES = Contender(
    "write-values",
    "helmfile write-values",
    'helmfile -q -b "$HELM" -f "$FLEET/helmfile.yaml.gotmpl" write-values '
    "--output-file-template \"$PWD/out/\"'{{ .Release.Name }}/values.yaml'",
    "nothing",
    ("helmfile",),
)
TEMPLATE = Contender(
    "helmfile-template",
    "helmfile template",
    'helmfile -q -b "$HELM" -f "$FLEET/helmfile.yaml.gotmpl" template --skip-deps '
    "--output-dir \"$PWD/out\" --output-dir-template '{{ .OutputDir }}/{{ .Release.Name }}'",
    "every release, by the chart's schema",
    ("helmfile",),
    once=True,
)
HELM_LOOP = Contender(
    "helm-loop",
    "helm template, one after the other",
    'mkdir out; for file in "$BUILT"/*/values*.yaml; do name=$(basename "$(dirname "$file")"); mkdir "out/$name"; '
    '"$HELM" template "$name" "$CHART" -f "$file" >"out/$name/manifests.yaml"; done',
    "every release, by the chart's schema",
    once=True,
)


@dataclass(frozen=True)
class Player:
    """Runs a contender in an empty folder. In the warm-up it counts the clusters with files."""

    work: Path
    clusters: int
    env: dict[str, str]

    def run(self, contender: Contender, *, warm_up: bool) -> Sample:
        """Return the figures of a run. Raises BenchError if it fails, or if a cluster lacks its files."""
        paths = [str(Path(sys.executable).parent), *(str(Path(programs.program(x)).parent) for x in contender.needs)]
        folder = servers.fresh(self.work / "volume")
        env = self.env | {"PATH": ":".join([*paths, os.environ["PATH"]])}
        argv = [programs.program("bash"), "-euo", "pipefail", "-c", contender.script]
        sample = measure.run(argv, folder, env, timeout_seconds=_TIMEOUT_SECONDS, watched=False)
        if warm_up and contender.leaves_store:
            _count(folder / "out", self.clusters)
        return sample

    def most_bytes(self) -> float:
        """Return the most memory that all processes of a build take together."""
        argv = [str(_command()), "build", f"{self.env['FLEET']}/fleet.yaml", "--quiet", "-o", "out"]
        return memory.most_bytes(argv, servers.fresh(self.work / "volume"), {"PATH": os.environ["PATH"], **self.env})


def measured(*, quick: bool, repeats: int, only: list[str], say: Say) -> Results:
    """Return the results. only: some of `huge`, `large` and `small`, the fleets, and `starts`. Empty: all."""
    results = Results()
    huge, large, small = (500, 60, 20) if quick else (50_000, 10_000, 1_000)
    with servers.working(places.sets()) as work:
        results.facts = {"rounds": f"{repeats} and a warm-up, in turn, medians", **_facts(work)}
        for name, clusters, contenders in (
            ("huge", huge, (BUILD_ONCE,)),
            ("large", large, (BUILD, BARE, CHECK, AGAIN)),
            ("small", small, (BUILD, *(() if quick else (WRITE_VALUES, TEMPLATE)), HELM_LOOP)),
        ):
            if not only or name in only:
                player = _player(work / name, clusters)
                results.titles[name] = f"{clusters:,} clusters"
                results.outcomes[name] = rounds.play(name, contenders, player, repeats, say)
                if name == "huge":
                    results.figures["huge_bytes"] = player.most_bytes()
        if not only or "starts" in only:
            results.figures |= _starts(work)
    return results


def _player(work: Path, clusters: int) -> Player:
    """Write the fleet, and build it once for the contenders that read the built or the packed files."""
    fleet, built, packed = work / "fleet", work / "built", work / "packed"
    fleets.write(fleet, clusters)
    helm = servers.output([str(ROOT / "tools" / "helm"), "3"])
    env = {
        "HOME": str(work),
        "PYTHON": sys.executable,
        "BENCH": str(ROOT / "bench"),
        "FLEET": str(fleet),
        "BUILT": str(built),
        "PACKED": str(packed),
        "HELM": helm,
        "CHART": str(fleets.CHART),
    }
    servers.output([str(_command()), "build", str(fleet / "fleet.yaml"), "--quiet", "-o", str(built)])
    files = {str(path.relative_to(built)): path.read_bytes() for path in sorted(built.rglob("*")) if path.is_file()}
    packed.write_bytes(marshal.dumps(files))
    return Player(work, clusters, env)


def _command() -> Path:
    return Path(sys.executable).with_name("neo4j-scenarios")


def _count(out: Path, clusters: int) -> None:
    written = {path.relative_to(out).parts[0] for path in out.rglob("*.yaml") if path.stat().st_size}
    missing = [name for name in map(fleets.name, range(clusters)) if name not in written]
    if missing:
        message = f"it wrote nothing for {len(missing)} of {clusters} clusters, such as {missing[0]}"
        raise BenchError(message, hint="see the log")


def _starts(work: Path) -> dict[str, float]:
    """Return the processor seconds of commands with little to do, from start to finish."""
    new = ("new", "single-instance", "--bucket", "gs://my-backups/nightly", "--database", "neo4j")
    completion = {
        "_NEO4J_SCENARIOS_COMPLETE": "complete_bash",
        "COMP_WORDS": "neo4j-scenarios build --on",
        "COMP_CWORD": "2",
    }
    return {
        "version_cpu_seconds": _cpu_seconds(work, ("--version",), {}),
        "completion_cpu_seconds": _cpu_seconds(work, (), completion),
        "new_cpu_seconds": _cpu_seconds(work, new, {}),
    }


def _cpu_seconds(work: Path, arguments: tuple[str, ...], variables: dict[str, str]) -> float:
    env = {"PATH": os.environ["PATH"], "HOME": str(work), **variables}
    argv = [str(_command()), *arguments]
    runs = [measure.run(argv, servers.fresh(work / "volume"), env, timeout_seconds=60) for _ in range(_TRIES)]
    return median(each.cpu_seconds for each in runs)


def _facts(work: Path) -> dict[str, str]:
    return {"load before": f"{machine.load():.2f}", **machine.describe(work), **programs.versions(["helmfile"])}
