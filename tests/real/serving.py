"""Proofs by a real server, each made once of the same bytes.

A server says the same about the same files. So a volume whose files another test has shown to a server needs no second
start: tests compare bytes first, and ask a server about bytes that none of this run has seen.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.real.neo4j import Neo4j
from tests.real.people import counted
from tests.real.restoring import Pod

Login = tuple[str, str]

_proved: set[str] = set()


def holds(
    volume: Pod,
    people: Mapping[str, int],
    *,
    auth: Login | None = None,
    database: str = "neo4j",
    states: Mapping[str, str] | None = None,
) -> None:
    """Check that a server of the volume has these people in its default database, and these states if they are given.

    The volume may be changed, as a server changes it, or not.
    """
    default = "" if database == "neo4j" else database

    def proof() -> None:
        with Neo4j(volume.home, volume.data, auth, default) as server:
            assert counted(server, database) == people
            assert states is None or server.status_of_databases() == states

    once(proof, volume, repr((sorted(people.items()), auth, database, states)))


def once(proof: Callable[[], None], volume: Pod, question: str) -> None:
    """Make the proof, unless it has succeeded in this run for the same question about the same bytes."""
    key = f"{question} of {volume.home} and {_bytes(volume)}"
    if key not in _proved:
        proof()
        _proved.add(key)


def _bytes(volume: Pod) -> str:
    """Return a hash of all files that a server reads: those of Neo4j, with their names, but not the logs."""
    files = {name: content for name, content in volume.photograph().items() if Path(name).suffix != ".log"}
    return hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
