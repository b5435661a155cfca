"""What happens to a process at its changes of a volume: nothing, its end, or an error of the disk's."""

import os
import signal
from collections.abc import Sequence
from typing import Any


class Nothing:
    """Let every change be made."""

    def before(self, number: int, name: str, *args: Any) -> None:
        """Act before the change `number`, counted from 0."""

    def ended(self) -> None:
        """Act when the command has ended by itself."""


class Kill(Nothing):
    """End the process before a change, as `kill -9` does."""

    def __init__(self, at: int) -> None:
        """Take the number of the change that is not made any more."""
        self._at = at

    def before(self, number: int, name: str, *args: Any) -> None:
        """End everything, in the given moment."""
        if number == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


class Fail(Nothing):
    """Fail a change, and where the fault lasts every later one of the same kinds."""

    def __init__(self, at: int, error: int, names: Sequence[str], *, lasts: bool) -> None:
        """Take the errno, and the names of the changes that can meet it."""
        self._at, self._error, self._names, self._lasts = at, error, set(names), lasts

    def before(self, number: int, name: str, *args: Any) -> None:
        """Raise what the operating system would."""
        if name in self._names and (number == self._at or (self._lasts and number > self._at)):
            where = [each for each in args[:1] if not isinstance(each, int)]
            raise OSError(self._error, os.strerror(self._error), *map(str, where))


class FailThenKill(Fail):
    """Fail a change once, and end the process before a later one: while it undoes what it had done, say."""

    def __init__(self, at: int, error: int, names: Sequence[str], *, kill: int) -> None:
        """Take what `Fail` takes, and the number of the change that is not made any more."""
        super().__init__(at, error, names, lasts=False)
        self._kill = Kill(kill)

    def before(self, number: int, name: str, *args: Any) -> None:
        """Raise, or end everything."""
        self._kill.before(number, name, *args)
        super().before(number, name, *args)
