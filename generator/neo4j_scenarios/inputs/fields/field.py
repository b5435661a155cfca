"""One input of a scenario: its name as flag and in scenario.yaml, its meaning, default and rule."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# Compared by identity: there is one object for each input. It is the key of maps that are made for each cluster of a
# fleet, and a hash of all its attributes would be slow.
@dataclass(frozen=True, eq=False)
class Field(Generic[T_co]):
    """One input.

    key: `--key` on the command line and `key` in scenario.yaml.
    parse: a rule of `rules`, or a similar function.
    example: a text that the rule takes.
    default: the text if the input is not set. Empty means no default.
    shown: the default in words, if it depends on other inputs.
    text: the opposite of parse.
    switch: whether the flag has no value on the command line and means `true`.
    rare: whether values files have it only if it differs from its default. Its key in our chart, its variable and its
    note are made of its own name and meaning.
    """

    key: str
    meaning: str
    parse: Callable[[str], T_co]
    example: str
    default: str = ""
    shown: str = ""
    required: bool = False
    text: Callable[[Any], str] = _text
    switch: bool = False
    rare: bool = False

    @property
    def default_in_words(self) -> str:
        """The value of an input that is not set, in words."""
        return "required" if self.required else self.shown or self.default or "none"

    @property
    def variable(self) -> str:
        """The variable of the restore container, for an input that has the same name."""
        return self.key.upper().replace("-", "_")

    @property
    def value_key(self) -> str:
        """The key in our chart's values, for an input that has the same name."""
        first, *rest = self.key.split("-")
        return first + "".join(word.capitalize() for word in rest)

    @property
    def help(self) -> str:
        """The meaning, with the default at its end."""
        return f"{self.meaning} [{'' if self.required else 'default: '}{self.default_in_words}]"
