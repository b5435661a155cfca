"""Reads YAML or JSON as a tree that knows the place of each key and scalar. Every scalar stays a text.

`located` gives values files the types that Helm gives them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from neo4j_restore.secrecy import redact
from neo4j_scenarios.errors import InputFileError, Problem

# The loader in C, if PyYAML was built with it. It reads 160,000 events in a tenth of a second.
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# The tags that a scalar of a values file may have. Helm knows no others.
_TAGS: Final = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp"))
_LIST: Final = "tag:yaml.org,2002:seq"
_MAP: Final = "tag:yaml.org,2002:map"

_MERGE: Final = "<<"

_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})

# Our files nest at most 4 deep. The limit is for texts that are made to do harm.
_DEEPEST: Final = 50

# The longest value of ours, a map of LDAP groups, has a few thousand characters.
MOST_CHARS: Final = 64 * 1024


class Place(NamedTuple):
    """A place in a file. Line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Return it in the form of editors and compilers: `file:line:column`."""
        return f"{self.file}:{self.line}:{self.column}"


class Text(NamedTuple):
    """A scalar as it stands in the file. `5.26` and `no` are texts too. Only YAML's null is None.

    plain: it has no quotes, so an input with types takes `5.26` for a number.
    tag: the tag in the file, which only a value may have.
    """

    text: str | None
    place: Place
    plain: bool = False
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    nodes: Sequence["Node"]
    place: Place


@dataclass(frozen=True, slots=True)
class Map:
    """A map, in the order of the file. Each key has its place and its value.

    merged: the nodes of its keys `<<`, which only values may have.
    """

    entries: Mapping[str, tuple[Place, "Node"]]
    place: Place
    merged: Sequence["Node"] = ()


Node = Text | Items | Map


def read_tree(path: Path, hint: str) -> Node:
    """Return the tree of a YAML or JSON file in UTF-8. An empty file is a null.

    hint: for problems of the file's form. Raises InputFileError with all problems, or with the first one if the text is
    not YAML at all. No message quotes the text, because it may hold a key.
    """
    return tree(read_text(path, hint), str(path), hint)


def read_text(path: Path, hint: str) -> str:
    """Return the text of a YAML or JSON file in UTF-8. Raises InputFileError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputFileError(Problem(str(path), f"can't be read: {error.strerror}", hint)) from error
    except UnicodeDecodeError as error:
        raise InputFileError(Problem(str(path), "is not UTF-8 text", "save it as UTF-8")) from error
    # JSON may be indented by tabs. YAML, and so our parser, only allows blanks.
    return text.replace("\t", " ") if path.suffix == ".json" else text


def tree(text: str, file: str, hint: str, *, values: bool = False) -> Node:
    """Return the tree of `text`, as `read_tree` does. file: the name that places show.

    values: it is a values file of Helm. Its scalars may have tags and any length, and its maps may be merged by `<<`.
    """
    reader = _Reader(file, hint, values)
    try:
        node = reader.document(yaml.parse(text, Loader=_Loader))
    except yaml.YAMLError as error:
        raise InputFileError(_not_yaml(file, error, hint)) from error
    if reader.problems:
        raise InputFileError(*reader.problems)
    return node


def _not_yaml(file: str, error: yaml.YAMLError, hint: str) -> Problem:
    """Return the problem of a text that is not YAML: where and why. The line is left out, because it may hold a key."""
    mark = getattr(error, "problem_mark", None)
    where = str(Place(file, mark.line + 1, mark.column + 1)) if mark else file
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "it can't be read"
    return Problem(where, f"is not YAML: {reason}", hint)


def too_long(chars: int) -> str:
    """Return the message about a text of too many characters."""
    return f"has a text of {chars:,} characters, but {MOST_CHARS:,} is the most"


class _Reader:
    """Builds a tree of a parser's events, and collects problems: YAML allows more than we do."""

    def __init__(self, file: str, hint: str, values: bool) -> None:
        self._file = file
        self._hint = hint
        self._values = values
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
                    self._complain(event, "begins a second YAML document, but only one is allowed")
                    break
        return node

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if depth > _DEEPEST:
            raise InputFileError(Problem(self._file, "is nested too deeply", self._hint))
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        node = self._build(event, events, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _build(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        if event.tag is not None and event.tag != "!":
            self._check_tag(event)
        if isinstance(event, yaml.ScalarEvent):
            if len(event.value) > MOST_CHARS and not self._values:
                self._complain(event, too_long(len(event.value)), "shorten it")
                return Text(None, self._place(event))
            nothing = event.implicit[0] and event.value in _NOTHING  # without quotes
            text = None if nothing else event.value
            return Text(text, self._place(event), event.implicit[0], event.tag or "")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(event, events, depth)
        return self._map(event, events, depth)

    def _check_tag(self, event: Any) -> None:
        if not self._values:
            self._complain(event, "has a tag, but every value here is a text", "remove the word with '!'")
            return
        is_list, is_map = (isinstance(event, kind) for kind in (yaml.SequenceStartEvent, yaml.MappingStartEvent))
        allowed = {_LIST} if is_list else {_MAP} if is_map else _TAGS
        if event.tag not in allowed:
            self._complain(event, "has a tag, which Helm does not know", "remove the word with '!'")

    def _items(self, start: Any, events: Iterator[Any], depth: int) -> Items:
        nodes = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            nodes.append(self._node(event, events, depth + 1))
        return Items(nodes, self._place(start))

    def _map(self, start: Any, events: Iterator[Any], depth: int) -> Map:
        entries: dict[str, tuple[Place, Node]] = {}
        merged: Sequence[Node] = ()
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if not isinstance(key, Text) or key.text is None:
                self._complain(event, "has a list, a map or null as a key")
            elif self._values and key.plain and key.text == _MERGE:
                merged = (*merged, value)
            elif key.text in entries:
                message = f"has {redact(key.text)!r} twice: the first is at {entries[key.text][0]}"
                self._complain(event, message, "remove one of the two")
            else:
                entries[key.text] = (key.place, value)
        return Map(entries, self._place(start), merged)

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self._anchors:
            self._complain(event, "is an alias without an anchor")
        elif self._anchors[event.anchor] is None:
            self._complain(event, "is an alias inside its own anchor, which is a loop", "remove the alias")
        return self._anchors.get(event.anchor) or Text(None, self._place(event))

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self._file, mark.line + 1, mark.column + 1)

    def _complain(self, event: Any, what: str, hint: str = "") -> None:
        self.problems.append(Problem(str(self._place(event)), what, hint or self._hint))
