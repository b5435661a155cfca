"""Runs neo4j-admin, and turns its ending into a result or an error. `admin_commands` has its commands, `find` finds it.

It always gets a configuration of ours, whose data folder is the staging one, so it never sees the live data.
neo4j-admin deletes the target before it reads the source. In staging, that does no harm.
"""

import os
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from logging import getLogger
from pathlib import Path
from typing import Final

from neo4j_restore import cgroup, memory, trees
from neo4j_restore.admin import admin_commands, child, endings, storeinfo, verdicts
from neo4j_restore.admin.admin_commands import Commands, Edition, Version
from neo4j_restore.admin.job import Job, tell_silence, traces
from neo4j_restore.admin.launch import environment, judged, startable
from neo4j_restore.admin.storeinfo import StoreInfo
from neo4j_restore.errors import AdminError
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stopwatch import Phase, Stopwatch

log = getLogger(__name__)

_CONF: Final = "neo4j.conf"

# neo4j-admin may print nothing and do nothing for this many times the seconds a connection may be silent. Then a line
# in the log says so.
STALLS: Final = 10

SILENT_SECONDS: Final = 600.0

_ASK_AGAIN: Final = "run this command by hand on the restored database, while Neo4j is stopped"


@dataclass(frozen=True)
class Admin:
    """A neo4j-admin and its version. edition: None where its jars are not in their usual place.

    silent_seconds: the log says so when it prints and does nothing for this long.
    takes_older: a loaded store of an older Neo4j is not an error. watch: gets the time of each run.
    has_started: whether it has been started, so that its Java is known to work.
    """

    program: Path
    version: Version
    heap_size: str
    edition: Edition | None = None
    silent_seconds: float = SILENT_SECONDS
    takes_older: bool = False
    watch: Stopwatch = field(default_factory=Stopwatch, compare=False)
    has_started: bool = True

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
        return self._run(Job(_filled(self.commands.restore, source, database), conf, lock, str(source)))

    def load(self, source: Path, database: DatabaseName, conf: Path, lock: int) -> str:
        """Load the dump in the file `source`, and return the last lines of output."""
        return self._run(Job(_filled(self.commands.load, source, database), conf, lock, str(source)))

    def load_stream(self, blocks: Iterable[bytes], database: DatabaseName, conf: Path, lock: int, name: str) -> str:
        """Load the dump that `blocks` yields, without a file, and return the last lines of output.

        All blocks are taken, even if neo4j-admin ends early.
        """
        argv = _filled(self.commands.load_stdin, Path("-"), database)
        return self._run(Job(argv, conf, lock, name, blocks, compiles_little=True))

    def finds_by_name(self, *, full: bool) -> bool:
        """Tell whether its command for an artifact takes one only under the name in the header."""
        way = admin_commands.way_of_artifact(self.commands, self.edition, full=full)
        return way is self.commands.load_artifact

    def restore_artifact(
        self, last: Path, database: DatabaseName, conf: Path, lock: int, *, full: bool, until: str = ""
    ) -> str:
        """Restore a backup artifact of 5, and return the last lines of output.

        last: the last artifact of the chain. Its folder must hold the chain and nothing else.
        until: the point in the chain at which to end, as neo4j-admin writes it, or empty.
        """
        way = admin_commands.way_of_artifact(self.commands, self.edition, full=full)
        by_load = way is self.commands.load_artifact
        source = last.parent if by_load else last
        temp = conf.parent / "temp"
        temp.mkdir()
        argv = _filled(way, source, database, conf / _CONF, temp)
        argv += [f"--restore-until={until}"] if until else []
        last_lines = self._run(Job(argv, conf, lock, str(last), compiles_little=by_load))
        trees.remove(temp)
        return last_lines

    def info(self, store: Path, database: DatabaseName, conf: Path, lock: int, name: str) -> StoreInfo:
        """Return what it says about the database whose store is in the folder `store`. name: of the set, for messages.

        Raises BackupDamagedError for a store that it can't read. Any other error means that it could not be asked.
        """
        argv = _filled(self.commands.info, store, database)
        job = Job(argv, conf, lock, name, phase=Phase.INSPECT, most_seconds=self.silent_seconds, compiles_little=True)
        run = self._ended(job)
        if error := verdicts.unreadable(run) or endings.error_of(run):
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
        run = self._ended(Job(argv, own, lock, name, phase=Phase.CHECK))
        trees.remove(own)
        if error := verdicts.inconsistent(run) or endings.error_of(run):
            raise error

    def migrate(self, database: DatabaseName, conf: Path, lock: int, name: str, *, to_range: bool) -> None:
        """Migrate the store of `database` to this version. name: of the set, for messages.

        to_range: its BTREE indexes become RANGE indexes, which the server fills when it starts.
        Raises MigrationNeededError for a store that this version can't migrate.
        """
        off_heap = memory.off_heap_mib(self.heap_size, cgroup.limit_bytes())
        argv = _filled(self.commands.migrate, Path("-"), database, off_heap=off_heap)
        argv += [admin_commands.TO_RANGE] if to_range else []
        run = self._ended(Job(argv, conf, lock, name))
        if error := verdicts.unmigrated(run) or endings.error_of(run):
            raise error

    def _run(self, job: Job) -> str:
        run = self._ended(job)
        if error := endings.error_of(run, takes_older=self.takes_older):
            raise error
        return run.last_output

    def _ended(self, job: Job) -> endings.Run:
        log.info("neo4j-admin %s", " ".join(job.argv))
        # neo4j-admin inherits the volume's lock and holds it as long as it lives, even if this process dies.
        variables = environment(os.environ, self.heap_size, compiles_little=job.compiles_little)
        command = child.Command(
            [str(self.program), *job.argv], variables | {"NEO4J_CONF": str(job.conf)}, job.staging, keep=(job.lock,)
        )
        silence = child.Silence(self.silent_seconds, lambda: traces(job.staging))
        # A stream is downloaded while it is loaded.
        timed = nullcontext() if job.blocks is not None else self.watch.during(job.phase)
        with startable(self.program), timed:
            tell = partial(tell_silence, job.staging)
            ended = child.run(command, job.blocks, silence, tell, job.most_seconds)
        return judged(ended, job.argv, job.name, self.heap_size)


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
