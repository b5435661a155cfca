"""The time of each phase of a restore. The receipt keeps it, and the forecast of the next restore is made from it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class Phase(StrEnum):
    """What a restore spends its time with. All but PREPARE and INSPECT grow with the size of the sets.

    PREPARE: listing, first bytes, neo4j-admin's version.
    TRANSFER: download, verify, unpack. For a dump that is streamed, neo4j-admin loads it meanwhile.
    LOAD: neo4j-admin restores, loads or migrates what lies on the volume.
    INSPECT: neo4j-admin says what each staged store is. It looks at little, so this is the time of its start.
    CHECK: neo4j-admin looks for inconsistencies.
    FINISH: owners, and the sync of all files.
    """

    PREPARE = "prepare"
    TRANSFER = "transfer"
    LOAD = "load"
    INSPECT = "inspect"
    CHECK = "check"
    FINISH = "finish"


class Stopwatch:
    """Adds up the seconds of each phase. At each moment one phase runs. It is for one thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with PREPARE, now."""
        self._clock, self._seconds = clock, dict.fromkeys(Phase, 0.0)
        self._phase, self._since = Phase.PREPARE, clock()

    def enter(self, phase: Phase) -> None:
        """End the phase that runs, and begin another."""
        now = self._clock()
        self._seconds[self._phase] += now - self._since
        self._phase, self._since = phase, now

    @contextmanager
    def during(self, phase: Phase) -> Iterator[None]:
        """Run a phase inside another, which goes on after it."""
        outer = self._phase
        self.enter(phase)
        try:
            yield
        finally:
            self.enter(outer)

    def seconds(self) -> dict[str, float]:
        """Return the seconds of each phase, until now."""
        self.enter(self._phase)
        return {phase.value: round(seconds, 3) for phase, seconds in self._seconds.items()}
