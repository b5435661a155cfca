"""Splits a Cypher script from outside into statements, each a list of tokens. Pure.

A statement is sent to the server as its tokens with blanks between them. So the server reads what was judged here: no
comment, no odd line break and no escape can hide a second meaning.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# A script has some lines for each role and user.
MOST_BYTES: Final = 4 * 1024 * 1024
MOST_STATEMENTS: Final = 10_000


class Kind(StrEnum):
    """What a token is. NAME: in backticks. TEXT: in quotes."""

    NAME = "name"
    TEXT = "text"
    PARAMETER = "parameter"
    WORD = "word"
    NUMBER = "number"
    SYMBOL = "symbol"


# Quantifiers are possessive, so that no script takes long.
_TOKEN: Final = re.compile(
    r"(?P<space>\s++|//[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)"
    r"|(?P<name>`(?:[^`]|``)*+`)"
    r"|(?P<text>'(?:[^'\\]|\\.)*+'|\"(?:[^\"\\]|\\.)*+\")"
    r"|(?P<parameter>\$\w++)"
    r"|(?P<word>[^\W\d]\w*+)"
    r"|(?P<number>\d++(?:\.\d++)?)"
    r"|(?P<symbol><>|<=|>=|=~|[(){}\[\]*,.:;=<>+/%^|&!-])",
    re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """One token, as the script writes it."""

    kind: Kind
    source: str

    @property
    def upper(self) -> str:
        """Return a word in upper case. Any other token stays as it is."""
        return self.source.upper() if self.kind is Kind.WORD else self.source

    @property
    def name(self) -> str:
        """Return the name that a word or a token in backticks stands for."""
        return self.source[1:-1].replace("``", "`") if self.kind is Kind.NAME else self.source


Statement = tuple[Token, ...]


def quoted(name: str) -> str:
    """Return a name in backticks, for a place where Cypher takes no parameter."""
    return f"`{name.replace('`', '``')}`"


def statements(script: str) -> Iterator[tuple[int, Statement]]:
    """Yield each statement with the number of its first line. Empty ones are left out.

    Raises ValueError for text that is not Cypher, and for more statements than MOST_STATEMENTS.
    """
    # Cypher 5 replaces such an escape before it looks for quotes and backticks. Its character could end them.
    if escape := re.search(r"\\u", script, re.IGNORECASE):
        message = f"line {_line(script, escape.start())} has the escape {escape[0]!r} of a character"
        raise ValueError(message)
    tokens: list[Token] = []
    count, start, counted, line = 0, 0, 0, 1
    for position, token in _tokens(script):
        if token is not None and token.source != ";":
            start = start if tokens else position
            tokens.append(token)
        elif tokens:
            count += 1
            if count > MOST_STATEMENTS:
                message = f"it has more than {MOST_STATEMENTS} statements"
                raise ValueError(message)
            # From the statement before, or the time would grow with the square of the script.
            line += script.count("\n", counted, start)
            counted = start
            yield line, tuple(tokens)
            tokens = []


def _tokens(script: str) -> Iterator[tuple[int, Token | None]]:
    """Yield the tokens with their positions, and None at the end."""
    position = 0
    while position < len(script):
        found = _TOKEN.match(script, position)
        if not found:
            message = f"line {_line(script, position)} has an unexpected {script[position]!r}"
            raise ValueError(message)
        if found.lastgroup != "space":
            yield position, Token(Kind(found.lastgroup or ""), found[0])
        position = found.end()
    yield position, None


def _line(script: str, position: int) -> int:
    return script.count("\n", 0, position) + 1
