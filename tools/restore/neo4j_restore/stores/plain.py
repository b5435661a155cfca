"""A GET as the store's adapter signs it, for whoever sends it over connections of its own: see `transfer.carrier`.

Only the usual answer is read here: HTTP/1.0 or 1.1, a status, headers, and as many bytes as the headers say. Anything
else is an OddAnswerError. Then the adapter asks again in its own way, and that knows what to do.
"""

import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from neo4j_restore.checksums import Checksum
from neo4j_restore.stores.errors import UnsendableError
from neo4j_restore.stores.parsing import OddAnswerError

# A store's headers take 1 or 2 KiB.
MOST_HEAD_BYTES: Final = 64 * 1024

_END: Final = b"\r\n\r\n"
_STATUS: Final = re.compile(r"HTTP/1\.([01]) (\d{3})(?: |$)")
_UNSENDABLE: Final = re.compile(r"[^\x21-\x7e]")
_UNSENDABLE_VALUE: Final = re.compile(r"[^\x20-\x7e]")
_HEADERS: Final = re.compile(r"(?:[\x21-\x39\x3b-\x7e]+:[^\r\n]*(?:\r\n|\Z))*")
_LENGTH: Final = re.compile(r"[0-9]{1,18}")


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
        # The adapters' URLs have a host and a path, and no fragment.
        host, _, target = self.url.partition("://")[2].partition("/")
        headers = {"Host": host, "User-Agent": "neo4j-restore", "Accept-Encoding": "identity", **self.headers}
        if _UNSENDABLE.search(self.url) or _UNSENDABLE_VALUE.search("".join((*headers, *headers.values()))):
            raise UnsendableError
        lines = [f"GET /{target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode("ascii")


class Headers(dict[str, str]):
    """Headers of an answer, by their names in lower case. They are found by their names in any case."""

    def __getitem__(self, name: str) -> str:
        """Return one. Raises KeyError."""
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        """Tell whether it is there."""
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: Any = None) -> Any:
        """Return one, or `default`."""
        return super().get(name.lower(), default)


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of an answer. size_bytes: of the body. rest: bytes of the body that came with the head.

    closes: the store ends the connection after this answer.
    """

    status: int
    headers: Headers
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
    first, _, lines = data[:end].decode("latin-1").partition("\r\n")
    status, headers = _STATUS.match(first), _headers_of(lines)
    length = headers.get("content-length", "")
    if not status or not _LENGTH.fullmatch(length) or "transfer-encoding" in headers:
        message = "expected HTTP/1.0 or 1.1 with a status and a length"
        raise OddAnswerError(message)
    closes = status[1] == "0" or "close" in headers.get("connection", "").lower()
    return Head(int(status[2]), headers, int(length), data[end + len(_END) :], closes)


def _headers_of(text: str) -> Headers:
    """Return the headers in some lines. Those of equal names become one. Raises OddAnswerError for any other line."""
    if not _HEADERS.fullmatch(text):
        message = "expected headers of the form NAME: VALUE"
        raise OddAnswerError(message)
    headers = Headers()
    for line in text.split("\r\n") if text else ():
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
