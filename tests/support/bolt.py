"""A stub of a Neo4j server: it speaks bolt 5.3 on the loopback, and records the statements that it is sent.

It is not Neo4j. It parses no Cypher. It stands in for Enterprise, whose server is closed: tests assert which statements
`finalize` sends to it, in which order and with which parameters. A few statements about databases change what its SHOW
DATABASES says, so that a client that waits for them gets an end.
Source: the documentation of bolt and packstream on neo4j.com.
"""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import used

_MAGIC = b"\x60\x60\xb0\x17"
_VERSION = b"\x00\x00\x03\x05"

_HELLO, _GOODBYE, _RESET, _RUN, _PULL, _LOGON = 0x01, 0x02, 0x0F, 0x10, 0x3F, 0x6A
_SUCCESS, _RECORD, _IGNORED, _FAILURE = 0x70, 0x71, 0x7E, 0x7F

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Failure(Exception):
    """What a server says when it refuses a statement."""

    code: str
    message: str


_UNAUTHORIZED = Failure("Neo.ClientError.Security.Unauthorized", "The client is unauthorized.")


def row(name: str, status: str = "online", requested: str = "online", **more: Any) -> dict[str, Any]:
    """Return a row of SHOW DATABASES."""
    fields = {"name": name, "address": "localhost:7687", "requestedStatus": requested, "currentStatus": status}
    return {**fields, "statusMessage": "", "default": name == "neo4j", **more}


@dataclass
class BoltStub:
    """A recording server. agent, edition: what it says of itself. rows: what SHOW DATABASES says.

    sent: each statement that it ran, with its parameters, without those that only ask. refuses: called with each
    statement first. It returns a Failure for those that fail. before_answer: called before each SHOW DATABASES.
    pulls: how many rows each request wanted.
    """

    agent: str = "Neo4j/5.26.0"
    edition: str = "enterprise"
    rows: Rows = field(default_factory=lambda: [row("neo4j"), row("system")])
    login: tuple[str, str] = ("neo4j", "the-first-password")
    refuses: Callable[[str], Failure | None] = lambda _: None
    before_answer: Callable[[], None] = lambda: None
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    pulls: list[int] = field(default_factory=list)

    def answer(self, cypher: str, parameters: dict[str, Any]) -> Rows:
        """Return the rows of a statement, and record it."""
        bare = cypher.removeprefix("CYPHER 25 ").removeprefix("CYPHER 5 ")
        if bare.startswith("CALL dbms.components"):
            self.asked.append(cypher)
            return [{"name": "Neo4j Kernel", "edition": self.edition}]
        if bare == "SHOW DATABASES":
            self.asked.append(cypher)
            self.before_answer()
            return [dict(each) for each in self.rows]
        self.sent.append((cypher, parameters))
        if failure := self.refuses(cypher):
            raise failure
        self._change(bare, str(parameters.get("name", "")))
        return []

    def _change(self, cypher: str, name: str) -> None:
        known = [each for each in self.rows if each["name"] == name]
        if cypher.startswith("CREATE DATABASE") and not known:
            self.rows.append(row(name))
        for each in known if cypher.startswith(("START", "STOP")) else []:
            each["requestedStatus"] = each["currentStatus"] = "online" if cypher.startswith("START") else "offline"
        if cypher.startswith("CALL dbms.setDefaultDatabase"):
            for each in self.rows:
                each["default"] = each["name"] == name


@contextmanager
def serving(stub: BoltStub, authority: Path | None = None) -> Iterator[str]:
    """Yield the address of the stub while it listens on the loopback.

    authority: with it the stub speaks TLS, with the certificate of `certificates.make_authority` in this folder.
    """
    used.note(stub.agent.removeprefix("Neo4j/"), stub.edition)
    context = None
    if authority:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority / "ca.crt", authority / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_accept, args=(listener, stub, context), daemon=True)
        thread.start()
        try:
            yield f"bolt://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            # A thread in accept does not notice that its socket is closed.
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(listener: socket.socket, stub: BoltStub, context: ssl.SSLContext | None) -> None:
    clients: list[threading.Thread] = []
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            client = threading.Thread(target=_serve, args=(connection, stub, context), daemon=True)
            client.start()
            clients.append(client)
    for client in clients:
        client.join()


def _serve(accepted: socket.socket, stub: BoltStub, context: ssl.SSLContext | None) -> None:
    with suppress(EOFError, OSError), accepted, ExitStack() as opened:
        connection = opened.enter_context(context.wrap_socket(accepted, server_side=True)) if context else accepted
        stream = opened.enter_context(connection.makefile("rb"))
        if _exactly(stream, 20)[:4] == _MAGIC:
            connection.sendall(_VERSION)
            _Client(connection, stub).talk(iter(lambda: _message(stream), None))


@dataclass
class _Client:
    """One connection, and what its last statement has still to yield."""

    connection: socket.socket
    stub: BoltStub
    pending: Rows = field(default_factory=list)
    failed: bool = False

    def talk(self, messages: Iterator[tuple[int, list[Any]]]) -> None:
        """Answer each message until the client says goodbye."""
        for tag, fields in messages:
            if tag == _GOODBYE:
                return
            if self.failed and tag != _RESET:
                self._send(_IGNORED)
            else:
                self._answer(tag, fields)

    def _answer(self, tag: int, fields: list[Any]) -> None:
        self.failed = False
        try:
            self._send(_SUCCESS, self._reply(tag, fields))
        except Failure as failure:
            self.failed = True
            self._send(_FAILURE, {"code": failure.code, "message": failure.message})

    def _reply(self, tag: int, fields: list[Any]) -> dict[str, Any]:
        if tag == _HELLO:
            return {"server": self.stub.agent, "connection_id": "stub"}
        if tag == _LOGON and (fields[0].get("principal"), fields[0].get("credentials")) != self.stub.login:
            raise _UNAUTHORIZED
        if tag == _RUN:
            self.pending = self.stub.answer(fields[0], fields[1])
            return {"fields": list(self.pending[0]) if self.pending else []}
        if tag == _PULL:
            self.stub.pulls.append(fields[0]["n"])
            for each in self.pending:
                self._send(_RECORD, list(each.values()))
            self.pending = []
        return {}

    def _send(self, tag: int, *fields: Any) -> None:
        data = bytes([0xB0 | len(fields), tag]) + b"".join(map(packed, fields))
        self.connection.sendall(struct.pack(">H", len(data)) + data + b"\0\0")


def _exactly(stream: Any, count: int) -> bytes:
    data: bytes = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


def _message(stream: Any) -> tuple[int, list[Any]]:
    """Return the tag and the fields of a message, which comes in chunks."""
    data = b""
    while size := struct.unpack(">H", _exactly(stream, 2))[0]:
        data += _exactly(stream, size)
    if not data:  # a client's no-op
        return _message(stream)
    fields, position = [], 2
    for _ in range(data[0] & 0x0F):
        value, position = unpacked(data, position)
        fields.append(value)
    return data[1], fields


def packed(value: Any) -> bytes:
    """Return a value in packstream."""
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return b"\xcb" + struct.pack(">q", value)
    if isinstance(value, str):
        data = value.encode()
        return b"\xd2" + struct.pack(">I", len(data)) + data
    if isinstance(value, list):
        return b"\xd6" + struct.pack(">I", len(value)) + b"".join(map(packed, value))
    items = b"".join(packed(key) + packed(each) for key, each in value.items())
    return b"\xda" + struct.pack(">I", len(value)) + items


# The first byte of each sized kind: how many bytes its size has.
_STRINGS = {0xD0: 1, 0xD1: 2, 0xD2: 4}
_LISTS = {0xD4: 1, 0xD5: 2, 0xD6: 4}
_MAPS = {0xD8: 1, 0xD9: 2, 0xDA: 4}
_INTEGERS = {0xC8: 1, 0xC9: 2, 0xCA: 4, 0xCB: 8}


def unpacked(data: bytes, position: int) -> tuple[Any, int]:
    """Return the value of packstream at a position, and the position behind it."""
    mark, position = data[position], position + 1
    if mark in (0xC0, 0xC2, 0xC3):
        return {0xC0: None, 0xC2: False, 0xC3: True}[mark], position
    if mark < 0x80 or mark >= 0xF0:
        return mark if mark < 0x80 else mark - 0x100, position
    if mark in _INTEGERS:
        end = position + _INTEGERS[mark]
        return int.from_bytes(data[position:end], signed=True), end
    kind = mark & 0xF0
    sizes = {**_STRINGS, **_LISTS, **_MAPS}
    if mark in sizes:
        end = position + sizes[mark]
        size, position = int.from_bytes(data[position:end]), end
        kind = 0x80 if mark in _STRINGS else 0x90 if mark in _LISTS else 0xA0
    else:
        size = mark & 0x0F
    if kind == 0x80:
        return data[position : position + size].decode(), position + size
    values = []
    for _ in range(size if kind == 0x90 else 2 * size):
        value, position = unpacked(data, position)
        values.append(value)
    return (values if kind == 0x90 else dict(zip(values[::2], values[1::2], strict=True))), position
