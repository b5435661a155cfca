"""What fault tests share: the process that forks a child a try, pods on it, and a backup of a real database."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from tests.faults import forks
from tests.faults.cases import Case
from tests.faults.forks import Forks
from tests.faults.pods import Pod, make_pod
from tests.faults.proxy import Proxy, proxy
from tests.faults.table import everything
from tests.real.conftest import neo4j_3
from tests.support.stores import Emulator

__all__ = ["neo4j_3"]

MakePod = Callable[[Case], Pod]


def some(total: int, name: str, count: int) -> Sequence[int]:
    """Return all numbers below `total` in the full run, else `count` of them, which are always the same for a name."""
    return range(total) if everything() else sorted(Random(name).sample(range(total), count))  # noqa: S311


def spread(kinds: Sequence[str], count: int) -> Sequence[int]:
    """Return places of `kinds` in order: the first and last place of each kind, then more, spread evenly, to `count`.

    With fewer places than `count` all are returned. With more kinds than fit, each kind's places all the same.
    """
    chosen = {place for kind in set(kinds) for place in (kinds.index(kind), _last(kinds, kind))}
    others = [place for place in range(len(kinds)) if place not in chosen]
    room = min(max(count - len(chosen), 0), len(others))
    return sorted(chosen | {others[each * len(others) // room] for each in range(room)})


def _last(kinds: Sequence[str], kind: str) -> int:
    return max(place for place, each in enumerate(kinds) if each == kind)


@pytest.fixture(scope="session")
def forking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """Run one forking process for all tests."""
    with forks.forks(tmp_path_factory.mktemp("forks")) as running:
        yield running


@pytest.fixture
def pod(forking: Forks, tmp_path: Path) -> MakePod:
    """Make the pod of a case, on a folder of this test's own."""
    return lambda case: make_pod(case, forking, tmp_path / "pod")


@pytest.fixture
def behind(emulator: Emulator) -> Iterator[Proxy]:
    """Run a proxy before the emulated store. It makes the faults that a test asks for."""
    with proxy(emulator.host) as running:
        yield running
