"""What the operator asked for: the databases, from which bucket and time, and onto which volume."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from neo4j_restore import spec
from neo4j_restore.until import Until


@dataclass(frozen=True)
class Request:
    """What is to be restored, and where.

    namings: the databases, each with the name of the database whose set it gets.
    folded: the names in DATABASE that have upper case, as they are spelled there.
    until: where in a chain of backups to end, or None for its end.
    auth_files: the auth files of Neo4j 3.x are restored as well.
    backup_set_dir: relative, without a slash at its ends. Empty: the set is found by its store files.
    ignore_objects: patterns for `fnmatch` of keys below the bucket's path.
    restore_id: empty if RESTORE_ID is not set: see `name`.
    not_after: when the request expires, in UTC.
    volume_id: name of the volume, or empty if it has none.
    """

    bucket: spec.BucketUrl
    namings: tuple[spec.Naming, ...]
    folded: tuple[str, ...]
    timestamp: spec.Timestamp
    backup_set_dir: str
    ignore_objects: tuple[str, ...]
    restore_id: str
    not_after: datetime | None
    data_dir: Path
    until: Until | None = None
    auth_files: bool = False
    volume_id: str = ""

    @property
    def name(self) -> str:
        """The name of the whole request: RESTORE_ID, or a hash of bucket, databases and timestamp."""
        return self.restore_id or spec.default_restore_id(self.bucket, self.namings, self.timestamp, self.until)

    @property
    def databases(self) -> tuple[spec.DatabaseName, ...]:
        """The databases by their names on the volume."""
        return tuple(each.target for each in self.namings)

    @property
    def sources(self) -> tuple[spec.DatabaseName, ...]:
        """The databases by their names in the bucket."""
        return tuple(each.source for each in self.namings)

    def naming_of(self, database: spec.DatabaseName) -> spec.Naming:
        """Return the naming of a database, by its name on the volume."""
        return next(each for each in self.namings if each.target == database)

    def name_of(self, database: spec.DatabaseName) -> str:
        """Return the name of the request for `database`: RESTORE_ID, or a hash that no other database changes."""
        naming = self.naming_of(database)
        return self.restore_id or spec.default_restore_id(self.bucket, (naming,), self.timestamp, self.until)
