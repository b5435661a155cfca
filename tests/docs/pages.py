"""Reads the project's Markdown: pages, their links and headings, and the shell commands in their blocks of code."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Where no page of ours is: what is hidden, installed or built.
_NOT_OURS = re.compile(r"(^|/)(\.[^/]+|build|dist|node_modules)/")

PAGES = sorted(path for path in ROOT.rglob("*.md") if not _NOT_OURS.search(str(path.relative_to(ROOT))))


def name(page: Path) -> str:
    """Return how a page is called in a test's name."""
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    """Return a page without its blocks and words of code."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^    .*$", "", text, flags=re.MULTILINE))


def links(page: Path) -> list[str]:
    """Return the targets of a page's links, those to other hosts left out."""
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def anchors(page: Path) -> set[str]:
    """Return the names by which a page's headings are linked to."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def blocks(page: Path, language: str = "") -> Iterator[str]:
    """Yield a page's blocks of code: fenced as `language`, or without one those of a shell and the indented ones."""
    text = page.read_text(encoding="utf-8")
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    yield from (code for of, code in fenced if of in ({language} if language else {"", "sh", "bash"}))
    if not language:
        rest = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        yield from (re.sub(r"^    ", "", code, flags=re.M) for code in re.findall(r"(?:^    .*\n)+", rest, re.M))


def commands(page: Path, *programs: str) -> list[list[str]]:
    """Return the commands of some programs in a page's blocks, in order, each without what it is piped into."""
    lines = [line for code in blocks(page) for line in code.replace("\\\n", " ").splitlines()]
    lines_of_words = [_words(line) for line in lines if line.split(" ")[0] in programs]
    return [words for words in lines_of_words if words]


def _words(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    for word in lexer:
        if set(word) <= set("|&;<>"):
            break
        words.append(word)
    return words
