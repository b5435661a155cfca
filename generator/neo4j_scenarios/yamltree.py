"""YAML or JSON text -> a tree that knows the place of each key and scalar, and makes no types of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.secrecy import redact

# In C, where PyYAML was built with it: 160,000 events a tenth of a second.
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})

# Nothing of ours nests deeper than 4; the limit is there for texts that are made to hurt.
_DEEPEST: Final = 50

# The longest value of ours, a map of LDAP groups, has a few thousand characters.
MOST_CHARS: Final = 64 * 1024


class Place(NamedTuple):
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Return it as editors and compilers do."""
        return f"{self.file}:{self.line}:{self.column}"


class Text(NamedTuple):
    """A scalar as it stands in the file: `5.26` and `no` are texts too; None for YAML's null."""

    text: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    nodes: Sequence["Node"]
    place: Place


@dataclass(frozen=True, slots=True)
class Map:
    """A map, in the order of the file: the keys' texts, and with each the key's place and its value."""

    entries: Mapping[str, tuple[Place, "Node"]]
    place: Place


Node = Text | Items | Map


def read_tree(path: Path, hint: str) -> Node:
    """Return the tree of a YAML or JSON file in UTF-8; an empty file is a null.

    hint: what to do where the file is not as it should be. Raises InputFileError with all problems but, where the text
    is not YAML at all, the first; no message quotes the text, which may hold a key.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputFileError(Problem(str(path), f"can't be read: {error.strerror}", hint)) from error
    except UnicodeDecodeError as error:
        raise InputFileError(Problem(str(path), "is not UTF-8 text", "save it as UTF-8")) from error
    # JSON may be indented by tabs; in YAML, and so in our parser, blanks alone indent.
    return tree(text.replace("\t", " ") if path.suffix == ".json" else text, str(path), hint)


def tree(text: str, file: str, hint: str) -> Node:
    """Return the tree of `text`, as `read_tree` does; `file` names it in places."""
    reader = _Reader(file, hint)
    try:
        node = reader.document(yaml.parse(text, Loader=_Loader))
    except yaml.YAMLError as error:
        raise InputFileError(not_yaml(file, error, hint)) from error
    if reader.problems:
        raise InputFileError(*reader.problems)
    return node


def not_yaml(file: str, error: yaml.YAMLError, hint: str) -> Problem:
    """Return what is told of a text that is no YAML: where and why, without the line, which may hold a key."""
    mark = getattr(error, "problem_mark", None)
    where = str(Place(file, mark.line + 1, mark.column + 1)) if mark else file
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "it can't be read"
    return Problem(where, f"is not YAML: {reason}", hint)


def too_long(chars: int) -> str:
    """Return what is wrong with a text of so many characters."""
    return f"has {chars:,} characters in one text: {MOST_CHARS:,} is the most"


class _Reader:
    """Builds a tree of a parser's events, and gathers what YAML allows and we do not."""

    def __init__(self, file: str, hint: str) -> None:
        self._file = file
        self._hint = hint
        self._anchors: dict[str, Node | None] = {}  # None: the anchor's node is not complete yet
        self.problems: list[Problem] = []

    def document(self, events: Iterator[Any]) -> Node:
        node: Node = Text(None, Place(self._file, 1, 1))
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                node = self._node(next(events), events, 0) if documents == 1 else node
                if documents == 2:
                    self._complain(event, "is not YAML: but found another document")
                    break
        return node

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if depth > _DEEPEST:
            raise InputFileError(Problem(self._file, "is nested too deeply", self._hint))
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        node = self._made(event, events, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _made(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        if event.tag is not None and event.tag != "!":
            self._complain(event, "has a tag, and nothing here has types", "leave the word with '!' out")
        if isinstance(event, yaml.ScalarEvent):
            if len(event.value) > MOST_CHARS:
                self._complain(event, too_long(len(event.value)), "shorten it")
                return Text(None, self._place(event))
            nothing = event.implicit[0] and event.value in _NOTHING  # without quotes
            return Text(None if nothing else event.value, self._place(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(event, events, depth)
        return self._map(event, events, depth)

    def _items(self, start: Any, events: Iterator[Any], depth: int) -> Items:
        nodes = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            nodes.append(self._node(event, events, depth + 1))
        return Items(nodes, self._place(start))

    def _map(self, start: Any, events: Iterator[Any], depth: int) -> Map:
        entries: dict[str, tuple[Place, Node]] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if not isinstance(key, Text) or key.text is None:
                self._complain(event, "has a list, a map or nothing where a key is expected")
            elif key.text in entries:
                what = f"has {redact(key.text)!r} a second time: the first is at {entries[key.text][0]}"
                self._complain(event, what, "leave one of the two out")
            else:
                entries[key.text] = (key.place, value)
        return Map(entries, self._place(start))

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self._anchors:
            self._complain(event, "is not YAML: found undefined alias")
        elif self._anchors[event.anchor] is None:
            self._complain(event, "stands inside of what it stands for: the anchor loops", "leave the alias out")
        return self._anchors.get(event.anchor) or Text(None, self._place(event))

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self._file, mark.line + 1, mark.column + 1)

    def _complain(self, event: Any, what: str, hint: str = "") -> None:
        self.problems.append(Problem(str(self._place(event)), what, hint or self._hint))
