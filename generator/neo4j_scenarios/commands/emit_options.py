"""The options of `emit`, in the groups in which its help prints them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from neo4j_scenarios.commands.options import Only, Selector
from neo4j_scenarios.commands.writing_options import Writing

REVISION: Final = "HEAD"
AT_ONCE: Final = 10
TIMEOUT: Final = "15m"

Engine = Annotated[
    str, typer.Argument(metavar="ENGINE", help="argocd, flux, helmfile, script, job or seed", show_default=False)
]
FleetFile = Annotated[Path, typer.Argument(metavar="FLEET", help="a fleet file", show_default=False)]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        help="output folder [default: ENGINE, beside the fleet file]",
        show_default=False,
    ),
]
Chart = Annotated[
    list[str] | None,
    typer.Option(
        "--chart",
        metavar="TARGET=URL/NAME:VERSION",
        help="location of a target's chart, required for argocd and flux",
        show_default=False,
    ),
]
Repository = Annotated[
    str, typer.Option("--repository", metavar="URL", help="Git repository of the output folder, for argocd")
]
PathInGit = Annotated[
    str,
    typer.Option("--path", metavar="PATH", help="path of the output folder in that repository, for argocd and flux"),
]
Revision = Annotated[str, typer.Option("--revision", metavar="REVISION", help="branch or tag of that repository")]
Project = Annotated[str, typer.Option("--project", metavar="NAME", help="project of the applications, for argocd")]
ArgocdNamespace = Annotated[
    str, typer.Option("--argocd-namespace", metavar="NAMESPACE", help="namespace in which Argo CD runs")
]
SyncWindow = Annotated[
    list[str] | None,
    typer.Option(
        "--sync-window",
        metavar="KIND;SCHEDULE;DURATION",
        help="when Argo CD may sync, such as 'deny;0 8 * * 1-5;10h' (also writes --project)",
        show_default=False,
    ),
]
AtOnce = Annotated[
    int,
    typer.Option("--at-once", metavar="N", min=1, help="most releases of a wave at the same time (not for flux)"),
]
Timeout = Annotated[
    str,
    typer.Option("--timeout", metavar="DURATION", help="how long Flux waits for a release before it reports a failure"),
]
Part = Annotated[
    str,
    typer.Option("--part", metavar="NAME", help="name of a part of the fleet, which gets its own folder (needs -l)"),
]
Override = Annotated[
    str, typer.Option("--override", metavar="NAME", help="roll out an override of the fleet file, wave by wave")
]
Wave = Annotated[
    int,
    typer.Option("--wave", metavar="N", min=0, help="write the first N waves of --override, for argocd and flux"),
]
Replace = Annotated[bool, typer.Option("--replace", help="replace the data of databases that exist, for seed")]


@dataclass(frozen=True)
class _Subject:
    """The engine, the fleet and the output folder."""

    engine: Engine
    fleet: FleetFile
    output: Folder = None


@dataclass(frozen=True)
class _Places:
    """Where the engine finds charts and the output folder."""

    chart: Chart = None
    repository: Repository = ""
    path: PathInGit = ""
    revision: Revision = REVISION
    project: Project = ""
    argocd_namespace: ArgocdNamespace = ""
    sync_window: SyncWindow = None


@dataclass(frozen=True)
class _Rollout:
    """Which clusters are installed, in which order."""

    at_once: AtOnce = AT_ONCE
    timeout: Timeout = TIMEOUT
    part: Part = ""
    override: Override = ""
    wave: Wave = 0
    replace: Replace = False
    selector: Selector = None
    only: Only = None


@dataclass(frozen=True)
class EmitOptions(Writing, _Rollout, _Places, _Subject):
    """All options of `emit`. In its help, fields come in the order from the last base class to the first."""

    @property
    def texts(self) -> dict[str, list[str]]:
        """The texts that end up in files, by their options."""
        return {
            "--chart": self.chart or [],
            "--repository": [self.repository],
            "--path": [self.path],
            "--revision": [self.revision],
            "--project": [self.project],
            "--argocd-namespace": [self.argocd_namespace],
            "--sync-window": self.sync_window or [],
        }
