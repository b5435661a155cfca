"""What neo4j-admin says about a store: the output of `store-info` and of `database info`. Pure.

From 4.2 on it is JSON on one line, among lines of Java. Earlier versions print lines such as `Store format version:
v0.A.8`, and nothing about transactions. Seen with 3.3.5, 4.4.48, 5.26.30 and 2026.08.1.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from neo4j_restore import bounded

# The JSON of one database has about 250 bytes.
_MOST_BYTES: Final = 4096

# Names and versions of formats, and names of databases.
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

_NUMBER: Final = re.compile(r"\d{1,19}")

# The lines of text that say the same as the fields of the JSON.
_LINES: Final = {
    "storeFormat": re.compile(r"^Store format version:\s*(\S+)", re.MULTILINE),
    "storeFormatIntroduced": re.compile(r"^Store format introduced in:\s*(\S+)", re.MULTILINE),
    "storeFormatSuperseded": re.compile(r"^Store format superseded in:\s*(\S+)", re.MULTILINE),
}


@dataclass(frozen=True)
class StoreInfo:
    """What a store is. A field is None where this version of neo4j-admin does not say.

    store_format: as Neo4j writes it, such as `record-aligned-1.1`, or `AF4.3.0` before 5. superseded: the version of
    Neo4j that replaced this format. last_transaction: the last one that was committed.
    recovery_needed: whether Neo4j has to recover it when it starts. Then the last transaction is not certain.
    """

    store_format: str
    introduced: str | None = None
    superseded: str | None = None
    database: str | None = None
    last_transaction: int | None = None
    recovery_needed: bool | None = None

    @property
    def is_block(self) -> bool:
        """Tell whether it has the block format."""
        return self.store_format.startswith("block")

    def __str__(self) -> str:
        """Return it in words."""
        parts = [self.store_format]
        if self.last_transaction is not None:
            parts.append(f"last transaction {self.last_transaction}")
        if self.recovery_needed:
            parts.append("needs a recovery, which Neo4j does when it starts")
        return ", ".join(parts)


def parse(lines: Sequence[str]) -> StoreInfo:
    """Return what the output says about the store of one database. Raises ValueError where it does not say it."""
    fields = _of_json(lines) or _of_text("\n".join(lines))
    return StoreInfo(
        _required(fields, "storeFormat"),
        _word(fields, "storeFormatIntroduced"),
        _word(fields, "storeFormatSuperseded"),
        _word(fields, "databaseName"),
        _number(fields, "lastCommittedTransaction"),
        _truth(fields, "recoveryRequired"),
    )


def _of_json(lines: Sequence[str]) -> Mapping[str, Any]:
    """Return the object on the last line that has one, or an empty one."""
    for line in reversed(lines):
        start, end = line.find("{"), line.rfind("}")
        if 0 <= start < end:
            try:
                value = bounded.parse_json(line[start : end + 1].encode(), most_bytes=_MOST_BYTES)
            except ValueError:
                continue
            if isinstance(value, dict) and "storeFormat" in value:
                return value
    return {}


def _of_text(text: str) -> Mapping[str, Any]:
    matches = {name: pattern.search(text) for name, pattern in _LINES.items()}
    return {name: match[1] for name, match in matches.items() if match}


def _required(fields: Mapping[str, Any], name: str) -> str:
    word = _word(fields, name)
    if word is None:
        message = f"it does not have the {name}"
        raise ValueError(message)
    return word


def _word(fields: Mapping[str, Any], name: str) -> str | None:
    return _matching(fields, name, _WORD)


def _number(fields: Mapping[str, Any], name: str) -> int | None:
    number = _matching(fields, name, _NUMBER)
    return None if number is None else int(number)


def _truth(fields: Mapping[str, Any], name: str) -> bool | None:
    word = _matching(fields, name, re.compile("true|false"))
    return None if word is None else word == "true"


def _matching(fields: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str | None:
    """Return the value of a field as text, or None where it is missing or null. Raises ValueError for another form."""
    value = fields.get(name)
    if value is None:
        return None
    # These versions write all values as texts. A later one may write numbers and truth values as such.
    text = str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else value
    if not isinstance(text, str) or not pattern.fullmatch(text):
        message = f"its {name} is {str(value)[:40]!r}"
        raise ValueError(message)
    return text
