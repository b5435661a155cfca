"""Connections that are made in threads: each attempt is heard of, however it ended."""

import select
import socket

import pytest

from neo4j_restore.transfer.dialling import Dialler


def test_a_connection_is_handed_over() -> None:
    dialler: Dialler[str] = Dialler()
    one, other = socket.socketpair()
    with one, other:
        dialler.dial("first", lambda: one)
        select.select([dialler.woken], [], [])
        assert list(dialler.joined()) == [("first", one)]
        dialler.close()


@pytest.mark.parametrize("error", [ConnectionRefusedError("refused"), UnicodeError("label too long"), MemoryError()])
def test_each_failure_is_handed_over(error: Exception) -> None:
    dialler: Dialler[str] = Dialler()

    def dial() -> socket.socket:
        raise error

    dialler.dial("first", dial)
    select.select([dialler.woken], [], [])
    assert list(dialler.joined()) == [("first", error)]
    dialler.close()
