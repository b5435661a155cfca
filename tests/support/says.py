"""What a finished command says: where it is not what a test expects, the test shows all of it."""

import subprocess
from typing import Protocol


class Finished(Protocol):
    """A command that ran in the process of the tests."""

    @property
    def code(self) -> int:
        """Return the exit code."""
        ...

    @property
    def out(self) -> str:
        """Return what it wrote to standard output."""
        ...

    @property
    def err(self) -> str:
        """Return what it wrote to standard error."""
        ...


Done = Finished | subprocess.CompletedProcess[str]
Words = str | tuple[str, ...]


def says(done: Done, code: int, *words: str, printed: Words = (), unsaid: Words = ()) -> None:
    """Assert that a command ended with this exit code, and that standard error has each of these words.

    printed: words of standard output. unsaid: words that standard error does not have.
    """
    __tracebackhide__ = True
    ended, out, err = _outcome(done)
    wrong = [f"exit code {ended}, expected {code}"] if ended != code else []
    wrong += [f"standard error does not say: {each}" for each in words if each not in err]
    wrong += [f"standard output does not say: {each}" for each in _each(printed) if each not in out]
    wrong += [f"standard error should not say: {each}" for each in _each(unsaid) if each in err]
    if wrong:
        raise AssertionError("\n".join([*wrong, f"--- exit code {ended}", "--- stdout", out, "--- stderr", err]))


def _outcome(done: Done) -> tuple[int, str, str]:
    if isinstance(done, subprocess.CompletedProcess):
        return done.returncode, done.stdout or "", done.stderr or ""
    return done.code, done.out, done.err


def _each(words: Words) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else words
