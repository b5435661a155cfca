"""Every failure that an operator can meet; a leaf a next action. Only `__main__` turns them into exit codes."""

import math
from typing import ClassVar

ANOTHER_SET = "take another set: TIMESTAMP names one"


class RestoreError(Exception):
    """What failed, on what, expected and found; `hint` says what to do next. Neither ever holds a secret.

    database: the one it was about, or empty. phase: `recover`, `plan`, `stage` or `swap`, or empty.
    Both are set by whoever works on it.
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
        # Not `copy`, which calls the class with the message alone, and each takes more than that.
        more = type(self).__new__(type(self), f"{self}; {text}")
        more.__dict__.update(self.__dict__)
        return more


class ConfigurationError(RestoreError):
    """A variable is missing or malformed, or the volume or neo4j-admin is not where it should be."""

    exit_code = 2


class BackupNotFoundError(RestoreError):
    """The store answered, and has no such set."""

    exit_code = 10


class BackupDamagedError(RestoreError):
    """The set's bytes are not what the store, the archive or Neo4j says they should be."""

    exit_code = 11


class StreamDamagedError(BackupDamagedError):
    """Bytes were not what a checksum says while they came: another transfer may bring the right ones."""

    def __init__(self, message: str) -> None:
        """Keep the message; the hint is always the same."""
        super().__init__(message, hint=ANOTHER_SET)


class TargetOccupiedError(RestoreError):
    """The volume holds, or another process uses, what may not be overwritten."""

    exit_code = 12


class NewerDataError(TargetOccupiedError):
    """A sealed restore would replace what Neo4j has written since it was sealed."""


class LockError(RestoreError):
    """The lock on the volume can't be taken, though nobody is known to hold it: no such locks here, or no right."""

    exit_code = 14


class NoSpaceForLockError(LockError):
    """The volume has no room for the lock file."""

    exit_code = 13


class NoSpaceError(RestoreError):
    """The volume has no room for the set beside what it holds."""

    exit_code = 13


class VolumeError(RestoreError):
    """The volume can't be read or written: not mounted, not ours, or failing."""

    exit_code = 14


class StoreError(RestoreError):
    """The store could not be reached, or refused.

    transient: the same request may succeed later; decided by the store's adapter, acted on by `transfer`.
    throttled: the store asks for fewer requests at once.
    retry_after_seconds: how long the store asks to wait before the next try, or 0.
    status: HTTP's, or 0.
    gone: the object was listed, and is not there any more or was replaced: a new listing may tell of another one.
    no_try_after: when another try would come too late, by `time.monotonic`: see DEADLINE_SECONDS.
    """

    exit_code = 20
    throttled: bool = False
    retry_after_seconds: float = 0
    status: int = 0
    gone: bool = False
    no_try_after: float = math.inf

    def __init__(self, message: str, *, hint: str, transient: bool = False) -> None:
        """Keep message and hint, and whether trying again makes sense."""
        super().__init__(message, hint=hint)
        self.transient = transient


class VanishedError(StoreError):
    """An artifact of a chain was listed, and is gone at its download: the chain may have been aggregated meanwhile."""


class AdminError(RestoreError):
    """neo4j-admin did not do what it was asked; the message has its last lines."""

    exit_code = 30


class MigrationNeededError(RestoreError):
    """The set is of an older Neo4j, and this one won't run it before a migration."""

    exit_code = 31
