"""Answers that are read whole: listings, tokens and errors. Each is bounded before it is parsed, from any sender.

The bounds apply to bytes (after a content encoding is undone), to the time until the last byte, and to elements,
attributes and depth.
"""

import time
import zlib
from contextlib import suppress
from typing import Any, Final
from xml.etree import ElementTree
from xml.parsers import expat

from urllib3.exceptions import HTTPError

from neo4j_restore import bounded

# For a token or an error's text. No store sends more.
SMALL_BYTES: Final = 64 * 1024
# For a page of 1,000 names of 1,024 bytes, each byte as %XX or &amp;.
PAGE_BYTES: Final = 8 * 1024 * 1024

# The time for one answer, as a multiple of the seconds that a connection may be silent. A byte now and then is not
# progress.
_MOST_STALLS: Final = 10

# An error's text is not worth more: its status says enough.
_ERROR_SECONDS: Final = 10.0

_BLOCK_BYTES: Final = 64 * 1024

# A page of 1,000 objects has 15 to 50 elements for each, 5 levels deep, and a few attributes in all.
_MOST_ELEMENTS: Final = 100_000
_MOST_DEPTH: Final = 32
# Each attribute has one, and a name such as `year=2026` has some.
_MOST_EQUAL_SIGNS: Final = 200_000

_WINDOW_BITS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class OddAnswerError(ValueError):
    """An answer does not have the store's form. The message says what was expected and found, and quotes nothing."""


def body(response: Any, stall_seconds: float, most_bytes: int = SMALL_BYTES) -> bytes:
    """Return the decoded body of an answer of urllib3, and give its connection back.

    Raises OddAnswerError if it is too long, takes too long, or does not have its stated encoding. Raises the errors of
    urllib3 and OSError.
    """
    with response:
        most_seconds = _MOST_STALLS * stall_seconds
        raw, whole = _raw(response, most_bytes, most_seconds)
        if len(raw) > most_bytes:
            message = _too_long(most_bytes)
            raise OddAnswerError(message)
        if not whole:
            message = f"expected all of it within {most_seconds:g} s, got {len(raw)} bytes"
            raise OddAnswerError(message)
        return _decoded(raw, response.headers.get("Content-Encoding"), most_bytes)


def beginning(response: Any) -> bytes:
    """Return an error's body, as far as it came and can be read, and give its connection back. Raises nothing."""
    with suppress(HTTPError, OSError, OddAnswerError), response:
        raw, _ = _raw(response, SMALL_BYTES, _ERROR_SECONDS)
        return _decoded(raw[:SMALL_BYTES], response.headers.get("Content-Encoding"), SMALL_BYTES)
    return b""


def _raw(response: Any, most_bytes: int, most_seconds: float) -> tuple[bytes, bool]:
    """Return the bytes as they came, at most one more than `most_bytes`, and whether these are all."""
    until = time.monotonic() + most_seconds
    data = bytearray()
    # `read1` returns the bytes that are there. `read` would wait for a whole block, however slowly it comes.
    while block := response.read1(min(_BLOCK_BYTES, most_bytes + 1 - len(data))):
        data += block
        if len(data) > most_bytes or time.monotonic() > until:
            return bytes(data), False
    return bytes(data), True


def _decoded(data: bytes, encoding: str | None, most_bytes: int) -> bytes:
    """Return the data without its content encoding. We ask for none, but some gateways compress anyway."""
    name = (encoding or "").strip().lower()
    if name in {"", "identity"}:
        return data
    if name not in _WINDOW_BITS:
        message = "expected it plain or in gzip, got another content encoding"
        raise OddAnswerError(message)
    inflater = zlib.decompressobj(_WINDOW_BITS[name])
    try:
        plain = inflater.decompress(data, most_bytes + 1)
    except zlib.error as error:
        message = f"expected {name}, as its Content-Encoding says, got other bytes"
        raise OddAnswerError(message) from error
    if len(plain) > most_bytes:
        message = _too_long(most_bytes)
        raise OddAnswerError(message)
    return plain


def _too_long(most_bytes: int) -> str:
    return f"expected {most_bytes} bytes at most, got more"


def parse_json(data: bytes) -> dict[str, Any]:
    """Return the object in a JSON text. Raises OddAnswerError."""
    try:
        value = bounded.parse_json(data)
    except ValueError as error:
        # The text of the cause may quote anything, so it is not repeated.
        message = f"expected JSON, got {len(data)} bytes of another form"
        raise OddAnswerError(message) from error
    if not isinstance(value, dict):
        message = f"expected a JSON object, got a {type(value).__name__}"
        raise OddAnswerError(message)
    return value


def parse_xml(data: bytes) -> ElementTree.Element | None:
    """Return the root of an XML text, with names without prefixes, or None if it is not XML, or not from a store.

    A DOCTYPE in any encoding gives None, and so do more elements, attributes or depth than a page has.
    """
    if data.count(b"=") > _MOST_EQUAL_SIGNS:
        return None
    tree = _Tree()
    try:
        return tree.parse(data)
    except (expat.ExpatError, ValueError, LookupError):  # the latter two for an unknown encoding
        return None


class _Tree:
    """Builds a tree with expat itself, because ElementTree's own parser puts a namespace's URL before each name."""

    def __init__(self) -> None:
        self._builder = ElementTree.TreeBuilder()
        self._depth = self._count = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._builder.data

    def parse(self, data: bytes) -> ElementTree.Element:
        # In blocks: nothing after a refused element is parsed.
        for start in range(0, len(data), _BLOCK_BYTES):
            self._parser.Parse(data[start : start + _BLOCK_BYTES], False)
        self._parser.Parse(b"", True)
        return self._builder.close()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > _MOST_DEPTH or self._count > _MOST_ELEMENTS:
            message = f"expected {_MOST_ELEMENTS} elements at most, {_MOST_DEPTH} deep, got more"
            raise OddAnswerError(message)
        self._builder.start(name.rpartition(":")[2], attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end(name.rpartition(":")[2])

    def _refuse(self, *_: object) -> None:
        message = "expected XML without a DOCTYPE, got one"
        raise OddAnswerError(message)
