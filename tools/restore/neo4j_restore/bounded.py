"""Parses JSON from outside: bounded in bytes and in depth, and with one kind of error."""

import json
import math
import re
from typing import Any, NoReturn

# Python objects take up to 25 times the bytes of a text of tiny lists: at most 100 MiB for this size.
MOST_BYTES = 4 * 1024 * 1024

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_json(data: bytes, *, most_bytes: int = MOST_BYTES) -> Any:
    """Return the value that the JSON text `data` holds. The caller still has to check its shape and types.

    Raises ValueError, and nothing else, for anything unusable: more than `most_bytes`, an encoding other than UTF-8,
    text that is not JSON, NaN or infinity, nesting too deep for Python, text that can't be printed.
    """
    if len(data) > most_bytes:
        message = f"it has more than {most_bytes} bytes"
        raise ValueError(message)
    try:
        value = json.loads(data.decode(), parse_constant=_refuse_constant, parse_float=_finite)
        if _SURROGATE.search(data):
            # Half a surrogate pair would fail later, wherever it is printed.
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        message = "it is nested too deeply"
        raise ValueError(message) from error
    return value


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        message = f"it has the number {text[:20]}"
        raise ValueError(message)
    return number


def _refuse_constant(name: str) -> NoReturn:
    message = f"it has the number {name}"
    raise ValueError(message)
