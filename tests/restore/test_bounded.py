"""JSON of strangers is parsed within bounds, or refused with a ValueError and never with another error."""

import json
import subprocess
import sys

import pytest

from neo4j_restore import bounded

REFUSED = {
    "nothing": b"",
    "no JSON": b"{",
    "deep lists": b"[" * 50_000,
    "deep objects": b'{"a":' * 50_000,
    "deep and closed": b"[" * 50_000 + b"]" * 50_000,
    "no UTF-8": b'"\xff"',
    "UTF-16": '"text"'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "half a surrogate pair": b'{"name": "\\uD800"}',
    "a number without end": b"1" * 5_000,
    "no number": b"NaN",
    "infinity": b"[-Infinity]",
    "too large": b'"' + b"a" * bounded.MOST_BYTES + b'"',
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_can_not_be_used_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own
        bounded.parse_json(data)


@pytest.mark.parametrize("value", [None, 7, "naïve \U0001f600", [1, [2.5]], {"a": {"b": [True]}}])
def test_json_is_parsed(value: object) -> None:
    assert bounded.parse_json(json.dumps(value).encode()) == value


_PARSE = """
import re
from neo4j_restore import bounded
bounded.parse_json(b"[" + b"[]," * (bounded.MOST_BYTES // 3 - 2) + b"[]]")
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""


def test_the_worst_text_takes_less_than_160_mib() -> None:
    done = subprocess.run([sys.executable, "-c", _PARSE], capture_output=True, text=True, check=True)
    assert 80 < int(done.stdout) < 160
