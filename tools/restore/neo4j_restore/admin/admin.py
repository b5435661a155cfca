"""Finds neo4j-admin, runs it, and turns its ending into a result or an error. `admin_commands` has its commands.

It always gets a configuration of ours, whose data folder is the staging one, so it never sees the live data.
neo4j-admin deletes the target before it reads the source. In staging, that does no harm.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from logging import getLogger
from pathlib import Path
from typing import Final

from neo4j_restore import cgroup, memory, trees
from neo4j_restore.admin import admin_commands, child, endings, storeinfo
from neo4j_restore.admin.admin_commands import Commands, Edition, Version
from neo4j_restore.admin.storeinfo import StoreInfo
from neo4j_restore.errors import AdminError, ConfigurationError
from neo4j_restore.spec import DatabaseName

log = getLogger(__name__)

_CONF: Final = "neo4j.conf"

# neo4j-admin may print nothing and do nothing for this many times the seconds a connection may be silent. Then a line
# in the log says so.
_STALLS: Final = 10

_SILENT_SECONDS: Final = 600.0

_ASK_AGAIN: Final = "run this command by hand on the restored database, while Neo4j is stopped"

# The variables with options for Java, of neo4j-admin and of Java itself.
_JAVA_OPTIONS: Final = ("JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")

# The variables that neo4j-admin and its launchers of 3.0 to 2026 read, and that any program may need. No others are
# passed. It opens no store, so it needs no key, no token and no proxy. NEO4J_ settings are the server's, and name the
# live data.
_PASSED: Final = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "MALLOC_ARENA_MAX"}
    | {"JAVA_HOME", "NEO4J_HOME", "NEO4J_DEBUG", "NEO4J_ACCEPT_LICENSE_AGREEMENT", *_JAVA_OPTIONS}
)


@dataclass(frozen=True)
class Admin:
    """A neo4j-admin and its version. edition: None where its jars are not in their usual place.

    silent_seconds: the log says so when it prints and does nothing for this long.
    """

    program: Path
    version: Version
    heap_size: str
    edition: Edition | None = None
    silent_seconds: float = _SILENT_SECONDS

    @property
    def commands(self) -> Commands:
        """Return its commands."""
        return admin_commands.commands(self.version)

    def configure(self, conf: Path, data: Path) -> None:
        """Write a neo4j.conf in the folder `conf` with `data` as its data folder, and nothing else."""
        conf.mkdir(parents=True)
        # `load` of 3.x does not create this folder.
        (data / "databases").mkdir(parents=True)
        lines = [f"{self.commands.data_setting}={data}", f"{self.commands.logs_setting}={conf.parent / 'logs'}"]
        (conf / _CONF).write_text("".join(f"{line}\n" for line in lines))

    def restore(self, source: Path, database: DatabaseName, conf: Path, lock: int) -> str:
        """Restore the backup directory `source`, and return the last lines of output. Its files may be moved.

        Like the methods below, it raises the error that `endings` gives for a failure.
        """
        return self._run(_filled(self.commands.restore, source, database), conf, lock, None, str(source))

    def load(self, source: Path, database: DatabaseName, conf: Path, lock: int) -> str:
        """Load the dump in the file `source`, and return the last lines of output."""
        return self._run(_filled(self.commands.load, source, database), conf, lock, None, str(source))

    def load_stream(self, blocks: Iterable[bytes], database: DatabaseName, conf: Path, lock: int, name: str) -> str:
        """Load the dump that `blocks` yields, without a file, and return the last lines of output.

        All blocks are taken, even if neo4j-admin ends early.
        """
        return self._run(_filled(self.commands.load_stdin, Path("-"), database), conf, lock, blocks, name)

    def restore_artifact(
        self, last: Path, database: DatabaseName, conf: Path, lock: int, *, full: bool, until: str = ""
    ) -> str:
        """Restore a backup artifact of 5, and return the last lines of output.

        last: the last artifact of the chain. Its folder must hold the chain and nothing else.
        until: the point in the chain at which to end, as neo4j-admin writes it, or empty.
        """
        way = admin_commands.way_of_artifact(self.commands, self.edition, full=full)
        source = last.parent if way is self.commands.load_artifact else last
        temp = conf.parent / "temp"
        temp.mkdir()
        argv = _filled(way, source, database, conf / _CONF, temp)
        argv += [f"--restore-until={until}"] if until else []
        last_lines = self._run(argv, conf, lock, None, str(last))
        trees.remove(temp)
        return last_lines

    def info(self, store: Path, database: DatabaseName, conf: Path, lock: int, name: str) -> StoreInfo:
        """Return what it says about the database whose store is in the folder `store`. name: of the set, for messages.

        Raises BackupDamagedError for a store that it can't read. Any other error means that it could not be asked.
        """
        argv = _filled(self.commands.info, store, database)
        run = self._ended(argv, conf, lock, None, name, most_seconds=self.silent_seconds)
        if error := endings.unreadable(run) or endings.error_of(run):
            raise error
        try:
            return storeinfo.parse(run.lines)
        except ValueError as error:
            command = f"neo4j-admin {' '.join(run.argv)}"
            message = f"{command} ended with 0, but its output does not describe a store ({error}): {run.last_output}"
            raise AdminError(message, hint=_ASK_AGAIN) from error

    def check(self, database: DatabaseName, conf: Path, reports: Path, lock: int, name: str) -> None:
        """Look for inconsistencies in the store of `database`. reports: an empty folder for its report.

        name: of the set, for messages. Raises BackupDamagedError where it finds some.
        """
        off_heap = memory.off_heap_mib(self.heap_size, cgroup.limit_bytes())
        own = conf.with_name("conf-of-check")
        own.mkdir()
        cache = f"{self.commands.cache_setting}={off_heap}m\n" if self.commands.cache_setting else ""
        (own / _CONF).write_text((conf / _CONF).read_text() + cache)
        argv = _filled(self.commands.check, reports, database, temp=reports, off_heap=off_heap)
        run = self._ended(argv, own, lock, None, name)
        trees.remove(own)
        if error := endings.inconsistent(run) or endings.error_of(run):
            raise error

    def _run(self, argv: list[str], conf: Path, lock: int, blocks: Iterable[bytes] | None, name: str) -> str:
        run = self._ended(argv, conf, lock, blocks, name)
        if error := endings.error_of(run):
            raise error
        return run.last_output

    def _ended(
        self,
        argv: list[str],
        conf: Path,
        lock: int,
        blocks: Iterable[bytes] | None,
        name: str,
        *,
        most_seconds: float | None = None,
    ) -> endings.Run:
        """Run it to its end. name: what it works on, for messages. most_seconds: after these it is ended."""
        log.info("neo4j-admin %s", " ".join(argv))
        variables = {"NEO4J_CONF": str(conf), "HEAP_SIZE": self.heap_size}
        # neo4j-admin inherits the volume's lock and holds it as long as it lives, even if this process dies.
        command = child.Command(
            [str(self.program), *argv], _environment(os.environ) | variables, conf.parent, keep=(lock,)
        )
        silence = child.Silence(self.silent_seconds, lambda: _traces(conf.parent))
        with _startable(self.program):
            tell = partial(_tell_silence, conf.parent)
            ended = child.run(command, blocks, silence, tell, most_seconds)
        return _judged(ended, argv, name, self.heap_size)


def _judged(ended: child.Ended, argv: list[str], name: str, heap_size: str) -> endings.Run:
    options = [each for each in _JAVA_OPTIONS if os.environ.get(each)]
    return endings.Run(ended.status, ended.lines, argv, name, heap_size, cgroup.limit_bytes(), options)


def _tell_silence(staging: Path, seconds: float, last: str) -> None:
    size = _traces(staging)[0]
    log.warning(
        "neo4j-admin has printed nothing for %.0f s, and its files have not grown: %s has %d bytes. Its last line: %s",
        *(seconds, staging, size, last or "nothing"),
    )


def _traces(staging: Path) -> tuple[int, int]:
    """Return the bytes on the disk below `staging`, and the newest time of a change. A change of either shows work."""
    size = newest = 0
    for folder, _, names in trees.walk(staging):
        for name in names:
            try:
                status = (folder / name).lstat()
            except OSError:
                # neo4j-admin moves and removes files as it works, so one may vanish between listing and `lstat`.
                continue
            size, newest = size + status.st_blocks * 512, max(newest, status.st_mtime_ns)
    return size, newest


def find_admin(
    environment: Mapping[str, str], heap_size: str, stall_seconds: float = _SILENT_SECONDS / _STALLS
) -> Admin:
    """Return the neo4j-admin of NEO4J_HOME, or else of PATH, with its version.

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
    silent_seconds = stall_seconds * _STALLS
    if not heap_size:
        heap_size = memory.heap_size(cgroup.limit_bytes())
        log.debug("neo4j-admin gets a heap of %s, by the container's memory limit (HEAP_SIZE is not set)", heap_size)
    version = _ask_version(program, heap_size, silent_seconds)
    return Admin(program, version, heap_size, admin_commands.edition(_jars(program, home)), silent_seconds)


def _jars(program: Path, home: str) -> frozenset[str]:
    """Return the names of Neo4j's own jars. Java is not asked, because it takes a second to start."""
    lib = (Path(home) if home else program.resolve().parents[1]) / "lib"
    return frozenset(path.name for path in lib.glob("*.jar"))


# Java may print a line of its own before it, and 3.x puts the program's name in front.
_VERSION = re.compile(r"^(?:neo4j-admin )?(\d+)\.(\d+)(?:\.(\d+))?\b", re.MULTILINE)


def _ask_version(program: Path, heap_size: str, most_seconds: float) -> Version:
    argv = ["--version"]
    command = child.Command([str(program), *argv], _environment(os.environ) | {"HEAP_SIZE": heap_size}, Path("/"))
    with _startable(program):
        ended = child.run(command, most_seconds=most_seconds)
    run = _judged(ended, argv, "--version", heap_size)
    version = _VERSION.search(run.text)
    if ended.status == 0 and version:
        return Version(int(version[1]), int(version[2]), int(version[3] or 0))
    error = endings.known_error_of(run) if ended.status else None
    if error:
        raise error
    how = f"ended with {ended.status}" if ended.status is not None else f"did not end within {most_seconds:.0f} s"
    message = f"{program} --version {how}: {run.last_output}"
    raise AdminError(message, hint="check that Java is installed, in the version that this Neo4j needs")


@contextmanager
def _startable(program: Path) -> Iterator[None]:
    """Translate the error of a program that the system can't start. It is not an error of the volume."""
    try:
        yield
    except OSError as error:
        if error.filename != str(program):
            raise
        message = f"{program} does not start: {error.strerror}"
        raise AdminError(
            message,
            hint="check that it is an executable for this system, and the interpreter in its first line",
        ) from error


def _filled(
    argv: tuple[str, ...],
    source: Path,
    database: DatabaseName,
    conf: Path | None = None,
    temp: Path | None = None,
    off_heap: int = 0,
) -> list[str]:
    names = {"source": source, "database": database, "conf": conf, "temp": temp, "off_heap": off_heap}
    return [each.format(**names) for each in argv]


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of our own environment that neo4j-admin gets."""
    return {name: value for name, value in environment.items() if name in _PASSED or name.startswith("LC_")}
