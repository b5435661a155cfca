"""The errors of the commands. `cli` gives them their exit codes, and `console` writes them.

`commands/validating`, `commands/lock` and a few other commands also write the problems of an error themselves.
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final


@dataclass(frozen=True)
class Problem:
    """One mistake that the operator can correct.

    where: the input with the mistake: a flag, or a place in a file. Empty if there is none.
    what: the mistake. hint: how to correct it.
    clusters: the names of the clusters that have the mistake. Empty without a fleet.
    """

    where: str
    what: str
    hint: str
    clusters: tuple[str, ...] = ()


class GeneratorError(Exception):
    """One or more problems, reported together. No text in them ever holds a secret."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *problems: Problem) -> None:
        """Keep the problems in the order in which they are reported."""
        super().__init__("; ".join(f"{problem.where}: {problem.what}" for problem in problems))
        self.problems: Sequence[Problem] = problems


class UsageError(GeneratorError):
    """The command line is wrong. Nothing was done."""

    exit_code = 2


class InputFileError(GeneratorError):
    """An input file is missing, malformed, or asks for something impossible."""


class BucketError(GeneratorError):
    """A bucket can't be read, or does not hold the sets that were asked for."""


class OutputError(GeneratorError):
    """A file could not be written, or is not ours to replace."""


class Interrupted(GeneratorError):
    """The operator pressed Ctrl-C. The problem says how far the work got."""

    exit_code = 130


class RenderError(GeneratorError):
    """A rendered file differs from its scenario, or its chart's schema refuses it. This is our bug."""


# Up to `_LISTED` words are all listed. Of more words, only the first `_FIRST` are.
_LISTED: Final = 100
_FIRST: Final = 5


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """Return `'x' is not known: did you mean 'y'?`, or a list of the allowed words if none of them is similar."""
    words = sorted(allowed)
    similar = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    if similar:
        return f"{word!r} is not known: did you mean {similar[0]!r}?"
    shown = words if len(words) <= _LISTED else [*words[:_FIRST], f"… {len(words)} in all"]
    return f"{word!r} is not known: expected one of {', '.join(shown)}"
