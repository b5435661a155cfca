"""Keeps the metadata script that neo4j-admin writes beside a restored database, for `finalize`."""

from logging import getLogger

from neo4j_restore import disk, trees
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.volume.paths import VolumePaths, metadata_script

log = getLogger(__name__)


def keep(paths: VolumePaths, chosen: BackupSet) -> None:
    """Move the script of a staged database into its folder, if there is one. There it moves with the database.

    neo4j-admin of 5 and later writes it to the data folder it was given, which is staging, and that is removed.
    Source: operations manual, "Restore users and roles metadata".
    """
    script = metadata_script(paths.staged_data, chosen.target)
    # The manual does not say which of the two names its folder has after a rename.
    for name in dict.fromkeys((chosen.target, chosen.database)):
        written = paths.staged_data / "scripts" / name / "restore_metadata.cypher"
        if written.is_file():
            disk.make_folder(script.parent)
            written.replace(script)
        trees.remove(written.parent)
    if script.is_file():
        log.info("%s: it has a metadata script. Once Neo4j runs, neo4j-restore finalize replays it", chosen.target)
