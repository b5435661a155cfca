"""A GET as the store's adapter signs it, for whoever sends it over connections of its own: see `transfer.carrier`.

Only the usual answer is read here: HTTP/1.0 or 1.1, a status, headers, and as many bytes as the headers say. Anything
else is an OddAnswerError. Then the adapter asks again in its own way, and that knows what to do.
"""

import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from urllib3 import HTTPHeaderDict

from neo4j_restore.checksums import Checksum
from neo4j_restore.stores.errors import UnsendableError
from neo4j_restore.stores.parsing import OddAnswerError

# A store's headers take 1 or 2 KiB.
MOST_HEAD_BYTES: Final = 64 * 1024

_END: Final = b"\r\n\r\n"
_STATUS: Final = re.compile(r"HTTP/1\.([01]) (\d{3})(?: |$)")
_UNSENDABLE: Final = re.compile(r"[^\x21-\x7e]")
_UNSENDABLE_VALUE: Final = re.compile(r"[^\x20-\x7e]")


# Takes the status and the headers of an answer with the requested bytes. Returns the checksum of the whole object, or
# None where they have none. Raises StoreError for any other answer.
Check = Callable[[int, Mapping[str, str]], Checksum | None]


@dataclass(frozen=True, slots=True)
class PlainGet:
    """A GET of some bytes of an object.

    url, headers: signed. dial: returns a new connection for it. It blocks, and raises OSError.
    stall_seconds: how long a connection may be silent.
    """

    url: str
    headers: Mapping[str, str]
    dial: Callable[[], socket.socket]
    check: Check
    stall_seconds: float

    def text(self) -> bytes:
        """Return the bytes to send. Raises UnsendableError for a URL or header that could end the request early."""
        parts = urlsplit(self.url)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        headers = {"Host": parts.netloc, "User-Agent": "neo4j-restore", "Accept-Encoding": "identity", **self.headers}
        if _UNSENDABLE.search(self.url) or any(map(_UNSENDABLE_VALUE.search, (*headers, *headers.values()))):
            raise UnsendableError
        lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode("ascii")


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of an answer. size_bytes: of the body. rest: bytes of the body that came with the head.

    closes: the store ends the connection after this answer.
    """

    status: int
    headers: HTTPHeaderDict
    size_bytes: int
    rest: bytes
    closes: bool


def head_of(data: bytes) -> Head | None:
    """Return the head that `data` begins with, or None while it has not come whole. Raises OddAnswerError."""
    end = data.find(_END)
    if end < 0:
        if len(data) > MOST_HEAD_BYTES:
            message = f"expected the end of the headers within {MOST_HEAD_BYTES} bytes"
            raise OddAnswerError(message)
        return None
    first, *lines = data[:end].decode("latin-1").split("\r\n")
    status, headers = _STATUS.match(first), HTTPHeaderDict()
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or _UNSENDABLE.search(name):
            message = "expected a header of the form NAME: VALUE"
            raise OddAnswerError(message)
        headers.add(name, value.strip())
    length = headers.get("Content-Length", "")
    if not status or not re.fullmatch(r"[0-9]{1,18}", length) or "Transfer-Encoding" in headers:
        message = "expected HTTP/1.0 or 1.1 with a status and a length"
        raise OddAnswerError(message)
    closes = status[1] == "0" or "close" in headers.get("Connection", "").lower()
    return Head(int(status[2]), headers, int(length), data[end + len(_END) :], closes)
