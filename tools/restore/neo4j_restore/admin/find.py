"""Finds neo4j-admin and its version. Its jars have the version in their names, and Java takes a second to start."""

import os
import re
import shutil
from collections.abc import Mapping
from logging import getLogger
from pathlib import Path

from neo4j_restore import cgroup, memory
from neo4j_restore.admin import admin_commands, child, endings
from neo4j_restore.admin.admin import SILENT_SECONDS, STALLS, Admin
from neo4j_restore.admin.admin_commands import Version
from neo4j_restore.admin.launch import environment as passed
from neo4j_restore.admin.launch import judged, startable
from neo4j_restore.errors import AdminError, ConfigurationError

log = getLogger(__name__)


def find_admin(environment: Mapping[str, str], heap_size: str, stall_seconds: float = SILENT_SECONDS / STALLS) -> Admin:
    """Return the neo4j-admin of NEO4J_HOME, or else of PATH, with its version.

    It is not started where its jars tell the version: see `check_start`.
    heap_size: empty for the one that the container's memory limit has room for.
    Raises ConfigurationError where there is none or its Java does not start, and AdminError where it does not print a
    version.
    """
    home = environment.get("NEO4J_HOME", "")
    path = shutil.which("neo4j-admin", path=f"{home}/bin" if home else environment.get("PATH", ""))
    if not path:
        message = f"no neo4j-admin in {home}/bin (NEO4J_HOME)" if home else "no neo4j-admin on PATH, and no NEO4J_HOME"
        raise ConfigurationError(
            message, hint="use the restore image, or set NEO4J_HOME to a Neo4j of the server's version"
        )
    program = Path(path)
    silent_seconds = stall_seconds * STALLS
    if not heap_size:
        heap_size = memory.heap_size(cgroup.limit_bytes())
        log.debug("neo4j-admin gets a heap of %s, by the container's memory limit (HEAP_SIZE is not set)", heap_size)
    jars = _jars(program, home)
    version = admin_commands.version(jars)
    has_started = version is None
    # Nothing else tells the version where its jars are not in their usual place, for example behind a wrapper.
    version = version or _ask_version(program, heap_size, silent_seconds)
    edition = admin_commands.edition(jars)
    return Admin(program, version, heap_size, edition, silent_seconds, has_started=has_started)


def check_start(admin: Admin) -> None:
    """Raise the errors of `find_admin` unless Java starts, and neo4j-admin is of the version that its jars have."""
    if admin.has_started:
        return
    version = _ask_version(admin.program, admin.heap_size, admin.silent_seconds)
    if version != admin.version:
        message = f"{admin.program} --version prints {version}, but the jars of its Neo4j are of {admin.version}"
        raise AdminError(message, hint="set NEO4J_HOME to the Neo4j that this neo4j-admin belongs to")


def _jars(program: Path, home: str) -> frozenset[str]:
    """Return the names of Neo4j's own jars."""
    lib = (Path(home) if home else program.resolve().parents[1]) / "lib"
    return frozenset(path.name for path in lib.glob("*.jar"))


# Java may print a line of its own before it, and 3.x puts the program's name in front.
_VERSION = re.compile(r"^(?:neo4j-admin )?(\d+)\.(\d+)(?:\.(\d+))?\b", re.MULTILINE)


def _ask_version(program: Path, heap_size: str, most_seconds: float) -> Version:
    argv = ["--version"]
    command = child.Command([str(program), *argv], passed(os.environ, heap_size), Path("/"))
    with startable(program):
        ended = child.run(command, most_seconds=most_seconds)
    run = judged(ended, argv, "--version", heap_size)
    version = _VERSION.search(run.text)
    if ended.status == 0 and version:
        return Version(int(version[1]), int(version[2]), int(version[3] or 0))
    error = endings.known_error_of(run) if ended.status else None
    if error:
        raise error
    how = f"ended with {ended.status}" if ended.status is not None else f"did not end within {most_seconds:.0f} s"
    message = f"{program} --version {how}: {run.last_output}"
    raise AdminError(message, hint="check that Java is installed, in the version that this Neo4j needs")
