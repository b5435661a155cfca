"""neo4j-admin: where it is, its run, and what its ending means; `families` has its commands.

It is always pointed at a configuration of ours, whose data folder is the staging one: it never sees the live data,
so that its habit of deleting the target before it reads the source harms nothing.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from typing import Final

from neo4j_restore import cgroup, child, endings, families, trees
from neo4j_restore.errors import AdminError, ConfigurationError
from neo4j_restore.families import Edition, Family, Version
from neo4j_restore.spec import DatabaseName

log = getLogger(__name__)

_CONF: Final = "neo4j.conf"

# So many times as long as a connection may be silent, neo4j-admin may say and do nothing before it is told.
_STALLS: Final = 10

_SILENT_SECONDS: Final = 600.0

# The variables with options for Java: of neo4j-admin, and of Java itself.
_JAVA_OPTIONS: Final = ("JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")

# What neo4j-admin and its launchers of 3.0 to 2026 read, and what any program may need. Nothing else reaches it. It
# asks no store, so it needs no key, no token and no proxy. NEO4J_ settings are the server's, and name the live data.
_PASSED: Final = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "MALLOC_ARENA_MAX"}
    | {"JAVA_HOME", "NEO4J_HOME", "NEO4J_DEBUG", "NEO4J_ACCEPT_LICENSE_AGREEMENT", *_JAVA_OPTIONS}
)


@dataclass(frozen=True)
class Admin:
    """The neo4j-admin found, and its version. edition: None where its jars are not where they should be.

    silent_seconds: it is told in the log when it says and does nothing for so long.
    """

    program: Path
    version: Version
    heap_size: str
    edition: Edition | None = None
    silent_seconds: float = _SILENT_SECONDS

    @property
    def family(self) -> Family:
        """Return its commands."""
        return families.family(self.version)

    def configure(self, conf: Path, data: Path) -> None:
        """Write in the folder `conf` a neo4j.conf whose data folder is `data`, and nothing else."""
        conf.mkdir(parents=True)
        # `load` of 3.x does not make this folder by itself.
        (data / "databases").mkdir(parents=True)
        lines = [f"{self.family.data_setting}={data}", f"{self.family.logs_setting}={conf.parent / 'logs'}"]
        (conf / _CONF).write_text("\n".join(lines) + "\n")

    def restore(self, source: Path, database: DatabaseName, conf: Path, lock: int) -> str:
        """Restore the backup directory `source`, whose files may be moved; return its last words.

        Raises the error that `endings` makes of a failure, as all of these do.
        """
        return self._run(_filled(self.family.restore, source, database), conf, lock, None, str(source))

    def load(self, source: Path, database: DatabaseName, conf: Path, lock: int) -> str:
        """Load the dump in the file `source`; return its last words."""
        return self._run(_filled(self.family.load, source, database), conf, lock, None, str(source))

    def load_stream(self, blocks: Iterable[bytes], database: DatabaseName, conf: Path, lock: int, name: str) -> str:
        """Load the dump that `blocks` yields, without a file; return its last words.

        All blocks are taken, even if neo4j-admin ends early.
        """
        return self._run(_filled(self.family.load_stdin, Path("-"), database), conf, lock, blocks, name)

    def restore_artifact(self, last: Path, database: DatabaseName, conf: Path, lock: int, *, full: bool) -> str:
        """Restore a backup artifact of 5, whose chain is in the folder of `last`; return its last words.

        Nothing but the chain may be in that folder.
        """
        way = families.way_of_artifact(self.family, self.edition, full=full)
        source = last.parent if way is self.family.load_artifact else last
        temp = conf.parent / "temp"
        temp.mkdir()
        said = self._run(_filled(way, source, database, conf / _CONF, temp), conf, lock, None, str(last))
        trees.remove(temp)
        return said

    def _run(self, argv: list[str], conf: Path, lock: int, blocks: Iterable[bytes] | None, name: str) -> str:
        log.info("neo4j-admin %s", " ".join(argv))
        own = {"NEO4J_CONF": str(conf), "HEAP_SIZE": self.heap_size}
        # It holds the volume's lock as long as it lives, whatever becomes of us.
        command = child.Command([str(self.program), *argv], _environment(os.environ) | own, conf.parent, keep=(lock,))
        silence = child.Silence(self.silent_seconds, lambda: _traces(conf.parent))
        with _startable(self.program):
            ended = child.run(command, blocks, silence, lambda *silent: _tell_silence(conf.parent, *silent))
        run = _judged(ended, argv, name, self.heap_size)
        error = endings.error_of(run)
        if error:
            raise error
        return run.said


def _judged(ended: child.Ended, argv: list[str], name: str, heap_size: str) -> endings.Run:
    options = [each for each in _JAVA_OPTIONS if os.environ.get(each)]
    return endings.Run(ended.status, ended.lines, argv, name, heap_size, cgroup.limit_bytes(), options)


def _tell_silence(staging: Path, seconds: float, last: str) -> None:
    size = _traces(staging)[0]
    log.warning(
        "neo4j-admin has said nothing for %.0f s, and its files have not grown: %s has %d bytes. It said last: %s",
        *(seconds, staging, size, last or "nothing"),
    )


def _traces(staging: Path) -> tuple[int, int]:
    """Return the bytes on the disk of all below `staging`, and the newest time of a change: either tells of work."""
    size = newest = 0
    for folder, _, names in trees.walk(staging):
        for name in names:
            try:
                found = (folder / name).lstat()
            except OSError:
                # It was there a moment ago: neo4j-admin moves and removes files as it works.
                continue
            size, newest = size + found.st_blocks * 512, max(newest, found.st_mtime_ns)
    return size, newest


def find_admin(
    environment: Mapping[str, str], heap_size: str, stall_seconds: float = _SILENT_SECONDS / _STALLS
) -> Admin:
    """Return the neo4j-admin of NEO4J_HOME, else of PATH, asked for its version.

    Raises ConfigurationError where there is none or its Java does not start, AdminError where it does not answer.
    """
    home = environment.get("NEO4J_HOME", "")
    found = shutil.which("neo4j-admin", path=f"{home}/bin" if home else environment.get("PATH", ""))
    if not found:
        message = f"no neo4j-admin in {home}/bin (NEO4J_HOME)" if home else "no neo4j-admin on PATH, and no NEO4J_HOME"
        raise ConfigurationError(
            message, hint="use the restore image, or set NEO4J_HOME to a Neo4j of the server's version"
        )
    program = Path(found)
    silent_seconds = stall_seconds * _STALLS
    version = _ask_version(program, heap_size, silent_seconds)
    return Admin(program, version, heap_size, families.edition(_jars(program, home)), silent_seconds)


def _jars(program: Path, home: str) -> frozenset[str]:
    """Return the names of Neo4j's own jars, without asking Java: it takes a second to start."""
    lib = (Path(home) if home else program.resolve().parents[1]) / "lib"
    return frozenset(path.name for path in lib.glob("*.jar"))


# A line of Java's own may stand before it, and 3.x writes the program's name.
_VERSION = re.compile(r"^(?:neo4j-admin )?(\d+)\.(\d+)(?:\.(\d+))?\b", re.MULTILINE)


def _ask_version(program: Path, heap_size: str, most_seconds: float) -> Version:
    argv = ["--version"]
    command = child.Command([str(program), *argv], _environment(os.environ) | {"HEAP_SIZE": heap_size}, Path("/"))
    with _startable(program):
        ended = child.run(command, most_seconds=most_seconds)
    run = _judged(ended, argv, "the question for its version", heap_size)
    found = _VERSION.search(run.text)
    if ended.status == 0 and found:
        return Version(int(found[1]), int(found[2]), int(found[3] or 0))
    known = endings.known_error_of(run) if ended.status else None
    if known:
        raise known
    how = f"ended with {ended.status}" if ended.status is not None else f"did not end within {most_seconds:.0f} s"
    message = f"{program} --version {how}: {run.said}"
    raise AdminError(message, hint="check that Java is there, of the version that this Neo4j needs")


@contextmanager
def _startable(program: Path) -> Iterator[None]:
    """Tell of a program that the system can't start, which is no fault of the volume's."""
    try:
        yield
    except OSError as error:
        if error.filename != str(program):
            raise
        message = f"{program} does not start: {error.strerror}"
        raise AdminError(message, hint="check that it is an executable of this system, and its first line") from error


def _filled(
    argv: tuple[str, ...], source: Path, database: DatabaseName, conf: Path | None = None, temp: Path | None = None
) -> list[str]:
    return [each.format(source=source, database=database, conf=conf, temp=temp) for each in argv]


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of our own environment neo4j-admin gets."""
    return {name: value for name, value in environment.items() if name in _PASSED or name.startswith("LC_")}
