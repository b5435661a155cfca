"""What was restored: the databases to finalize, and their metadata scripts, which are judged before anything else."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from typing import Any, Final

from neo4j_restore import disk, scrub
from neo4j_restore.errors import BackupDamagedError, ConfigurationError
from neo4j_restore.finalize import cypher, metadata
from neo4j_restore.finalize.metadata import Replay
from neo4j_restore.finalize.options import Options
from neo4j_restore.finalize.variables import Metadata
from neo4j_restore.spec import SYSTEM, DatabaseName, Invalid, parse_database
from neo4j_restore.volume import receipt, records, state
from neo4j_restore.volume.paths import VolumePaths, metadata_script
from neo4j_restore.volume.state import Found

log = getLogger(__name__)

_WITHOUT: Final = "find out who wrote it. To go on without it, set METADATA=none"


@dataclass(frozen=True)
class Restored:
    """The databases to finalize. absent: those that were named, but that the volume has no store of.

    restore_id: of the restore that brought them, or an empty text.
    """

    databases: tuple[DatabaseName, ...]
    absent: tuple[DatabaseName, ...] = ()
    restore_id: str = ""


def restored(options: Options) -> Restored:
    """Return the databases of DATABASE, or else of the receipt. Raises ConfigurationError if neither names one."""
    paths = VolumePaths(options.data_dir)
    with disk.errors_of(options.data_dir):
        last = receipt.read(paths.home).last
        databases = options.databases or tuple(_names(last))
        if not databases:
            message = f"neither DATABASE nor a receipt in {paths.home} says what was restored"
            hint = "set DATABASE to the databases of the restore, or mount its volume at DATA_DIR"
            raise ConfigurationError(message, hint=hint)
        # Without the volume nothing is known of the stores.
        mounted = (paths.data / "databases").is_dir()
        stores = state.inspect(paths, databases).databases if mounted else {}
    absent = tuple(name for name in databases if stores.get(name, Found.DATABASE) is not Found.DATABASE)
    for name in absent:
        log.warning("%s: left out, because the volume has no store of it", name)
    return Restored(tuple(name for name in databases if name not in absent), absent, str(last.get("restore_id", "")))


def _names(last: Mapping[str, Any]) -> Iterator[DatabaseName]:
    """Yield the databases of the last restore or rollback."""
    for name in [*(each["database"] for each in last.get("restored", [])), *last.get("rolled_back", [])]:
        with suppress(Invalid):
            yield parse_database(name)


def scripts(options: Options, databases: tuple[DatabaseName, ...]) -> dict[DatabaseName, tuple[Replay, ...]]:
    """Return the statements of the metadata scripts. All scripts are judged before anything is changed."""
    if options.metadata is Metadata.NONE:
        return {}
    judged = {}
    for name in databases:
        path = options.metadata_file or metadata_script(options.data_dir, name)
        text = "" if name == SYSTEM else _script(path, required=options.metadata_file is not None)
        judged[name] = metadata.replays(text, name, str(path))
        scrub.learn(*(password for each in judged[name] for password in each.passwords))
    return judged


def _script(path: Path, *, required: bool) -> str:
    """Return the text of a script, or an empty text where there is none."""
    try:
        # A mounted ConfigMap consists of links, so they are followed where the operator named the path.
        data = records.read_bytes(path.resolve() if required else path, cypher.MOST_BYTES + 1)
        text = (data or b"").decode()
    except OSError as error:
        message = f"cannot read the metadata script {path}: {error.strerror}"
        raise ConfigurationError(message, hint="check who may read it. METADATA=none goes on without it") from error
    except UnicodeDecodeError as error:
        message = f"the metadata script {path} is not UTF-8"
        raise BackupDamagedError(message, hint=_WITHOUT) from error
    if data is None and required:
        message = f"METADATA_FILE: there is no {path}"
        raise ConfigurationError(message, hint="mount the script, and set METADATA_FILE to its path")
    if data is not None and len(data) > cypher.MOST_BYTES:
        message = f"the metadata script {path} has more than {cypher.MOST_BYTES} bytes"
        raise BackupDamagedError(message, hint=_WITHOUT)
    return text
