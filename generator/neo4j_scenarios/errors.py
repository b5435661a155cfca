"""What an operator can meet at the command line; only `cli` turns them into text and exit codes."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final


@dataclass(frozen=True)
class Problem:
    """One thing to correct: at which input (a flag, a place in a file; empty for none), what is wrong, what to do.

    clusters: the names of those of a fleet that it is a problem of; empty where there is no fleet.
    """

    where: str
    what: str
    hint: str
    clusters: tuple[str, ...] = ()


class GeneratorError(Exception):
    """One or more problems, told together. None of them ever holds a secret."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *problems: Problem) -> None:
        """Keep the problems in the order in which they are told."""
        super().__init__("; ".join(f"{problem.where}: {problem.what}" for problem in problems))
        self.problems: Sequence[Problem] = problems


class UsageError(GeneratorError):
    """The command was given what it does not take; nothing was done."""

    exit_code = 2


class InputFileError(GeneratorError):
    """A file that was read is missing, malformed, or asks for what can't be."""


class BucketError(GeneratorError):
    """Buckets that can't be read, or whose sets are not such as were asked for."""


class OutputError(GeneratorError):
    """A file could not be written, or is not ours to replace."""


class Interrupted(GeneratorError):
    """The operator pressed Ctrl-C; says what was done by then."""

    exit_code = 130


class RenderError(GeneratorError):
    """The text that a template gave is not what the scenario asked for, or not what its chart takes: our bug."""


# As many words are listed; of more, the first.
_LISTED: Final = 100
_FIRST: Final = 5


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `'x' is not known; did you mean 'y'?`, with all that are known where none is near."""
    words = sorted(known)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    if near:
        return f"{word!r} is not known; did you mean {near[0]!r}?"
    shown = words if len(words) <= _LISTED else [*words[:_FIRST], f"… {len(words)} in all"]
    return f"{word!r} is not known: expected one of {', '.join(shown)}"
