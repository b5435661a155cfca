"""Writes a text to a file: completely or not at all, and never over a file that is not ours."""

import os
import re
from pathlib import Path
from typing import Final, Literal

from neo4j_scenarios.errors import OutputError, Problem

# The first words of every file of ours, in a comment.
WORDS: Final = "Written by neo4j-scenarios"
MARK: Final = f"# {WORDS}"

_ANOTHER: Final = "name another file, or replace this one with --force"


def write(
    path: Path, text: str, *, mode: int = 0o666, force: bool = False, mark: str = MARK
) -> Literal["written", "unchanged"]:
    """Write `text` to `path` if it differs, through a temporary file beside it, fsync and rename.

    mode: the permissions, reduced by the umask and by those of an existing file.
    force: also replace a file that does not begin with `mark`, or that is another kind of file of ours.
    Links are followed. Raises OutputError, and then leaves `path` as it was.
    """
    try:
        real = Path(os.path.realpath(path))
        if real.exists() or real.is_symlink():  # a path that is still a link here is a loop of links
            content = _content(path)
            mode, present = mode & path.stat().st_mode, path.stat().st_mode & 0o777
            if says(content, text) and mode == present:
                return "unchanged"
            _refuse_foreign(path, content, text, force, mark)
        _replace(real, text.encode(), mode)
    except OSError as error:
        raise OutputError(_problem(path, f"can't be written: {error.strerror}")) from error
    return "written"


def difference(path: Path, text: str) -> Literal["missing", "stale"] | None:
    """Return how the file at `path` differs from `text`, or None if it does not. Raises OutputError."""
    try:
        if not path.exists():
            return "missing"
        return None if says(_content(path), text) else "stale"
    except OSError as error:
        raise OutputError(_problem(path, f"can't be read: {error.strerror}")) from error


def is_ours(start: bytes, mark: str = MARK) -> bool:
    """Return whether a file that begins with `start` is ours. A script has `mark` on its second line.

    A comment of Cypher begins with two slashes in place of `#`.
    """
    if start.startswith(b"#!"):
        start = start.partition(b"\n")[2]
    return start.removeprefix(b"//").removeprefix(b"#").startswith(mark.removeprefix("#").encode())


def says(content: bytes, text: str) -> bool:
    """Return whether a file's content is `text`. CR LF counts as LF, because Git on Windows may have changed it."""
    return content == text.encode() or content.replace(b"\r\n", b"\n") == text.encode()


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise OutputError(_problem(path, "is not a regular file"))
    return path.read_bytes()


def _kind(content: bytes) -> str:
    """Return the kind of a file of ours, by the word after `MARK`: a lock, a secret, or without one a values file."""
    found = re.match(rf"{MARK} (\w+)".encode(), content)
    return found[1].decode() if found else "values file"


def _refuse_foreign(path: Path, content: bytes, text: str, force: bool, mark: str) -> None:
    if not force and not is_ours(content, mark):
        message = f"was not written by neo4j-scenarios: it does not begin with {mark!r}"
        raise OutputError(Problem(str(path), message, _ANOTHER))
    old, new = _kind(content), _kind(text.encode())
    if not force and old != new:
        raise OutputError(Problem(str(path), f"is a {old} of neo4j-scenarios, but the output is a {new}", _ANOTHER))


def _replace(path: Path, content: bytes, mode: int) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _problem(path: Path, what: str) -> Problem:
    return Problem(str(path), what, "name a file in a writable folder with enough free space")
