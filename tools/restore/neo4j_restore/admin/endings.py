"""What the ending of a run of neo4j-admin means for the operator. Pure.

Each rule matches output or a status of the tools, Java or the kernel, from 3.5 to 2026. It becomes the error whose exit
code says what to do next.
"""

import re
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from neo4j_restore import memory
from neo4j_restore.errors import (
    ANOTHER_SET,
    ITS_VERSION,
    AdminError,
    BackupDamagedError,
    ConfigurationError,
    MigrationNeededError,
    NoSpaceError,
    RestoreError,
)

_LAST_LINES: Final = 8

# A shell returns 137 for a child that was killed. The kernel may have chosen the launcher or Java.
_KILLED: Final = frozenset({-9, 137})


@dataclass(frozen=True)
class Run:
    """A run that ended.

    about: what it worked on. heap_size: for example `512m`. memory_bytes: the container's limit, or 0.
    options: the names of variables with options for Java that were set.
    """

    status: int | None
    lines: Sequence[str]
    argv: Sequence[str]
    about: str
    heap_size: str
    memory_bytes: int = 0
    options: Sequence[str] = ()

    @property
    def text(self) -> str:
        """Return the lines of output that were kept."""
        return "\n".join(self.lines)

    @property
    def last_output(self) -> str:
        """Return the last lines of output on one line."""
        # Java prints which variables it took options from, with their values. The message names the variables. The
        # values may be secrets.
        lines = [line for line in self.lines if not _PICKED_UP.search(line)]
        # The reason stands before the frames of a stack trace, and after the progress.
        telling = [line for line in lines if not _UNTELLING.match(line)]
        return " | ".join((telling or lines)[-_LAST_LINES:]) or "it printed nothing"


def error_of(run: Run, *, takes_older: bool = False) -> RestoreError | None:
    """Return the error of a run, or None where it succeeded. takes_older: a store of an older Neo4j is a success."""
    if _UNSUPPORTED.search(run.text) and not takes_older:
        return _unsupported(run)
    if run.status == 0:
        return None
    return known_error_of(run) or _failed(run)


def known_error_of(run: Run) -> RestoreError | None:
    """Return the error of a run that failed for a reason with a rule here, else None."""
    for pattern, error in _RULES:
        if pattern.search(run.text):
            return error(run)
    return _killed(run) if run.status in _KILLED else None


def made_nothing(about: str, output: str) -> AdminError:
    """Return the error of a run that ended with 0 but created no database. about: what it worked on."""
    message = f"neo4j-admin ended with 0 on {about}, but created no database: {output}"
    return AdminError(message, hint=_LAST_WORDS)


_LAST_WORDS: Final = "its last lines say why. For what to check: neo4j-restore explain 30"

# Printed by `load` of 5, which still ends with 0. The server would leave the database offline.
_UNSUPPORTED = re.compile(r"not on a supported version")


def _unsupported(run: Run) -> RestoreError:
    message = f"{run.about} is of an older Neo4j, and this one can't open it: {run.last_output}"
    hint = (
        "set MIGRATE=true: neo4j-admin then migrates it before it goes live. Or restore it with an image and a server "
        "of the version that wrote it"
    )
    return MigrationNeededError(message, hint=hint)


def _newer(run: Run) -> RestoreError:
    message = f"{run.about} is of a newer Neo4j, and this one can't open it: {run.last_output}"
    return MigrationNeededError(message, hint=ITS_VERSION)


def _other_version(run: Run) -> RestoreError:
    message = f"{run.about} has a store format that this Neo4j does not know: {run.last_output}"
    hint = "restore it with an image and a server of the version that wrote it"
    return MigrationNeededError(message, hint=hint)


def _full(run: Run) -> RestoreError:
    message = f"the volume was full while neo4j-admin worked on {run.about}: {run.last_output}"
    return NoSpaceError(message, hint="make the volume larger, or free room on it")


def _damaged(run: Run) -> RestoreError:
    return BackupDamagedError(f"neo4j-admin says that {run.about} is damaged: {run.last_output}", hint=ANOTHER_SET)


def _heap(run: Run) -> RestoreError:
    """Return the error of a heap that does not fit into the container."""
    if _HEAP_OF_OPTIONS.search(run.text):
        return _options(run)
    message = f"Java can't reserve the heap of HEAP_SIZE, {run.heap_size}{_limit(run)}: {run.last_output}"
    return ConfigurationError(message, hint=f"lower HEAP_SIZE, or give the container {_enough(run)} MiB of memory")


def _options(run: Run) -> RestoreError:
    """Return the error of options that keep Java from starting. It names their variables, and never their values."""
    picked_up = _PICKED_UP.findall(run.text)
    # Java prints which variables it read. JAVA_OPTS is read by neo4j-admin, which prints nothing.
    names = " and ".join(each for each in run.options if each in picked_up or each == "JAVA_OPTS")
    if not names:
        message = f"Java does not start for neo4j-admin: {run.last_output}"
        return AdminError(message, hint="check that the image's Java is the one that its Neo4j needs")
    message = f"Java does not start with the options in {names}: {run.last_output}"
    hint = f"correct or remove {names} in the restore container. It needs no agent, and none of the server's options"
    return ConfigurationError(message, hint=hint)


def _too_old(run: Run) -> RestoreError:
    class_version = _CLASS_VERSION.search(run.text)
    needed = f", and needs Java {int(class_version[1]) - 44} or later" if class_version else ""
    message = f"neo4j-admin does not run on this image's Java{needed}: {run.last_output}"
    return ConfigurationError(message, hint="build the image from a Neo4j image, with that image's Java in JAVA_HOME")


def _heap_too_small(run: Run) -> RestoreError:
    message = f"the heap of HEAP_SIZE, {run.heap_size}, is too small for neo4j-admin on {run.about}: {run.last_output}"
    return AdminError(message, hint="double HEAP_SIZE, and raise the container's memory by as much")


def _no_memory(run: Run) -> RestoreError:
    message = f"Java got no memory while neo4j-admin worked on {run.about}{_limit(run)}: {run.last_output}"
    return AdminError(message, hint=f"give the container {_enough(run)} MiB of memory, or lower HEAP_SIZE")


def _killed(run: Run) -> RestoreError:
    message = (
        f"neo4j-admin was killed (SIGKILL) while it worked on {run.about}, most likely for lack of memory"
        f"{_limit(run)}: {run.last_output}"
    )
    return AdminError(message, hint=f"give the container a memory limit of {_enough(run)} MiB, or lower HEAP_SIZE")


def _failed(run: Run) -> RestoreError:
    message = f"neo4j-admin {' '.join(run.argv)} {_how(run.status)} on {run.about}: {run.last_output}"
    return AdminError(message, hint=_LAST_WORDS)


def _how(status: int | None) -> str:
    """Return how it ended, in words. For a child that a signal ended, a shell returns 128 and the signal's number."""
    if status is None:
        return "did not end in time"
    number = -status if status is not None and status < 0 else (status or 0) - 128
    try:
        return f"was ended by {signal.Signals(number).name}"
    except ValueError:
        return f"ended with {status}"


def _limit(run: Run) -> str:
    return (
        f" (the container has {run.memory_bytes // 1024**2} MiB, the heap {run.heap_size})" if run.memory_bytes else ""
    )


def _enough(run: Run) -> int:
    """Return a memory limit in MiB in which this heap fits. It is above the limit that was not enough."""
    return max(memory.limit_mib(run.heap_size), run.memory_bytes // 1024**2 * 5 // 4)


# The JVM prints which variables it took options from.
_PICKED_UP = re.compile(r"Picked up (\w+):")
_UNTELLING = re.compile(r"\s*at [\w.$/<>@]+\(|\.\.\. \d+ (?:more|common frames)|Files: \d+/\d+, data: ")
_HEAP_OF_OPTIONS = re.compile(r"Picked up _JAVA_OPTIONS:.*-Xm[xs]")
_CLASS_VERSION = re.compile(r"class file version (\d+)")

# Tried in this order: a JVM that did not start can't have judged a backup.
_RULES: Final[tuple[tuple[re.Pattern[str], Callable[[Run], RestoreError]], ...]] = (
    (re.compile(r"Could not reserve enough space|Initial heap size set to a larger value"), _heap),
    (
        re.compile(r"insufficient memory for the Java Runtime|Cannot allocate memory|unable to create native thread"),
        _no_memory,
    ),
    (re.compile(r"UnsupportedClassVersionError|Unsupported Java \d|requires Java \d"), _too_old),
    (
        re.compile(
            r"Could not create the Java Virtual Machine|Error occurred during initialization of VM"
            r"|Unrecognized VM option|Error opening zip file or JAR manifest missing|agent library failed"
        ),
        _options,
    ),
    (re.compile(r"No space left on device|Disk quota exceeded"), _full),
    # 5 and later, which tell it when they have read the whole dump. 4.4 does not understand where 5 has the version.
    (
        re.compile(r"is of a newer version than the current binaries|read version string length \d+ is not proper"),
        _newer,
    ),
    # A name as Neo4j gives to formats: of a damaged store, other bytes are printed.
    (re.compile(r"(?:store with|Unknown store) version '(?:v[0E]\.[A-Z]\.\w+|[A-Z]{2}\d\.\d\.\w+)'"), _other_version),
    (re.compile(r"OutOfMemoryError: (?:Java heap space|GC overhead)"), _heap_too_small),
    (
        re.compile(
            r"Not a valid Neo4j archive|[Tt]runcated source|Data corruption|not a database backup|Truncated TAR"
        ),
        _damaged,
    ),
)
