"""Wrong inputs as files: `# <- words` is at each line that is wrong, and has words of its message.

Two marks in one line are two problems of it. A mark on a line of its own is about the file as a whole.
"""

import re
from collections.abc import Iterable
from pathlib import Path

MARK = "# <- "
_MESSAGE = re.compile(r"(?:error: )?(?P<file>[^:]+\.yaml)(?::(?P<line>\d+):\d+)?: (?P<message>.*)")


def mistakes(folder: Path) -> list[Path]:
    """Return the wrong inputs of a folder, by name. At least one: no test may run on nothing."""
    return sorted(folder.glob("*.yaml")) or [folder / "missing"]


def compare(path: Path, text: str) -> list[str]:
    """Return how a text of problems differs from the marks of a file: nothing where each mark is told, and no more.

    text: a problem a line, as `validate` writes it. Other lines, such as hints, do not count.
    """
    text = text.replace(f"{path.parent}/", "")
    messages = [_place(match) for line in text.splitlines() if (match := _MESSAGE.match(line))]
    marks = list(_marks(path))
    missing = [f"not told at line {line}: {words}" for line, words in marks if not _has(messages, line, words)]
    return missing + [
        f"told without a mark at line {line}: {message}"
        for line, message in messages
        if not any(line == at and words in message for at, words in marks)
    ]


def _place(match: re.Match[str]) -> tuple[int, str]:
    return int(match["line"] or 0), match["message"]


def _has(messages: Iterable[tuple[int, str]], line: int, words: str) -> bool:
    return any(line == at and words in message for at, message in messages)


def _marks(path: Path) -> Iterable[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        before, *words = line.split(MARK)
        yield from ((number if before.strip() else 0, each.strip()) for each in words)
