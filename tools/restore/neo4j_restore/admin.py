"""neo4j-admin: where it is, its run, and what its ending means; `families` has its commands.

It is always pointed at a configuration of ours, whose data folder is the staging one: it never sees the live data,
so that its habit of deleting the target before it reads the source harms nothing.
"""

import os
import re
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from threading import Thread
from typing import IO

from neo4j_restore import disk, families
from neo4j_restore.errors import (
    ANOTHER_SET,
    AdminError,
    BackupDamagedError,
    ConfigurationError,
    MigrationNeededError,
    NoSpaceError,
)
from neo4j_restore.families import Edition, Family, Version
from neo4j_restore.spec import DatabaseName

log = getLogger(__name__)


# What the open tools print when the source is at fault, of 3.5 to 5.
_DAMAGED = re.compile(
    r"Not a valid Neo4j archive|Truncated source|truncated source|Data corruption|not a database backup|Truncated TAR"
)
# Printed by `load` of 5, which ends with 0 all the same; the server would leave the database offline.
_UNSUPPORTED = re.compile(r"not on a supported version")

_FULL = re.compile(r"No space left on device|Disk quota exceeded")

_LAST_LINES = 8

_CONF = "neo4j.conf"


@dataclass(frozen=True)
class Admin:
    """The neo4j-admin found, and its version. edition: None where its jars are not where they should be."""

    program: Path
    version: Version
    heap_size: str
    edition: Edition | None = None

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

    def restore(self, source: Path, database: DatabaseName, conf: Path, lock: int) -> None:
        """Restore the backup directory `source`; its files may be moved. Raises AdminError or BackupDamagedError."""
        self._run(_filled(self.family.restore, source, database), conf, lock, None, str(source))

    def load(self, source: Path, database: DatabaseName, conf: Path, lock: int) -> None:
        """Load the dump in the file `source`."""
        self._run(_filled(self.family.load, source, database), conf, lock, None, str(source))

    def load_stream(self, blocks: Iterable[bytes], database: DatabaseName, conf: Path, lock: int, name: str) -> None:
        """Load the dump that `blocks` yields, without a file; all are taken, even if neo4j-admin ends early."""
        self._run(_filled(self.family.load_stdin, Path("-"), database), conf, lock, blocks, name)

    def restore_artifact(self, last: Path, database: DatabaseName, conf: Path, lock: int, *, full: bool) -> None:
        """Restore a backup artifact of 5, whose chain is in the folder of `last`; nothing else is there."""
        way = families.way_of_artifact(self.family, self.edition, full=full)
        source = last.parent if way is self.family.load_artifact else last
        temp = conf.parent / "temp"
        temp.mkdir()
        self._run(_filled(way, source, database, conf / _CONF, temp), conf, lock, None, str(last))
        disk.remove_tree(temp)

    def _run(self, argv: list[str], conf: Path, lock: int, blocks: Iterable[bytes] | None, name: str) -> None:
        log.info("neo4j-admin %s", " ".join(argv))
        lines: deque[str] = deque(maxlen=200)
        with (
            _startable(self.program),
            subprocess.Popen(
                [str(self.program), *argv],
                stdin=subprocess.DEVNULL if blocks is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=_environment(conf, self.heap_size),
                cwd=conf.parent,
                # It holds the volume's lock as long as it lives, whatever becomes of us.
                pass_fds=(lock,),
                # Its launcher may start a second process: they end together.
                start_new_session=True,
            ) as process,
        ):
            try:
                reader = Thread(target=_collect, args=(process.stdout, lines))
                reader.start()
                if blocks is not None and process.stdin:
                    _feed(blocks, process.stdin)
                status = process.wait()
                reader.join()
            finally:
                # Only an interrupted run finds it alive: then it must not go on writing.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                # What waits in the pipe's buffer has nobody to go to, and would hide why the feeding stopped.
                with suppress(BrokenPipeError):
                    if process.stdin:
                        process.stdin.close()
        _judge(status, list(lines), argv, name)


def find_admin(environment: Mapping[str, str], heap_size: str) -> Admin:
    """Return the neo4j-admin of NEO4J_HOME, else of PATH, asked for its version.

    Raises ConfigurationError where there is none, AdminError where it does not answer.
    """
    home = environment.get("NEO4J_HOME", "")
    found = shutil.which("neo4j-admin", path=f"{home}/bin" if home else environment.get("PATH", ""))
    if not found:
        message = f"no neo4j-admin in {home}/bin (NEO4J_HOME)" if home else "no neo4j-admin on PATH, and no NEO4J_HOME"
        raise ConfigurationError(
            message, hint="use the restore image, or set NEO4J_HOME to a Neo4j of the server's version"
        )
    program = Path(found)
    return Admin(program, _ask_version(found, heap_size), heap_size, families.edition(_jars(program, home)))


def _jars(program: Path, home: str) -> frozenset[str]:
    """Return the names of Neo4j's own jars, without asking Java: it takes a second to start."""
    lib = (Path(home) if home else program.resolve().parents[1]) / "lib"
    return frozenset(path.name for path in lib.glob("*.jar"))


def _ask_version(program: str, heap_size: str) -> Version:
    environment = os.environ | {"HEAP_SIZE": heap_size}
    with _startable(Path(program)):
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, env=environment, check=False)
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", answer.stdout)
    if answer.returncode or not found:
        lines = (answer.stdout + answer.stderr).strip().splitlines()[-_LAST_LINES:]
        message = f"{program} --version ended with {answer.returncode}: {' | '.join(lines)}"
        raise AdminError(message, hint="check that Java is there, of the version that this Neo4j needs")
    return Version(int(found[1]), int(found[2]), int(found[3] or 0))


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


def _environment(conf: Path, heap_size: str) -> dict[str, str]:
    """Return our own environment, less any NEO4J_ setting: those are the server's, and name the live data."""
    kept = {"NEO4J_HOME", "NEO4J_ACCEPT_LICENSE_AGREEMENT"}
    own = {name: value for name, value in os.environ.items() if name in kept or not name.startswith("NEO4J_")}
    return own | {"NEO4J_CONF": str(conf), "HEAP_SIZE": heap_size}


def _feed(blocks: Iterable[bytes], pipe: IO[bytes]) -> None:
    alive = True
    for block in blocks:
        if alive:
            try:
                pipe.write(block)
            except BrokenPipeError:
                # It has given up; its status says why. The rest is still read, for its checksum.
                alive = False
    try:
        pipe.close()
    except BrokenPipeError:
        log.debug("neo4j-admin ended before its input did")


def _collect(stream: IO[bytes] | None, lines: deque[str]) -> None:
    if stream:
        for raw in stream:
            # Progress comes as parts of one line with carriage returns; the last part is the news.
            line = raw.decode(errors="replace").rstrip().rpartition("\r")[2]
            if line:
                lines.append(line)
                log.debug("neo4j-admin: %s", line)


def _judge(status: int, lines: list[str], argv: list[str], name: str) -> None:
    said = " | ".join(lines[-_LAST_LINES:])
    text = "\n".join(lines)
    if _UNSUPPORTED.search(text):
        message = f"{name} is of an older Neo4j, and this one can't open it: {said}"
        hint = "restore it with an image of its own Neo4j version"
        raise MigrationNeededError(message, hint=hint)
    if status and _FULL.search(text):
        message = f"the volume was full while neo4j-admin worked on {name}: {said}"
        raise NoSpaceError(message, hint="make the volume larger, or free room on it")
    if status and _DAMAGED.search(text):
        message = f"neo4j-admin says that {name} is damaged: {said}"
        raise BackupDamagedError(message, hint=ANOTHER_SET)
    if status:
        message = f"neo4j-admin {' '.join(argv)} ended with {status} on {name}: {said or 'it said nothing'}"
        raise AdminError(message, hint="its last lines say why; `neo4j-restore explain 30` says what to check")
