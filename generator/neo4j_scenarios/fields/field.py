"""One input of a scenario: its name as flag and in scenario.yaml, its meaning, default and rule."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Field(Generic[T_co]):
    """One input.

    key: `--key` on the command line and `key` in scenario.yaml. parse: a rule of `rules`, or one like them.
    example: a text that the rule takes. default: the text where none is given, empty for none.
    shown: the default in words, where it depends on other inputs.
    text: the opposite of parse. switch: on the command line it stands alone, for `true`.
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

    @property
    def default_in_words(self) -> str:
        """What holds where nothing is given."""
        return "required" if self.required else self.shown or self.default or "none"

    @property
    def help(self) -> str:
        """The meaning, with the default at its end."""
        return f"{self.meaning} [{'' if self.required else 'default: '}{self.default_in_words}]"
