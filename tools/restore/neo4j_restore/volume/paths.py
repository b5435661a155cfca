"""The paths on the data volume, and the names of the files that Neo4j has there."""

import re
from dataclasses import dataclass
from pathlib import Path

from neo4j_restore.spec import DatabaseName

# The files that every record store has, in all versions from 3.x to 5. Neo4j's tools copy and load a set that lacks one
# without an error, and a 3.x server then starts with the nodes but without their properties.
RECORD_STORES = (
    "neostore",
    "neostore.labeltokenstore.db",
    "neostore.labeltokenstore.db.names",
    "neostore.nodestore.db",
    "neostore.nodestore.db.labels",
    "neostore.propertystore.db",
    "neostore.propertystore.db.arrays",
    "neostore.propertystore.db.index",
    "neostore.propertystore.db.index.keys",
    "neostore.propertystore.db.strings",
    "neostore.relationshipgroupstore.db",
    "neostore.relationshipstore.db",
    "neostore.relationshiptypestore.db",
    "neostore.relationshiptypestore.db.names",
    "neostore.schemastore.db",
)

# The names of transaction logs begin with it.
LOGS = "neostore.transaction.db"

_LOG = re.compile(r"(neostore\.transaction\.db|checkpoint)\.\d+")

# A member of a cluster keeps its place in the cluster in this folder.
CLUSTER_STATE = "cluster-state"

# What `neo4j-admin unbind` of 3.x and 4.x removes. A server has the second one from 4.3 on, also outside a cluster.
_MEMBERSHIP = (CLUSTER_STATE, "server_id")

# The files, relative to a data folder, in which Neo4j 3.x keeps its own users. From 4.0 on they are in `system`.
AUTH_FILES = ("dbms/auth", "dbms/roles", "dbms/auth.ini")


def is_log(name: str) -> bool:
    """Tell whether a file of this name is a transaction log, or one of checkpoints."""
    return _LOG.fullmatch(name) is not None


@dataclass(frozen=True)
class VolumePaths:
    """The paths on the volume. data: Neo4j's data folder.

    All files of ours are below `home`. It is on the same file system as the databases, because the swap needs renames.
    """

    data: Path

    @property
    def home(self) -> Path:
        """Return the folder of receipt, journal, lock and staging."""
        return self.data / ".neo4j-restore"

    @property
    def staging(self) -> Path:
        """Return the staging folder. There is only one, so crashes can't leave several."""
        return self.home / "staging"

    @property
    def staged_data(self) -> Path:
        """Return the data folder that neo4j-admin fills."""
        return self.staging / "data"

    @property
    def outgoing(self) -> Path:
        """Return where replaced databases go until the swap is complete."""
        return self.home / "outgoing"

    @property
    def reclaimed(self) -> Path:
        """Return the folder of what SPACE_MODE=reclaim deletes."""
        return self.home / "reclaimed"

    @property
    def inconsistencies(self) -> Path:
        """Return the report of the last check that found inconsistencies. It stays until the next check."""
        return self.home / "inconsistencies.report"

    @property
    def kept(self) -> Path:
        """Return the folder of downloads that an interrupted restore left behind."""
        return self.home / "kept"

    @property
    def previous(self) -> Path:
        """Return the data folder of the one generation that KEEP_PREVIOUS keeps."""
        return self.home / "previous"


def folders_of(database: DatabaseName) -> tuple[str, str]:
    """Return the two folders of a database, relative to a data folder. Neo4j 3.x has only the first."""
    return f"databases/{database}", f"transactions/{database}"


def membership(data: Path) -> tuple[str, ...]:
    """Return what makes the data folder `data` that of a cluster's member, or nothing for other servers."""
    if not (data / CLUSTER_STATE).exists():
        return ()
    return tuple(part for part in _MEMBERSHIP if (data / part).exists())


def is_membership(part: str) -> bool:
    """Return whether a part of a data folder is one of a member's place in its cluster, and not of a database."""
    return part in _MEMBERSHIP


def metadata_script(data: Path, database: DatabaseName) -> Path:
    """Return the path of a database's metadata script, in the folder where 4.4 has it: it moves with the database."""
    return data / "databases" / database / "tools" / "metadata_script.cypher"
