"""Where in an unpacked archive the database's store is."""

from itertools import islice
from pathlib import Path

from neo4j_restore import bounds
from neo4j_restore.catalog import STORE_MARKERS, aliases, time_of
from neo4j_restore.errors import BackupDamagedError, ConfigurationError
from neo4j_restore.spec import LATEST, DatabaseName

# Folders that backup tools and people pack a set in without naming its database.
_NEUTRAL = {"", "backup", "backups", "data"}

# Of the stores in an archive, in a message.
_SHOWN = 20


def find_store(top: Path, database: DatabaseName, backup_set_dir: str, name: str) -> Path:
    """Return the folder below `top` that holds the store of `database`.

    backup_set_dir: BACKUP_SET_DIR, believed where it is given. name: the set's, for messages.
    Raises BackupDamagedError where there is no store, or another database's; ConfigurationError where
    BACKUP_SET_DIR holds none, or several could be meant.
    """
    markers = (path.parent for marker in STORE_MARKERS for path in top.rglob(marker) if path.is_file())
    found = sorted(set(islice(markers, bounds.MOST_STORES + 1)))
    if len(found) > bounds.MOST_STORES:
        raise bounds.exceeded(name, f"it holds more than {bounds.MOST_STORES} stores")
    inside = [str(path.relative_to(top)) for path in found]
    if backup_set_dir:
        if backup_set_dir in inside:
            return top / backup_set_dir
        message = f"{name} has no store in BACKUP_SET_DIR, {backup_set_dir}; it has {_listed(inside) or 'none at all'}"
        raise ConfigurationError(message, hint="unset BACKUP_SET_DIR, or set it to one of these folders")
    if not found:
        message = f"{name} holds no database: no {' or '.join(STORE_MARKERS)} in it"
        raise BackupDamagedError(message, hint="see what made it, or take another set: TIMESTAMP names one")
    return _named(top, found, database, name)


def _named(top: Path, found: list[Path], database: DatabaseName, name: str) -> Path:
    own = [path for path in found if path != top and path.name in aliases(database)]
    fitting = own or [path for path in found if path == top or _is_neutral(path.name, database)]
    if len(fitting) == 1:
        return fitting[0]
    inside = _listed([str(path.relative_to(top)) for path in found])
    if fitting:
        message = f"{name} holds several stores that could be {database}: {inside}"
        raise ConfigurationError(message, hint="set BACKUP_SET_DIR to the one that is meant")
    message = f"{name} holds another database than {database}: {inside}"
    raise BackupDamagedError(
        message, hint="if it is the right one under another name, set BACKUP_SET_DIR to that folder"
    )


def _listed(folders: list[str]) -> str:
    more = f" and {len(folders) - _SHOWN} more" if len(folders) > _SHOWN else ""
    return ", ".join(folders[:_SHOWN]) + more


def _is_neutral(folder: str, database: DatabaseName) -> bool:
    """Tell whether a folder's name says nothing of another database: a stamp, or the database with one."""
    rest = folder.removeprefix(f"{database}-")
    return folder in _NEUTRAL or rest == LATEST or rest == "backup" or time_of(rest) is not None
