"""Asks the members of a cluster over HTTP whether they serve. Nothing is sent to them but the question.

Seen with Enterprise 3.3.5: while a cluster forms, the ports of discovery, raft and transactions listen, and that of
bolt may. HTTP answers once the member has joined a cluster with a leader. So only the words of HTTP's status endpoint
are a proof. An open port proves nothing.
Source: operations manuals of 3.5 to 5, "Monitor cluster endpoints for status information".
"""

import http.client
import socket
import ssl
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from neo4j_restore.addresses import Address

_SECONDS: Final = 5.0
_AT_ONCE: Final = 16

# The endpoint of 4.0 and later, then that of 3.x. Each answers `true` on a member that serves.
_PATHS: Final = ("/db/system/cluster/available", "/db/manage/server/core/available")

_MOST_BYTES: Final = 64

_UNKNOWN_NAME: Final = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


class Answer(StrEnum):
    """What a member said. UNCLEAR: something that neither proves that it serves nor that it does not."""

    SERVES = "serves"
    ABSENT = "absent"
    NAMELESS = "nameless"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Heard:
    """The answer at one address. where: the address, and the IP address if that is another. what: in words."""

    where: str
    answer: Answer
    what: str

    def __str__(self) -> str:
        """Return it as a clause of a message."""
        return f"{self.where} {self.what}"


def ask(members: Sequence[Address]) -> list[Heard]:
    """Return what all members say, asked at the same time. A name counts once for each of its IP addresses."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        places = [place for addresses in pool.map(_resolved, members) for place in addresses]
        return list(pool.map(lambda place: place if isinstance(place, Heard) else _asked(*place), places))


def _resolved(member: Address) -> list[tuple[Address, str] | Heard]:
    try:
        addresses = socket.getaddrinfo(member.host, member.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        number = error.errno if isinstance(error, socket.gaierror) else socket.EAI_NONAME
        if number in _UNKNOWN_NAME:
            return [Heard(str(member), Answer.NAMELESS, "is a name without an address")]
        return [Heard(str(member), Answer.UNCLEAR, f"can't be looked up ({error})")]
    return [(member, ip) for ip in dict.fromkeys(str(each[4][0]) for each in addresses)]


def _asked(member: Address, ip: str) -> Heard:
    where = str(member) if ip == member.host else f"{member} ({ip})"
    try:
        first, second = (_get(member, ip, path) for path in _PATHS)
    except ConnectionRefusedError:
        return Heard(where, Answer.ABSENT, "does not listen")
    except (OSError, http.client.HTTPException) as error:
        return Heard(where, Answer.UNCLEAR, f"gives no answer ({type(error).__name__}: {error})")
    return Heard(where, *judged(first, second))


def judged(first: tuple[int, bytes], second: tuple[int, bytes]) -> tuple[Answer, str]:
    """Return what two answers mean, and in words. Each is a status and the first bytes of a body.

    first: of the endpoint of 4.0 and later. second: of that of 3.x.
    """
    if any(status == 200 and body.strip() == b"true" for status, body in (first, second)):
        return Answer.SERVES, "serves as a member of a cluster"
    if first[0] == 404 and second[0] in {401, 403, 404}:
        return Answer.ABSENT, "is a Neo4j that serves no cluster"
    return Answer.UNCLEAR, f"answers {first[0]} and {second[0]} to the question whether it serves as a member"


def _get(member: Address, ip: str, path: str) -> tuple[int, bytes]:
    """Return the status and the first bytes of an answer."""
    connection = _connection(member, ip)
    try:
        connection.request("GET", path, headers={"Host": str(member).removeprefix("https://"), "Accept": "*/*"})
        answer = connection.getresponse()
        return answer.status, answer.read(_MOST_BYTES)
    finally:
        connection.close()


def _connection(member: Address, ip: str) -> http.client.HTTPConnection:
    if not member.tls:
        return http.client.HTTPConnection(ip, member.port, timeout=_SECONDS)
    # No secret is sent. The answer over plain HTTP could be forged as well, and most clusters are asked that way.
    context = ssl._create_unverified_context()  # noqa: S323
    return http.client.HTTPSConnection(ip, member.port, timeout=_SECONDS, context=context)
