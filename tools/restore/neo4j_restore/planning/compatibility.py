"""What this neo4j-admin can't restore, by its version and edition, and what has to be migrated. Pure.

Store files are judged by their own version, never by the archive that they are in.
"""

from typing import Final

from neo4j_restore.admin import admin_commands
from neo4j_restore.admin.admin_commands import Edition
from neo4j_restore.admin.storeinfo import StoreInfo
from neo4j_restore.errors import ITS_VERSION, ConfigurationError, MigrationNeededError
from neo4j_restore.policies import Migrate
from neo4j_restore.sets import storeformats
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.headers import Header, StoreFormat
from neo4j_restore.sets.inside import DATA_FOLDER, STORE_FILES, Inside
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.sets.storeformats import Fit
from neo4j_restore.spec import DatabaseName
from neo4j_restore.until import Until

_ITS_IMAGE: Final = "use an image of the version that wrote it, or of a later one"

# Source: operations manual, "Store formats", format deprecations.
_DEPRECATED_SINCE: Final = admin_commands.Version(5, 23)
_DEPRECATED: Final = {
    "record-high_limit": "Neo4j has deprecated it since 5.23, and versions after the next long-term one do not start "
    "on it. Migrate the database to block after the restore, in this version",
    "record-standard": "Neo4j has deprecated it since 5.23. Migrate the database to aligned or block after the restore",
}


def store_version(chosen: BackupSet) -> str:
    """Return the store format of an inspected set as Neo4j names it, or an empty text where its bytes do not say it."""
    store = chosen.inside.store if chosen.inside else None
    in_files = store.text.replace(" ", "-") if store else ""
    return (chosen.header and chosen.header.store_version) or in_files


def deprecation(store_format: str, version: admin_commands.Version) -> str:
    """Return a warning of a store format that this version has deprecated, or an empty text."""
    why = _DEPRECATED.get(store_format.rpartition("-")[0], "")
    return f"its store format is {store_format}. {why}" if why and version >= _DEPRECATED_SINCE else ""


def check(
    chosen: BackupSet,
    version: admin_commands.Version,
    edition: Edition | None,
    url: str,
    migrate: Migrate = Migrate.NEVER,
) -> None:
    """Raise MigrationNeededError for a set of another version, and ConfigurationError for one that needs another
    edition. migrate: what to do with an older store.

    chosen: as inspected. An archive whose contents were not known then is checked again when it is unpacked.
    """
    _check_version(chosen, version, url, migrate)
    _check_edition(chosen, version, edition, url)


def is_to_migrate(info: StoreInfo, fit: Fit, migrate: Migrate) -> bool:
    """Tell whether neo4j-admin has to migrate a staged store. fit: of its format.

    A format whose name is not known here, and which this Neo4j has given up, may be one too.
    """
    given_up = fit is Fit.UNKNOWN and info.superseded is not None
    return fit is Fit.BY_ADMIN or (given_up and migrate is Migrate.IN_STAGING)


def is_migrated(chosen: BackupSet, version: admin_commands.Version) -> bool:
    """Tell whether neo4j-admin has to migrate the set, by what its bytes say."""
    return storeformats.fit(store_version(chosen), version) is Fit.BY_ADMIN


def check_format(name: str, version: admin_commands.Version, migrate: Migrate, about: str) -> Fit:
    """Return what this Neo4j can do with a store of the format `name`. Raise MigrationNeededError if it can't be used.

    about: the store, as the subject of a sentence, such as `gs://b/x.dump holds a store of the format AF4.3.0`.
    """
    fit = storeformats.fit(name, version)
    hint = {
        Fit.NEWER: ITS_VERSION,
        Fit.TOO_OLD: _way_of_old(version),
        Fit.BY_ADMIN: "" if migrate is Migrate.IN_STAGING else _BY_ADMIN,
        Fit.BY_SERVER: "" if migrate is Migrate.BY_SERVER else _by_server(version),
    }.get(fit, "")
    if hint:
        message = f"{about}, but this neo4j-admin has version {version}"
        raise MigrationNeededError(message, hint=hint)
    return fit


_BY_ADMIN: Final = "set MIGRATE=true: the restore runs `neo4j-admin database migrate` on it before it goes live"


def _by_server(version: admin_commands.Version) -> str:
    setting = storeformats.upgrade_setting(version)
    variable = "NEO4J_" + setting.replace("_", "__").replace(".", "_")
    return (
        f"no neo4j-admin before 5 migrates a store, but the server does, when it starts. Give the server "
        f"{setting}=true (in a Neo4j image the variable {variable}=true), and set MIGRATE=by-server here"
    )


def _way_of_old(version: admin_commands.Version) -> str:
    """Return how a store gets here that is too old to be migrated in one step."""
    between = "4.4" if version.major >= 5 else "3.5"
    return (
        f"migrate it to {between} first: restore it with an image and a server of {between}, with "
        "dbms.allow_upgrade=true in the server and MIGRATE=by-server in the restore. Then take a backup there, and "
        "restore that here"
    )


def check_until(until: Until, version: admin_commands.Version, edition: Edition | None) -> None:
    """Raise ConfigurationError if this neo4j-admin can't end a restore at a point inside a chain."""
    if not admin_commands.commands(version).artifact:
        message = f"RESTORE_UNTIL={until} needs Neo4j 5 or later, but this neo4j-admin has version {version}"
        raise ConfigurationError(message, hint="unset RESTORE_UNTIL: before 5, no backup has points to end at")
    if edition is Edition.COMMUNITY:
        message = (
            f"RESTORE_UNTIL={until} needs `neo4j-admin database restore`, which only the Enterprise Edition has. The "
            "Community Edition in this image has `database load`, which takes a backup as a whole"
        )
        hint = "build the image with NEO4J_IMAGE of the Enterprise Edition, or unset RESTORE_UNTIL"
        raise ConfigurationError(message, hint=hint)


def _check_version(chosen: BackupSet, version: admin_commands.Version, url: str, migrate: Migrate) -> None:
    if chosen.kind is Kind.BACKUP and version.major < 5:
        message = f"{url} is a backup of Neo4j 5 or later, but this neo4j-admin has version {version}"
        raise MigrationNeededError(message, hint=_ITS_IMAGE)
    line = chosen.header.line if chosen.header else None
    if chosen.kind is Kind.DUMP and line and line > version.major:
        message = f"{url} is a dump of Neo4j {line} or later, but this neo4j-admin has version {version}"
        raise MigrationNeededError(message, hint=_ITS_IMAGE)
    inside = chosen.inside or Inside()
    if version.major == 4 and inside.what == DATA_FOLDER and inside.store and inside.store.line < 4:
        # From 4.0 on, the transaction logs of a database lie in another folder.
        message = f"{url} holds a copy of a data folder of {inside.store}, but this neo4j-admin has version {version}"
        raise MigrationNeededError(message, hint="restore it with an image and a server of its own version")
    name = store_version(chosen)
    # A dump of 4.4 has the same first bytes as one of 5. The store in it differs.
    contents = f"store files of {inside.store}" if inside.store else storeformats.described(name)
    fit = check_format(name, version, migrate, f"{url} holds {contents}")
    if inside.what in {STORE_FILES, DATA_FOLDER}:
        _check_store(inside, version, url, chosen.database, fit)


def _check_store(inside: Inside, version: admin_commands.Version, url: str, database: DatabaseName, fit: Fit) -> None:
    """Refuse store files that this version can't restore. Their own version counts, never that of the archive."""
    of = f" of {inside.store}" if inside.store else ""
    copied = inside.what == DATA_FOLDER
    unknown = fit is Fit.UNKNOWN and inside.store
    if unknown and ((version.major >= 5) != (unknown.line >= 5) or unknown.line > version.major):
        message = f"{url} holds store files{of}, but this neo4j-admin has version {version}"
        raise MigrationNeededError(message, hint="restore it with an image and a server of its own version")
    # Of a store that is to be migrated, the files are put in place: see `Loader.restore`.
    if version.major >= 5 and not copied and fit is not Fit.BY_ADMIN:
        message = f"{url} holds a copy of store files{of}: neo4j-admin {version} has no command that restores them"
        hint = (
            f"take a dump of {database}, or pack the data folder of the stopped server with databases/{database} and "
            f"transactions/{database} in it. If an older Neo4j wrote it, restore it with an image of that version"
        )
        raise MigrationNeededError(message, hint=hint)


def _check_edition(chosen: BackupSet, version: admin_commands.Version, edition: Edition | None, url: str) -> None:
    """Refuse sets that Community can't restore. neo4j-admin would refuse them too, but after the whole transfer."""
    header = chosen.header or Header()
    if edition is not Edition.COMMUNITY:
        return
    enterprise = "build the image with NEO4J_IMAGE of the Enterprise Edition"
    if header.store_format is StoreFormat.BLOCK or (chosen.inside and chosen.inside.is_block):
        message = f"{url} has the block format, which the Community Edition in this image can't open"
        raise ConfigurationError(message, hint=f"{enterprise}, or dump the database in another format (aligned)")
    if version.major < 5 and chosen.inside and chosen.inside.what == STORE_FILES:
        message = (
            f"{url} holds a backup directory, which `neo4j-admin restore` of the Enterprise Edition restores. The "
            f"Community Edition in this image, {version}, only has `load`, for dumps"
        )
        raise ConfigurationError(message, hint=f"{enterprise}, or restore a dump of {chosen.database}")
    if chosen.kind is not Kind.BACKUP:
        return
    if header.full is False:
        message = f"{url} is a differential backup, which the Community Edition in this image can't restore"
        raise ConfigurationError(message, hint=f"{enterprise}, or take a full backup: TIMESTAMP names one")
    if not admin_commands.commands(version).load_artifact:
        message = f"{url} is a backup, which the Community Edition loads from 5.20 on: this one has version {version}"
        raise ConfigurationError(message, hint=f"{enterprise}, or a Community Edition of 5.20 or later")
