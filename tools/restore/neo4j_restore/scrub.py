"""Takes secrets and control characters out of text. Every line of the log, and all foreign text, passes through here.

Two rules hide a secret. `learn` takes the values that this process has, and `hide` finds each of them in every usual
encoding. `hide` also finds the usual shapes of keys, for those that were never learned. A hidden value reads as
`[secret]`.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from typing import Final

from neo4j_restore.forms import CERTAIN, forms
from neo4j_restore.secrecy import FIELDS, KEYS, LONE_KEY, is_lone_key, maybe_secret_name

HIDDEN: Final = "[secret]"

# The longest line of the log. A configuration with a mistake in every variable stays below it.
MOST_CHARS: Final = 8000

# Tokens are fetched again each hour. The oldest are forgotten.
_MOST_SECRETS = 500


class Scrubber:
    """The learned secrets, and the texts that would give them away. Several threads may learn and hide at once."""

    def __init__(self) -> None:
        """Begin without secrets."""
        self._learned: dict[str, frozenset[str]] = {}
        self._certain: tuple[str, ...] = ()
        self._short: re.Pattern[str] | None = None
        # For `learn` only. `hide` needs no lock, because what it reads is replaced as a whole.
        self._guard = threading.Lock()

    def learn(self, *secrets: str) -> None:
        """Hide these values from now on. Values shorter than 6 characters are not looked for."""
        with self._guard:
            new = {secret: forms(secret) for secret in secrets if secret not in self._learned}
            if new:
                self._hold({**self._learned, **new})

    def _hold(self, learned: dict[str, frozenset[str]]) -> None:
        self._learned = dict(list(learned.items())[-_MOST_SECRETS:])
        every = frozenset[str]().union(*self._learned.values())
        # Longest first: replacing a part of a secret would leave the rest of it.
        ordered = sorted(every, key=lambda form: (-len(form), form))
        self._certain = tuple(form for form in ordered if len(form) >= CERTAIN)
        short = "|".join(re.escape(form) for form in ordered if len(form) < CERTAIN)
        # Only as a word of its own. Inside a name, such as `example` in `s3.example.com`, it gives nothing away.
        self._short = re.compile(rf"(?<![\w.-])(?:{short})(?![\w-]|\.\w)") if short else None

    def hide(self, text: str) -> str:
        """Return `text` without the learned values."""
        for form in self._certain:
            text = text.replace(form, HIDDEN)
        # Between the values that are hidden already: a password may be the word `secret`.
        if self._short:
            text = HIDDEN.join(self._short.sub(HIDDEN, part) for part in text.split(HIDDEN))
        return self._hide_cut(text)

    def _hide_cut(self, text: str) -> str:
        """Hide the beginning of a secret that is cut off by the end of the text."""
        for form in self._certain:
            start = text.find(form[:CERTAIN], max(0, len(text) - len(form)))
            while start >= 0:
                if form.startswith(text[start:]):
                    return text[:start] + HIDDEN
                start = text.find(form[:CERTAIN], start + 1)
        return text


_scrubber = Scrubber()


def learn(*secrets: str) -> None:
    """Hide these values in everything that is logged from now on. Call it for each key, token or password read."""
    _scrubber.learn(*secrets)


# Keys that were not learned. The first group of each stays.
_SHAPES: Final = (
    # A whole PEM. One that was cut has no end.
    re.compile(r"()-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*-----|\Z)", re.DOTALL),
    # The value behind a word that announces a secret.
    re.compile(rf"""({FIELDS}\\?["']?\s*+[=:]\s*+\\?["']?)(?!\[secret\])[^\s"'&;,<>|}}]++"""),
    # The same in XML, from AWS's token service.
    re.compile(r"(<(?:SecretAccessKey|SessionToken)>)[^<\s]++"),
    re.compile(r"((?i:\b(?:Bearer|Basic))\s++)(?=[\w.~+/=-]{16})[\w.~+/=-]*\d[\w.~+/=-]*+"),
    re.compile(r"((?i:\bSharedKey\s++[a-z0-9]{3,24}:))[\w+/=]++"),
    # A password in a URL.
    re.compile(r"(://[^/\s@:]*+:)[^/\s@]++(?=@)"),
    *(re.compile(f"(){shape}") for shape in KEYS),
)


def hide(text: str) -> str:
    """Return `text` without the learned values, and without anything that looks like a key."""
    text = _scrubber.hide(text)
    for shape in _SHAPES:
        text = shape.sub(rf"\1{HIDDEN}", text)
    return LONE_KEY.sub(lambda word: HIDDEN if is_lone_key(word[0]) else word[0], text)


def clean(text: object, most_chars: int = MOST_CHARS) -> str:
    """Return `text` as one line for a log: no secret, no control character, at most `most_chars`.

    White space becomes one space. Other characters that a terminal would obey, or not show, become escapes such as
    `\\x1b`.
    """
    # More is taken than is kept, because white space shrinks. A secret that is cut off at the end is found as such.
    whole, limit = str(text), max(2 * most_chars, 4000)
    hidden = hide(whole[:limit])
    line = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in " ".join(hidden.split()))
    cut = len(line) > most_chars or len(whole) > limit
    # A value that was cut off is longer once it is hidden.
    return f"{hide(line[: most_chars - 1])[: most_chars - 1]}…" if cut else line


_PLACE = re.compile(r"/|[a-z]+://[^@]*$")

_LOGIN = re.compile(r"://([^/\s@:]*+):(\S*)@")
_OPTION = re.compile(r"""(?i)-D[\w.]*(?:passw|secret|token)[\w.]*=("[^"]*"|'[^']*'|\S+)""")
_PART = re.compile(r"(?i)(?:AccountKey|SharedAccessSignature|Password)=([^;]+)")
_SIGNATURE = re.compile(r"(?:^|[?&])sig=([^&]+)")


def learn_environment(environment: Mapping[str, str]) -> None:
    """Hide the values of variables whose names mark them as secrets, and the passwords in all other variables."""
    for name, text in environment.items():
        value = text.strip()
        learn(*_within(value))
        if maybe_secret_name(name) and not _PLACE.match(value):
            # NEO4J_AUTH is user/password. Hiding all of `neo4j/neo4j` would hide half of all paths.
            password = value.partition("/")[2] if name.upper().endswith("AUTH") else ""
            learn(password or value.lstrip("?"))


def _within(value: str) -> Iterator[str]:
    """Yield the secrets in a URL, in options of Java, in a SAS token or a connection string."""
    if login := _LOGIN.search(value):
        yield login[2]
        # A proxy is sent this in base64.
        yield f"{login[1]}:{login[2]}"
    yield from (option.strip("\"'") for option in _OPTION.findall(value))
    yield from _PART.findall(value)
    yield from _SIGNATURE.findall(value)
