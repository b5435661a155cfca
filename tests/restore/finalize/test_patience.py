"""What passes is tried again until the deadline, and anything else ends at once."""

from dataclasses import dataclass, field

import pytest

from neo4j_restore.errors import ServerError
from neo4j_restore.finalize.patience import Patience


@dataclass
class Clock:
    """A clock on which only waits pass time."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def server_error(*, transient: bool) -> ServerError:
    return ServerError("bolt://graph: refused", hint="look", transient=transient)


def test_it_waits_longer_and_longer_until_the_server_answers() -> None:
    clock, errors = Clock(), [server_error(transient=True)] * 9

    def attempt() -> str:
        if errors:
            raise errors.pop()
        return "there"

    assert Patience(clock, 600, 600).until(attempt) == "there"
    assert len(clock.waits) == 9
    assert clock.waits[0] <= 0.25
    assert 2.5 <= clock.waits[-1] <= 5


def test_the_deadline_ends_it_with_the_last_error() -> None:
    clock = Clock()

    def attempt() -> str:
        raise server_error(transient=True)

    with pytest.raises(ServerError, match=r"no answer within 30 s \(FINALIZE_SECONDS\): bolt://graph: refused"):
        Patience(clock, 30, 30).until(attempt)
    assert clock.now == 30


def test_what_does_not_pass_is_not_tried_again() -> None:
    clock = Clock()

    def attempt() -> str:
        raise server_error(transient=False)

    with pytest.raises(ServerError, match=r"^bolt://graph: refused"):
        Patience(clock, 30, 30).until(attempt)
    assert clock.waits == []
