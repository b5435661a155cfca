"""The failures that an operator can meet. Each class stands for what to do next. Only `__main__` makes exit codes."""

import math
from typing import ClassVar

ANOTHER_SET = "take another set: TIMESTAMP names one"
ITS_VERSION = "use an image and a server of the version that wrote it, or of a later one"


class RestoreError(Exception):
    """A failure. The message says what failed, on which object, expected and found. `hint` says what to do next.

    Neither ever holds a secret.
    database: the database that failed, or empty. phase: `recover`, `plan`, `stage` or `swap`, or empty. Both are set by
    the code that works on the database, while the error passes through it.
    """

    exit_code: ClassVar[int] = 70
    database: str = ""
    phase: str = ""

    def __init__(self, message: str, *, hint: str) -> None:
        """Keep the one-line message and the one-line hint."""
        super().__init__(message)
        self.hint = hint

    def with_more(self, text: str) -> "RestoreError":
        """Return the same error with `text` behind its message."""
        # `copy` would call the class with the message alone, and every class needs more arguments.
        more = type(self).__new__(type(self), f"{self}; {text}")
        more.__dict__.update(self.__dict__)
        return more


class ConfigurationError(RestoreError):
    """A variable is missing or malformed, or the volume or neo4j-admin does not fit the request."""

    exit_code = 2


class BackupNotFoundError(RestoreError):
    """The store answered, but has no such set."""

    exit_code = 10


class BackupDamagedError(RestoreError):
    """The set's bytes are not what the store, the archive or Neo4j says they should be."""

    exit_code = 11


class StreamDamagedError(BackupDamagedError):
    """A checksum did not match during a transfer. Another transfer may bring the right bytes."""

    def __init__(self, message: str) -> None:
        """Keep the message. The hint is always the same."""
        super().__init__(message, hint=ANOTHER_SET)


class TargetOccupiedError(RestoreError):
    """The volume holds data that may not be overwritten, or another process uses it."""

    exit_code = 12


class NewerDataError(TargetOccupiedError):
    """A sealed restore would replace what Neo4j has written since it was sealed."""


class LockError(RestoreError):
    """The lock on the volume can't be taken: the file system has no locks, or this user has no right to the file.

    A lock that another process holds is a TargetOccupiedError.
    """

    exit_code = 14


class NoSpaceForLockError(LockError):
    """The volume has no room for the lock file."""

    exit_code = 13


class NoSpaceError(RestoreError):
    """The volume has no room for the set beside the data that it holds."""

    exit_code = 13


class VolumeError(RestoreError):
    """The volume can't be read or written: not mounted, not ours, or failing."""

    exit_code = 14


class StoreError(RestoreError):
    """The store could not be reached, or refused a request.

    transient: the same request may succeed later. The store's adapter decides this, and `transfer.retry` tries again.
    throttled: the store asks for fewer requests at once.
    retry_after_seconds: how long the store asks to wait before the next try, or 0.
    status: the HTTP status, or 0.
    gone: the object was listed, but was removed or replaced since. A new listing may show another one.
    exists: an object was to be created, but there is one of its name already.
    no_try_after: from this time of `time.monotonic` on, another try would come too late: see DEADLINE_SECONDS.
    """

    exit_code = 20
    throttled: bool = False
    retry_after_seconds: float = 0
    status: int = 0
    gone: bool = False
    exists: bool = False
    no_try_after: float = math.inf

    def __init__(self, message: str, *, hint: str, transient: bool = False) -> None:
        """Keep message and hint, and whether trying again makes sense."""
        super().__init__(message, hint=hint)
        self.transient = transient


class VanishedError(StoreError):
    """An artifact of a chain was listed, but is gone at its download. The chain may have been aggregated meanwhile."""


class AdminError(RestoreError):
    """neo4j-admin failed. The message has its last lines."""

    exit_code = 30


class MigrationNeededError(RestoreError):
    """The set is of another version of Neo4j, which this one can't run without a migration."""

    exit_code = 31


class ServerError(RestoreError):
    """The running server could not be reached, or refuses the login.

    transient: the same may succeed later, for example once the server has started.
    """

    exit_code = 40

    def __init__(self, message: str, *, hint: str, transient: bool = False) -> None:
        """Keep message and hint, and whether trying again makes sense."""
        super().__init__(message, hint=hint)
        self.transient = transient


class DrillFailedError(RestoreError):
    """The restored copy is not what a drill expects of it."""

    exit_code = 42


class StatementError(RestoreError):
    """The running server refused a statement, or a database of it does not start."""

    exit_code = 41
