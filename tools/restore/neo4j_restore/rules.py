"""The rules of texts. Each takes a text and returns its value, or raises Invalid with the text and what is expected.

Standard library only: the generator imports this module for every command.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Final, Generic, TypeVar

from neo4j_restore.secrecy import looks_like_key

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


class Invalid(ValueError):
    """A word that the vocabulary does not allow. The message says what was found and what is expected."""


# Compared by identity, as functions are: a rule may hold a value that can't be hashed.
@dataclass(frozen=True, eq=False)
class Choice(Generic[T]):
    """A rule that takes the words of a mapping, and gives their values. any_case: it takes `True` for `true`."""

    words: Mapping[str, T]
    any_case: bool = False

    def __call__(self, text: str) -> T:
        """Return the value of a word."""
        word = text.lower() if self.any_case else text
        if word not in self.words:
            message = f"{text!r} is not one of {', '.join(self.words)}"
            raise Invalid(message)
        return self.words[word]


@dataclass(frozen=True, eq=False)
class Matching:
    """A rule that takes texts of a pattern as they are. expected: completes the message `… is not`."""

    pattern: str
    expected: str

    def __call__(self, text: str) -> str:
        """Return the text."""
        if not re.fullmatch(self.pattern, text):
            message = f"{text!r} is not {self.expected}"
            raise Invalid(message)
        return text


def word(words: Mapping[str, T]) -> Choice[T]:
    """Return a rule that takes the words of a mapping in any case."""
    return Choice(words, any_case=True)


def one_of(words: Iterable[Word]) -> Choice[Word]:
    """Return a rule that takes the words of an enumeration in any case."""
    return word({each.value: each for each in words})


TRUTH: Final = word({"true": True, "false": False})

RESTORE_ID: Final = Matching(
    r"[A-Za-z0-9][A-Za-z0-9:._+-]{0,99}", "a name for a request (letters, digits and ':._+-', 100 at most)"
)

HEAP_SIZE: Final = Matching(r"[1-9][0-9]*[kKmMgG]", "a heap size such as 512m or 2g")

# Source: Kubernetes documentation, "Object Names and IDs".
SECRET_NAME: Final = Matching(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", "the name of a Secret"
)

REGION: Final = Matching(r"[a-z0-9][a-z0-9-]{0,62}", "a region such as eu-central-1")

VOLUME: Final = Matching(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,511}", "the name of a volume: letters, digits and ._:/-")
PROJECT: Final = Matching(r"[a-z][a-z0-9:.-]{4,61}[a-z0-9]", "the id of a Google project to bill")

URL: Final = Matching(
    r"https?://([^\s@:/?#\[\]]+|\[[0-9A-Fa-f:.]+\])(:[0-9]*)?(/[^\s@?#]*)?",
    "a URL such as http://gcs:9023, without user, password and query",
)

LARGEST_PORT: Final = 65535

_SECONDS: Final = Matching(r"[0-9]{1,6}(\.[0-9]{1,3})?", "a number of seconds")


def seconds(text: str) -> float:
    """Return a number of seconds, with up to three digits behind the point."""
    return float(_SECONDS(text))


def positive_seconds(text: str) -> float:
    """Return a number of seconds that is more than 0."""
    number = seconds(text)
    if not number:
        message = f"{text!r} must be more than 0 seconds"
        raise Invalid(message)
    return number


def count(most: int, what: str) -> Callable[[str], int]:
    """Return a rule that takes whole numbers from 1 to `most`. what: the things that are counted."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[1-9][0-9]{0,8}", text) or int(text) > most:
            message = f"{text!r} is not a number of {what} from 1 to {most}"
            raise Invalid(message)
        return int(text)

    return parse


def folder(text: str) -> str:
    """Return a relative path without leading and trailing slashes."""
    parts = [part for part in text.split("/") if part not in {"", "."}]
    if ".." in parts or not parts:
        message = f"{text!r} is not a folder inside the archive: it is empty or has a '..'"
        raise Invalid(message)
    return "/".join(parts)


def path(text: str) -> Path:
    """Return an absolute path without `..`."""
    if not PurePosixPath(text).is_absolute() or ".." in PurePosixPath(text).parts:
        message = f"{text!r} is not an absolute path without '..'"
        raise Invalid(message)
    return Path(text)


def key_path(text: str) -> Path:
    """Return the path of a key file. The message never repeats the text: some operators put the key itself there."""
    if not PurePosixPath(text).is_absolute() or len(text) > 1000 or "\n" in text or looks_like_key(text):
        message = "it is not an absolute path: set it to the path of the key file, never to the key itself"
        raise Invalid(message)
    return Path(text)


def url(text: str) -> str:
    """Return the URL of a server, without a slash at its end."""
    if "@" in text:
        message = "it has an '@': write only the host. User and password belong in CREDENTIALS_FILE"
        raise Invalid(message)
    return with_port(URL(text)).rstrip("/")


def with_port(text: str) -> str:
    """Return a URL as it is. Raises Invalid if it has a port that no server can have: clients take it modulo 65536."""
    host = text.partition("://")[2].partition("/")[0].rpartition("]")[2]
    _, colon, port = host.partition(":")
    if colon and not (re.fullmatch(r"[1-9][0-9]{0,4}", port) and int(port) <= LARGEST_PORT):
        message = f"{text!r} has the port {port!r}, expected a number from 1 to {LARGEST_PORT}"
        raise Invalid(message)
    return text


def patterns(text: str) -> tuple[str, ...]:
    """Return the comma-separated patterns of objects. An empty one is refused, and one for everything too."""
    listed = tuple(part.strip().lstrip("/") for part in text.split(","))
    if not all(listed) or any(ord(char) < 32 for char in text):
        message = f"{text!r} has an empty pattern: expected patterns with commas between them, such as 'old/*,*-test*'"
        raise Invalid(message)
    if any(set(pattern) <= {"*", "?", "/"} for pattern in listed):
        message = f"{text!r} would ignore every object"
        raise Invalid(message)
    return listed
