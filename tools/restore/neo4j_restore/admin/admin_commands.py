"""The commands of neo4j-admin, by version. Pure.

| line | backup directory | dump | backup artifact of 5 |
|---|---|---|---|
| 3.x, 4.0, 4.1 | `restore` | `load`, a file | |
| 4.2, 4.3 | `restore --move` | `load`, a file | |
| 4.4 | `restore --move` | `load`, a stream | |
| 5.0 to 5.19 | | `database load`, a stream | `database restore`, Enterprise |
| 5.20 to 5.23 | | the same | the same; a full one also `database load`, from its folder |
| 5.24 and later, 2025 and later | | the same | the same, `restore` with `--temp-path` |

`info` says what a staged store is: `store-info`, from 4.2 on in JSON, and `database info` from 5 on. `check` looks for
inconsistencies in it: `check-consistency`, and `database check` from 5 on. `migrate` is `database migrate`, from 5 on:
before, only a server migrates a store.

A rename needs no other command: each takes the new name as `{database}`. Only `load_artifact` looks for the name in the
artifact's header. With a new name the artifact goes to `load_stdin`, which does not.

2025.02 adds `--source-database`, for a `--from-path` that is a folder. Here it is always a file.
Source: operations manuals of 3.5 to 5, "Restore a database backup", "Restore a database dump", "Display store
information", "Check database consistency" and "Migrate a database".
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from neo4j_restore.errors import ConfigurationError


class Edition(StrEnum):
    """The editions of Neo4j."""

    COMMUNITY = "community"
    ENTERPRISE = "enterprise"


_FIRST_CALENDAR_YEAR: Final = 2025


@dataclass(frozen=True, order=True)
class Version:
    """A version of Neo4j. 2025.12.1 is 2025, 12, 1."""

    major: int
    minor: int
    patch: int = 0

    def __str__(self) -> str:
        """Return it as Neo4j writes it: from 2025 on the month has two digits, as in 2026.08.1."""
        minor = f"{self.minor:02}" if self.major >= _FIRST_CALENDAR_YEAR else str(self.minor)
        return f"{self.major}.{minor}.{self.patch}"


@dataclass(frozen=True)
class Commands:
    """The commands of the versions from `first` on, until the next entry.

    Each command is the argv after `neo4j-admin`, with `{source}`, `{database}`, `{conf}` (a file of settings),
    `{temp}` (an empty folder) and `{off_heap}` (MiB). It is empty where the versions have no such command.
    info: about a store, with its folder as `{source}`. check: of a store, with its report in `{temp}`.
    cache_setting: the setting of the memory that `check` takes outside its heap, or empty where it is an option.
    restore: a backup directory. load: a dump in a file. load_stdin: a dump as a stream.
    migrate: a store of an older line, with a page cache of `{off_heap}`.
    artifact: a backup artifact, the last of its chain. load_artifact: a full one, with `{source}` as its folder.
    """

    first: Version
    data_setting: str
    logs_setting: str
    info: tuple[str, ...]
    check: tuple[str, ...]
    cache_setting: str = ""
    restore: tuple[str, ...] = ()
    load: tuple[str, ...] = ()
    load_stdin: tuple[str, ...] = ()
    artifact: tuple[str, ...] = ()
    load_artifact: tuple[str, ...] = ()
    migrate: tuple[str, ...] = ()


_INFO_3 = ("store-info", "--store={source}")
_INFO_4 = ("store-info", "{source}")
_INFO_42 = ("store-info", "--structured", "{source}")
_INFO_5 = ("database", "info", "{database}", "--format=json")
_CHECK_3 = ("check-consistency", "--database={database}", "--report-dir={temp}")
_CHECK_5 = ("database", "check", "{database}", "--report-path={temp}", "--max-off-heap-memory={off_heap}m")
_CACHE_3 = "dbms.memory.pagecache.size"
_RESTORE_3 = ("restore", "--from={source}", "--database={database}")
_LOAD_3 = ("load", "--from={source}", "--database={database}")
_LOAD_44 = ("load", "--from=-", "--database={database}")
_LOAD_5 = ("database", "load", "{database}", "--from-stdin")
# The database comes first: a multi-value option ending in `=` would take it as one more value.
_ARTIFACT = ("database", "restore", "{database}", "--from-path={source}", "--additional-config={conf}")
_LOAD_ARTIFACT = ("database", "load", "{database}", "--from-path={source}")
_MIGRATE_5 = ("database", "migrate", "{database}", "--pagecache={off_heap}m")
_MIGRATE_2026_08 = ("database", "migrate", "{database}", "--max-off-heap-memory={off_heap}m")
# Without it, the command fails on a store that has BTREE indexes, which 5 does not have.
TO_RANGE: Final = "--force-btree-indexes-to-range"
_DIRECTORIES_3 = ("dbms.directories.data", "dbms.directories.logs")
_DIRECTORIES_5 = ("server.directories.data", "server.directories.logs")

COMMANDS = (
    Commands(Version(3, 0), *_DIRECTORIES_3, _INFO_3, _CHECK_3, _CACHE_3, restore=_RESTORE_3, load=_LOAD_3),
    Commands(Version(4, 0), *_DIRECTORIES_3, _INFO_4, _CHECK_3, _CACHE_3, restore=_RESTORE_3, load=_LOAD_3),
    # --move avoids a second copy of the store: both folders are on the volume.
    Commands(
        Version(4, 2), *_DIRECTORIES_3, _INFO_42, _CHECK_3, _CACHE_3, restore=(*_RESTORE_3, "--move"), load=_LOAD_3
    ),
    Commands(
        Version(4, 4),
        *_DIRECTORIES_3,
        _INFO_42,
        _CHECK_3,
        _CACHE_3,
        restore=(*_RESTORE_3, "--move"),
        load=_LOAD_3,
        load_stdin=_LOAD_44,
    ),
    Commands(
        Version(5, 0),
        *_DIRECTORIES_5,
        _INFO_5,
        _CHECK_5,
        load_stdin=_LOAD_5,
        artifact=_ARTIFACT,
        migrate=_MIGRATE_5,
    ),
    Commands(
        Version(5, 20),
        *_DIRECTORIES_5,
        _INFO_5,
        _CHECK_5,
        load_stdin=_LOAD_5,
        artifact=_ARTIFACT,
        load_artifact=_LOAD_ARTIFACT,
        migrate=_MIGRATE_5,
    ),
    # Without --temp-path it unpacks next to the artifact.
    Commands(
        Version(5, 24),
        *_DIRECTORIES_5,
        _INFO_5,
        _CHECK_5,
        load_stdin=_LOAD_5,
        artifact=(*_ARTIFACT, "--temp-path={temp}"),
        load_artifact=_LOAD_ARTIFACT,
        migrate=_MIGRATE_5,
    ),
    # --pagecache is deprecated.
    Commands(
        Version(2026, 8),
        *_DIRECTORIES_5,
        _INFO_5,
        _CHECK_5,
        load_stdin=_LOAD_5,
        artifact=(*_ARTIFACT, "--temp-path={temp}"),
        load_artifact=_LOAD_ARTIFACT,
        migrate=_MIGRATE_2026_08,
    ),
)


# From this version on, a differential artifact may overlap its full one.
OVERLAPS: Final = Version(2026, 2)


def commands(version: Version) -> Commands:
    """Return the commands of `version`. Raises ConfigurationError for a version before 3.0."""
    fitting = [each for each in COMMANDS if each.first <= version]
    if not fitting:
        message = f"neo4j-admin has version {version}: expected 3.0 or later"
        raise ConfigurationError(message, hint="build the image from the Neo4j version that the server runs")
    return fitting[-1]


# Every version from 3.0 on has this jar. Others in its folder have versions of their own.
_KERNEL: Final = re.compile(r"neo4j-kernel-(\d+)\.(\d+)\.(\d+)\.jar")


def version(jars: frozenset[str]) -> Version | None:
    """Return the version of the Neo4j whose `lib` folder holds `jars`, or None where they do not tell it.

    A preview, such as 5.0.0-drop04, and a folder with the jars of two versions tell none.
    """
    kernels = [match for name in jars if name.startswith("neo4j-kernel-") and (match := _KERNEL.fullmatch(name))]
    return Version(*map(int, kernels[0].groups())) if len(kernels) == 1 else None


def edition(jars: frozenset[str]) -> Edition | None:
    """Return the edition whose `lib` folder holds `jars`, or None where they are not Neo4j's.

    Every Enterprise Edition from 3.x on has jars with `enterprise` in their names. Community has none.
    """
    neo4j_jars = [name for name in jars if name.startswith("neo4j-")]
    if not neo4j_jars:
        return None
    return Edition.ENTERPRISE if any("enterprise" in name for name in neo4j_jars) else Edition.COMMUNITY


def way_of_artifact(commands: Commands, edition: Edition | None, *, full: bool) -> tuple[str, ...]:
    """Return the command for a backup artifact: `restore` in Enterprise, and `load` for a full one elsewhere."""
    by_load = full and edition is not Edition.ENTERPRISE and commands.load_artifact
    return commands.load_artifact if by_load else commands.artifact
