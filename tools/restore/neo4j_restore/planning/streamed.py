"""Which sets neo4j-admin takes as a stream, so that they never lie on the volume. Pure."""

from neo4j_restore.admin.admin_commands import Commands, Edition, way_of_artifact
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.inside import Inside
from neo4j_restore.sets.kinds import Kind


def is_streamed(chosen: BackupSet, commands: Commands, edition: Edition | None) -> bool:
    """Tell whether the inspected set is streamed: a dump, or a full artifact that `load` takes.

    A zip has its directory at its end, so what is in it is a file first.
    """
    inside = chosen.inside or Inside()
    if not commands.load_stdin or inside.container == "zip":
        return False
    return chosen.kind is Kind.DUMP or (not inside.container and _is_loaded(chosen, commands, edition))


def _is_loaded(chosen: BackupSet, commands: Commands, edition: Edition | None) -> bool:
    header = chosen.header
    if chosen.kind is not Kind.BACKUP or len(chosen.objects) > 1 or header is None:
        return False
    # neo4j-admin accepts an artifact in clear that was cut, so we check it as a file. It notices one in zstd.
    by_load = way_of_artifact(commands, edition, full=True) is commands.load_artifact
    return header.full is True and header.compressed is True and by_load
