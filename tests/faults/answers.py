"""What can go wrong with one answer of a store: the proxy's faults."""

import select
import threading
from dataclasses import replace

from tests.faults.proxy import Answer, Exchange, Fault, refusal


def cut(count: int) -> Fault:
    """End the connection after so many bytes of the body. Content-Length promised more."""

    def fault(exchange: Exchange) -> None:
        exchange.send(exchange.ask(), count)
        exchange.close()

    return fault


def reset(count: int) -> Fault:
    """Reset the connection after so many bytes of the body."""

    def fault(exchange: Exchange) -> None:
        exchange.send(exchange.ask(), count)
        exchange.reset()

    return fault


def hang_up(exchange: Exchange) -> None:
    """End the connection without an answer."""
    exchange.close()


def silent(exchange: Exchange) -> None:
    """Accept, and send nothing, until the other side gives up."""
    connection = exchange.handler.connection
    while not exchange.ended.is_set() and not select.select([connection], [], [], 0.05)[0]:
        pass
    exchange.close()


def stall(count: int) -> Fault:
    """Send so many bytes of the body and nothing more, until the other side gives up."""

    def fault(exchange: Exchange) -> None:
        exchange.send(exchange.ask(), count)
        silent(exchange)

    return fault


def shortened(count: int) -> Fault:
    """Send so many bytes with an end that looks right: Content-Length promises no more."""

    def fault(exchange: Exchange) -> None:
        answer = exchange.ask()
        exchange.send(replace(answer, body=answer.body[:count]))

    return fault


def claiming(more: int) -> Fault:
    """Send all with a Content-Length that is `more` than the truth, or less."""

    def fault(exchange: Exchange) -> None:
        answer = exchange.ask()
        exchange.send(replace(answer, length=max(0, len(answer.body) + more)))
        exchange.close()

    return fault


def trickle(count: int) -> Fault:
    """Send all, so many bytes at a time, with a pause between them."""

    def fault(exchange: Exchange) -> None:
        answer = exchange.ask()
        exchange.send(answer, 0)
        for start in range(0, len(answer.body), count):
            exchange.handler.wfile.write(answer.body[start : start + count])
            exchange.ended.wait(0.001)

    return fault


def status(code: int) -> Fault:
    """Refuse with this status."""
    return lambda exchange: exchange.send(refusal(code))


def says(text: str, kind: str = "text/html") -> Fault:
    """Answer 200 with this text, as a captive portal or a broken gateway does."""
    return lambda exchange: exchange.send(Answer(200, {"Content-Type": kind}, text.encode()))


def whole(exchange: Exchange) -> None:
    """Answer a request for a range with 200 and all of the object."""
    exchange.send(exchange.ask(whole=True))


def flipped(at: int) -> Fault:
    """Send all with one bit changed on the way."""

    def fault(exchange: Exchange) -> None:
        answer = exchange.ask()
        wrong = bytearray(answer.body)
        wrong[at] ^= 1
        exchange.send(replace(answer, body=bytes(wrong)))

    return fault


def garbled(code: int) -> Fault:
    """Refuse with this status, and a body that is JSON but not the store's."""
    return lambda exchange: exchange.send(Answer(code, {"Content-Type": "application/json"}, b'"busy"'))


def held(until: threading.Event) -> Fault:
    """Answer rightly, but not before the event."""

    def fault(exchange: Exchange) -> None:
        while not until.wait(0.05) and not exchange.ended.is_set():
            pass
        exchange.send(exchange.ask())

    return fault
