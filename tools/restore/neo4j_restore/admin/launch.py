"""How neo4j-admin is started: its environment, and what its end says. A program that can't be started is an error."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from neo4j_restore import cgroup
from neo4j_restore.admin import child, endings
from neo4j_restore.errors import AdminError

# The variables with options for Java, of neo4j-admin and of Java itself.
_JAVA_OPTIONS: Final = ("JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")

# The variables that neo4j-admin and its launchers of 3.0 to 2026 read, and that any program may need. No others are
# passed. It opens no store, so it needs no key, no token and no proxy. NEO4J_ settings are the server's, and name the
# live data.
PASSED: Final = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "MALLOC_ARENA_MAX"}
    | {"JAVA_HOME", "NEO4J_HOME", "NEO4J_DEBUG", "NEO4J_ACCEPT_LICENSE_AGREEMENT", *_JAVA_OPTIONS}
)


def judged(ended: child.Ended, argv: list[str], name: str, heap_size: str) -> endings.Run:
    """Return the run that ended, with what `endings` needs to judge it. name: what it worked on."""
    options = [each for each in _JAVA_OPTIONS if os.environ.get(each)]
    return endings.Run(ended.status, ended.lines, argv, name, heap_size, cgroup.limit_bytes(), options)


@contextmanager
def startable(program: Path) -> Iterator[None]:
    """Translate the error of a program that the system can't start. It is not an error of the volume."""
    try:
        yield
    except OSError as error:
        if error.filename != str(program):
            raise
        message = f"{program} does not start: {error.strerror}"
        raise AdminError(
            message,
            hint="check that it is an executable for this system, and the interpreter in its first line",
        ) from error


# Java's second compiler does not pay off for a command that only looks, nor for one that copies bytes: native code
# inflates them. Without it, `database info` takes two thirds of the processor time, and `load` four fifths, also for a
# dump of 4 GiB. JAVA_OPTS has the heap too, because from 4.4 on it wins over HEAP_SIZE.
_LITTLE: Final = "-XX:TieredStopAtLevel=1 -Xmx{heap_size}"


def environment(variables: Mapping[str, str], heap_size: str, *, compiles_little: bool = False) -> dict[str, str]:
    """Return the variables of our own environment that neo4j-admin gets, and its heap.

    compiles_little: for a command that needs only Java's first compiler. An operator's own options for Java stay.
    """
    passed = {name: value for name, value in variables.items() if name in PASSED or name.startswith("LC_")}
    if compiles_little and not any(map(passed.get, _JAVA_OPTIONS)):
        return passed | {"JAVA_OPTS": _LITTLE.format(heap_size=heap_size)}
    return passed | {"HEAP_SIZE": heap_size}
