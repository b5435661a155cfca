"""Text as `toyaml` writes maps of maps and texts -> the same, without a YAML parser: ten times as fast.

Whatever is written in another way is left to YAML: then nothing is returned.
"""

import json
import re
from typing import Any, Final

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9./-]*")
_WORDS: Final = re.compile(r"(y|n|yes|no|on|off|true|false|null)", re.IGNORECASE)


class _Otherwise(Exception):
    """The text is not as `toyaml` writes it."""


def parse_blocks(text: str) -> tuple[dict[str, Any], dict[str, int]] | None:
    """Return the map, numbers as texts, and the line of each key of the second level; None for any other text.

    Comments may stand on lines of their own.
    """
    try:
        return _parse(text)
    except _Otherwise:
        return None


def _parse(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    root: dict[str, Any] = {}
    maps, places, known = [root], {}, dict[str, str]()
    for number, line in enumerate(text.splitlines(), 1):
        said = line.lstrip(" ")
        if not said or said[0] == "#":
            continue
        depth, odd = divmod(len(line) - len(said), 2)
        written, rest = _split(said)
        key = known.get(written) or known.setdefault(written, _key(written))
        if odd or depth >= len(maps) or key in maps[depth] or _ends_empty(maps, depth):
            raise _Otherwise
        del maps[depth + 1 :]
        if rest:
            maps[depth][key] = _value(rest)
        else:
            maps[depth][key] = inner = dict[str, Any]()
            maps.append(inner)
        if depth == 1:
            places[key] = number
    if _ends_empty(maps, 0):
        raise _Otherwise
    return root, places


def _ends_empty(maps: list[dict[str, Any]], depth: int) -> bool:
    """Tell whether a line at `depth` leaves a key with nothing below it: to YAML that is no map."""
    return len(maps) > depth + 1 and not maps[-1]


def _split(said: str) -> tuple[str, str]:
    if said[0] == '"':
        end = re.match(r'"(?:[^"\\]|\\.)*"', said)
        written = end[0] if end else ""
    else:
        written = said.partition(":")[0]
    rest = said[len(written) :]
    if not written or not (rest == ":" or rest.startswith(": ")):
        raise _Otherwise
    return written, rest[2:]


def _key(written: str) -> str:
    if written[0] == '"':
        return str(_value(written))
    if not _PLAIN.fullmatch(written) or _WORDS.fullmatch(written):
        raise _Otherwise
    return written


def _value(written: str) -> Any:
    if written == "{}":
        return {}
    inner = written[1:-1]
    if written.isascii() and written.isdecimal():
        return written
    if len(written) < 2 or written[0] != '"' or written[-1] != '"':
        raise _Otherwise
    if "\\" not in inner and '"' not in inner:
        return inner
    try:
        return json.loads(written)
    except ValueError as error:
        raise _Otherwise from error
