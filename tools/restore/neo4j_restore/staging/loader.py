"""Gives a set to neo4j-admin: a folder, a dump in a file or as a stream, or artifacts. And where their files lie."""

from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path

from neo4j_restore import trees
from neo4j_restore.admin.admin import Admin
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.headers import Header
from neo4j_restore.spec import DatabaseName
from neo4j_restore.transfer import retry
from neo4j_restore.volume.paths import VolumePaths, folders_of, is_log


@dataclass(frozen=True)
class SetFiles:
    """Where the files of one database's set lie in staging until neo4j-admin has taken them."""

    staging: Path
    database: DatabaseName

    @property
    def folder(self) -> Path:
        """Return the folder of what was downloaded or unpacked."""
        return self.staging / "sets" / self.database

    @property
    def alone(self) -> Path:
        """Return the folder of a full artifact that came among other files."""
        return self.staging / "artifacts" / self.database

    @property
    def auth_files(self) -> Path:
        """Return the folder of auth files that came with a set."""
        return self.staging / "auth-files" / self.database

    @property
    def dump(self) -> Path:
        """Return the path of a dump that neo4j-admin needs as a file."""
        return self.staging / f"{self.database}.dump"

    @property
    def zip(self) -> Path:
        """Return the path of a zip, which lies on the volume until it is unpacked."""
        return self.staging / f"{self.database}.zip"

    def remove(self) -> None:
        """Remove all of them."""
        for folder in (self.folder, self.alone, self.auth_files):
            trees.remove(folder)
        for path in (self.dump, self.zip):
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Loader:
    """Runs neo4j-admin into the staged data folder. Each method returns its last lines of output.

    lock: the descriptor of the volume's lock, see `Stage`.
    """

    program: Admin
    paths: VolumePaths
    lock: int

    @property
    def conf(self) -> Path:
        """Return the folder of the configuration that names the staged data folder."""
        return self.paths.staging / "conf"

    @property
    def streams(self) -> bool:
        """Whether neo4j-admin takes a dump as a stream."""
        return bool(self.program.commands.load_stdin)

    def files(self, database: DatabaseName) -> SetFiles:
        """Return where the files of a database's set lie."""
        return SetFiles(self.paths.staging, database)

    def configure(self) -> None:
        """Write the configuration."""
        self.program.configure(self.conf, self.paths.staged_data)

    def restore(self, source: Path, database: DatabaseName) -> str:
        """Restore the store in the folder `source`. Its files may be moved.

        A neo4j-admin of 5 has no command for a backup directory of 4.x. Its files are put in place, to be migrated.
        """
        if not self.program.commands.restore:
            self.install(source, source, database)
            return ""
        return self.program.restore(source, database, self.conf, self.lock)

    def install(self, store: Path, logs: Path, database: DatabaseName) -> None:
        """Move the store files and the transaction logs of a database to their places. Both may be in one folder."""
        for folder in (store, logs):
            # The lock file of the Neo4j that was copied. It is not part of the data.
            (folder / "database_lock").unlink(missing_ok=True)
        targets = [self.paths.staged_data / part for part in folders_of(database)]
        for target in targets:
            target.parent.mkdir(parents=True, exist_ok=True)
        if logs == store:
            targets[1].mkdir()
            for path in [each for each in store.iterdir() if is_log(each.name)]:
                path.rename(targets[1] / path.name)
        else:
            logs.rename(targets[1])
        store.rename(targets[0])

    def load(self, dump: Path, database: DatabaseName) -> str:
        """Load the dump in a file, for a neo4j-admin that takes no stream."""
        return self.program.load(dump, database, self.conf, self.lock)

    def load_stream(self, dump: RawIOBase, database: DatabaseName, name: str) -> str:
        """Load a dump that may never lie on the volume. All of it is read. name: of the set, for messages."""
        return self.program.load_stream(retry.blocks(dump), database, self.conf, self.lock, name)

    def restore_artifact(self, last: Path, chosen: BackupSet, header: Header | None) -> str:
        """Restore the chain of artifacts of a set, and remove its folder. last, header: of its last artifact."""
        full, until = is_full(header), chosen.until.argument if chosen.until else ""
        if chosen.renamed_to and self.program.finds_by_name(full=full):
            with last.open("rb", buffering=0) as file:
                last_words = self.load_stream(file, chosen.target, chosen.url)
        else:
            last_words = self.program.restore_artifact(
                last, chosen.target, self.conf, self.lock, full=full, until=until
            )
        trees.remove(last.parent)
        return last_words


def is_full(header: Header | None) -> bool:
    """Return whether an artifact is restored as a full one: also where its header does not say."""
    return header is None or header.full is not False
