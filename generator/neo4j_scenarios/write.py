"""Text -> file: whole or not at all, and never over a file that is not ours."""

import os
import re
from pathlib import Path
from typing import Final, Literal

from neo4j_scenarios.errors import OutputError, Problem

# The first words of every file of ours.
MARK: Final = "# Written by neo4j-scenarios"

_ANOTHER: Final = "name another file, or replace this one with --force"


def write(
    path: Path, text: str, *, mode: int = 0o666, force: bool = False, mark: str = MARK
) -> Literal["written", "unchanged"]:
    """Write `text` to `path`, unless that is what it holds: by a temporary file beside it, fsync and rename.

    mode: the most that others may do, less the umask. force: replace a file that does not begin with `mark`,
    or is another kind of file of ours.
    Links are followed. Raises OutputError; `path` is then as it was.
    """
    try:
        real = Path(os.path.realpath(path))
        if real.exists() or real.is_symlink():  # still a link: one that goes in circles
            held = _held(path)
            mode, present = mode & path.stat().st_mode, path.stat().st_mode & 0o777
            if says(held, text) and mode == present:
                return "unchanged"
            _refuse_foreign(path, held, text, force, mark)
        _replace(real, text.encode(), mode)
    except OSError as error:
        raise OutputError(_problem(path, f"can't be written: {error.strerror}")) from error
    return "written"


def difference(path: Path, text: str) -> Literal["missing", "stale"] | None:
    """Return in what way `path` is not `text`; None if it is. Raises OutputError where that can't be known."""
    try:
        if not path.exists():
            return "missing"
        return None if says(_held(path), text) else "stale"
    except OSError as error:
        raise OutputError(_problem(path, f"can't be read: {error.strerror}")) from error


def is_ours(held: bytes, mark: str = MARK) -> bool:
    """Return whether a file that begins with `held` is ours; a script has `mark` behind its first line."""
    if held.startswith(b"#!"):
        held = held.partition(b"\n")[2]
    return held.startswith(mark.encode())


def says(held: bytes, text: str) -> bool:
    """Return whether a file that holds `held` says `text`; CR LF counts as the line feed that Git made it from."""
    return held == text.encode() or held.replace(b"\r\n", b"\n") == text.encode()


def _held(path: Path) -> bytes:
    if not path.is_file():
        raise OutputError(_problem(path, "is not a regular file"))
    return path.read_bytes()


def _kind(held: bytes) -> str:
    """Return what a file of ours is, by the word behind `MARK`: a lock, a secret, or a values file for none."""
    found = re.match(rf"{MARK} (\w+)".encode(), held)
    return found[1].decode() if found else "values file"


def _refuse_foreign(path: Path, held: bytes, text: str, force: bool, mark: str) -> None:
    if not force and not is_ours(held, mark):
        what = f"was not written by neo4j-scenarios: it does not begin with {mark!r}"
        raise OutputError(Problem(str(path), what, _ANOTHER))
    there, new = _kind(held), _kind(text.encode())
    if not force and there != new:
        raise OutputError(
            Problem(str(path), f"is a {there} of neo4j-scenarios, and a {new} is to be written", _ANOTHER)
        )


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
    return Problem(str(path), what, "name a file in a folder that is there, may be written to, and has room")
