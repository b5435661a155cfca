"""Why a member of a running cluster of Neo4j 5 or later is not restored, and the Cypher that restores it. Pure."""

from typing import Final

from neo4j_restore import seeding
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.planning.plan import Plan, Step
from neo4j_restore.seeding import Seed
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.spec import BucketUrl
from neo4j_restore.volume.paths import CLUSTER_STATE

# From this line on, the servers of a cluster agree on the data of each database.
_AGREES: Final = 5


def check(prepared: Plan, bucket: BucketUrl, data: str, *, in_cluster: bool) -> None:
    """Raise TargetOccupiedError for a restore on the volume of a member of a cluster of Neo4j 5 or later.

    prepared: with its chosen sets. data: the data folder.
    Source: operations manuals of 5 and 2026, "Restore a database backup" and "neo4j-admin server unbind".
    """
    version = prepared.version
    if not in_cluster or version is None or version.major < _AGREES or not prepared.restores:
        return
    message = (
        f"{data} is the volume of a member of a cluster of Neo4j {version}: the servers agree on the data of each "
        "database, and a restore of only one of them would be undone, or differ from the others"
    )
    line = (version.major, version.minor)
    how = "; ".join(_how(step, step.chosen, bucket, line) for step in prepared.restores if step.chosen)
    hint = (
        f"restore in the running cluster, with each statement sent once to the database system. {how}. If this server "
        f"is to run alone, stop it and move its place in the cluster away: mv {data}/{CLUSTER_STATE} "
        f"{data}/{CLUSTER_STATE}.moved"
    )
    raise TargetOccupiedError(message, hint=hint)


def _how(step: Step, chosen: BackupSet, bucket: BucketUrl, line: seeding.Line) -> str:
    """Return the statements for one database, or why there are none."""
    differential = chosen.header is not None and chosen.header.full is False
    url = bucket.of(chosen.key)
    seed = Seed(step.database, url, step.decision.replaces, differential=differential, until=chosen.until)
    if why := seeding.unfit(seed, line):
        return f"{step.database}: {url} can't be a seed, because {why}"
    return f"{step.database}: {'; '.join(seeding.statements(seed, line))}"
