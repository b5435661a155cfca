"""The store formats of Neo4j: which version brought a format, and which versions open or migrate it. Pure.

| store of | opened by | migrated by |
|---|---|---|
| 3.x | the line that brought the format | a server of 3.x at its start, with the setting of `upgrade_setting` |
| 3.4, 3.5, high_limit of 3.x | 3.x | a server of 4.x at its start, with `dbms.allow_upgrade` |
| 4.0 to 4.2 | 4.x | nothing in 5. A server of 4.4 brings it to a format of 4.3 |
| 4.3, 4.4 | 4.x | `neo4j-admin database migrate` of 5 and later |
| 5 and later | 5 and later | a server of a later version, without a setting |

Before 5, no command of neo4j-admin migrates a store. Seen with 3.3.5, 4.4.48, 5.26.30 and 2026.08.1.
Source: Neo4j community, StoreVersion of 3.3 and 4.4, and LegacyMetadataHandler of 5.
"""

import re
from enum import StrEnum
from typing import Final

from neo4j_restore.admin.admin_commands import Version

# The formats of 3.x, standard and high_limit, with the version that brought each.
_OF_3: Final = {
    "v0.A.7": Version(3, 0),
    "v0.A.8": Version(3, 2),
    "v0.A.9": Version(3, 4),
    "vE.H.0": Version(3, 0),
    "vE.H.0b": Version(3, 0),
    "vE.H.2": Version(3, 1),
    "vE.H.3": Version(3, 2),
    "vE.H.4": Version(3, 4),
}

# `SF4.3.0`, `AF4.1.a` or `HL4.0.0`.
_OF_4: Final = re.compile(r"(?:SF|AF|HL)4\.(\d)\.\w")

# 5 and later give a store of 4.3 the number 0.1, and their own stores 1.1.
_OF_5: Final = re.compile(r"record-(?:standard|aligned|high_limit)-(\d)\.\d+")
_BLOCK: Final = re.compile(r"block(-.*)?")

_FAMILIES: Final = {
    "v0.A": "record-standard",
    "vE.H": "record-high_limit",
    "SF4.": "record-standard",
    "AF4.": "record-aligned",
    "HL4.": "record-high_limit",
}

# The first version with the block format, and the formats that 5 can migrate.
_FIRST_BLOCK: Final = Version(5, 14)
_MIGRATED_BY_5: Final = Version(4, 3)
# The standard format of this version is the oldest that 4.x can migrate.
_MIGRATED_BY_4: Final = Version(3, 4)


class Fit(StrEnum):
    """What a version of Neo4j can do with a store."""

    OPENS = "opens"
    BY_ADMIN = "neo4j-admin can migrate it"
    BY_SERVER = "only a server can migrate it, at its start"
    TOO_OLD = "too old"
    NEWER = "newer"
    UNKNOWN = "unknown"


def first_version(name: str) -> Version | None:
    """Return the first version that writes a store format, or None for a name that is not known. name: as Neo4j
    writes it, such as `AF4.3.0`, or `record-aligned-1.1` from 5 on.
    """
    if name in _OF_3:
        return _OF_3[name]
    if four := _OF_4.fullmatch(name):
        return Version(4, int(four[1]))
    if five := _OF_5.fullmatch(name):
        # A later major number is not known here.
        return {"0": _MIGRATED_BY_5, "1": Version(5, 0)}.get(five[1])
    return _FIRST_BLOCK if _BLOCK.fullmatch(name) else None


def described(name: str) -> str:
    """Return a store in words, such as `a store of the format AF4.3.0 (first written by Neo4j 4.3)`."""
    first = first_version(name)
    since = f" (first written by Neo4j {first.major}.{first.minor})" if first else ""
    return f"a store of the format {name}{since}"


def family(name: str) -> str:
    """Return the family of a store format, as 5 names it: `record-aligned` for `AF4.3.0` and `record-aligned-1.1`."""
    return _FAMILIES.get(name[:4], "-".join(name.split("-")[:2]))


def is_same(one: str, other: str) -> bool:
    """Tell whether two names may be of one format. The number at the end of a name of 5 may differ.

    It may rise when a transaction log is applied.
    """
    old = [name for name in (one, other) if name[:4] in _FAMILIES]
    return one == other if len(old) == 2 else family(one) == family(other)


def fit(name: str, version: Version) -> Fit:
    """Return what this version of Neo4j can do with a store of the format `name`."""
    first = first_version(name)
    if first is None:
        return Fit.UNKNOWN
    if (first.major, first.minor) > (version.major, version.minor):
        return Fit.NEWER
    if version.major >= 5:
        return Fit.OPENS if first.major >= 5 else Fit.BY_ADMIN if first >= _MIGRATED_BY_5 else Fit.TOO_OLD
    if version.major >= 4:
        return Fit.OPENS if first.major >= 4 else _fit_of_3_in_4(name, first)
    return Fit.BY_SERVER if _is_followed(name, first, version) else Fit.OPENS


def _fit_of_3_in_4(name: str, first: Version) -> Fit:
    return Fit.BY_SERVER if first >= _MIGRATED_BY_4 or family(name) == "record-high_limit" else Fit.TOO_OLD


def _is_followed(name: str, first: Version, version: Version) -> bool:
    """Tell whether this version of 3.x has a newer format of the same family."""
    return any(family(other) == family(name) and first < since <= version for other, since in _OF_3.items())


def upgrade_setting(version: Version) -> str:
    """Return the setting with which a server of this version, before 5, migrates a store at its start."""
    return "dbms.allow_format_migration" if version < Version(3, 2) else "dbms.allow_upgrade"
