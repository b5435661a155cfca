"""Which Neo4j the running test has used: the real ones, and those that a stand-in stands for."""

import re
from dataclasses import dataclass
from pathlib import Path

from neo4j_restore.admin import admin_commands
from neo4j_restore.admin.admin_commands import Edition

# In the home of a stand-in: its version, and its edition where its jars do not tell.
STANDS_FOR = "stands-for"


@dataclass(frozen=True)
class Used:
    """One Neo4j. editions: both if nothing tells which one it is."""

    version: str
    editions: tuple[str, ...]
    real: bool


_used: dict[Used, None] = {}


def real(home: Path) -> None:
    """Remember that the running test used a real Neo4j, whose home is named by its version."""
    note(home.name, _edition(home), is_real=True)


def stand_in(home: Path) -> None:
    """Remember that the running test used the stand-in in this home, if one is there."""
    if (home / STANDS_FOR).exists():
        version, _, edition = (home / STANDS_FOR).read_text().partition(" ")
        note(version, _edition(home) or edition)


def note(version: str, edition: str | None, *, is_real: bool = False) -> None:
    """Remember a Neo4j of the running test, unless it is another product. edition: empty if it may be either."""
    if not re.fullmatch(r"\d+(\.\d+){1,2}", version):
        return
    # Text alone goes from one process of the tests to another.
    editions = (edition,) if edition else tuple(Edition)
    written = str(admin_commands.Version(*map(int, version.split("."))))
    _used[Used(written, tuple(map(str, editions)), is_real)] = None


def forget() -> None:
    """Begin anew, for the next test."""
    _used.clear()


def everything() -> tuple[Used, ...]:
    """Return what the running test has used so far."""
    return tuple(_used)


def _edition(home: Path) -> str | None:
    return admin_commands.edition(frozenset(path.name for path in (home / "lib").glob("*.jar")))
