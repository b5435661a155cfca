"""How to read from a store: for how long, over how many connections, and under which names."""

from collections.abc import Callable
from dataclasses import dataclass, field

from neo4j_restore.deadline import NEVER, Deadline
from neo4j_restore.transfer.evidence import Evidence
from neo4j_restore.transfer.ranges import SIZES, Sizes


@dataclass(frozen=True)
class DownloadOptions:
    """How to read from a store.

    retry_seconds: how long one trouble may last. connections: the most at once.
    deadline: when all bytes must have come.
    name: returns what messages call the object of a key. evidence: records how the bytes of each object were verified.
    sizes: of ranges, and of what is read ahead.
    """

    retry_seconds: float
    connections: int = 1
    deadline: Deadline = NEVER
    name: Callable[[str], str] = str
    evidence: Evidence = field(default_factory=Evidence, compare=False)
    sizes: Sizes = SIZES
