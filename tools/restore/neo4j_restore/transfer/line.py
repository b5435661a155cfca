"""A connection of the carrier, and what comes over it."""

import socket
import ssl
import time
from dataclasses import dataclass, field

from neo4j_restore.stores.plain import PlainGet
from neo4j_restore.transfer.landing import Piece


@dataclass(eq=False)
class Line:
    """A connection, and the piece that comes over it. head: what has come of an answer's head. is_used: it has brought
    an answer before. seen: when bytes came last.
    """

    piece: Piece
    get: PlainGet
    link: socket.socket | None = None
    head: bytes | None = b""
    closes: bool = False
    is_used: bool = False
    seen: float = field(default_factory=time.monotonic)


def fill(connection: socket.socket, buffer: memoryview) -> int | None:
    """Return how many bytes came, 0 at the end of the connection, and None while there are none."""
    count = 0
    try:
        while count < len(buffer):
            more = connection.recv_into(buffer[count:])
            count += more
            # TLS returns at most a record of 16 KiB. Larger blocks are cheaper to check and to write.
            if not more or not isinstance(connection, ssl.SSLSocket):
                break
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return count or None
    return count
