"""Reads a values file: its data, with the types that Helm gives it, and the place of each key and item."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from neo4j_restore.secrecy import redact
from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.yaml.tree import Place, not_yaml

# Keys and indices from the top: ("core", "initContainers", 0, "image").
Steps = tuple[str | int, ...]

_HINT: Final = "name a values file for `helm install -f`"
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Aliases can make a huge tree of a small file. No values file that a person wrote comes near this limit.
_LARGEST: Final = 200_000

# Helm reads a time as a text. PyYAML would make a datetime of it.
_TIME: Final = "tag:yaml.org,2002:timestamp"
_MERGE: Final = "tag:yaml.org,2002:merge"
_PLAIN: Final = ("tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")


@dataclass(frozen=True)
class Located:
    """The data of a file, or of several merged files, and the place of each key (of maps) and each item (of lists).

    comment: the comment lines at the top of the file, without `#`. In our files, they name the command that wrote it.
    files: the names of all files, in the order of `helm -f`. `file` is the first one.
    hidden: the places of values in earlier files that a later file replaces.
    """

    file: str
    data: Mapping[str, Any]
    places: Mapping[Steps, Place]
    comment: Sequence[str]
    files: tuple[str, ...] = ()
    hidden: Mapping[Steps, Place] = field(default_factory=dict)

    def place(self, steps: Steps) -> Place:
        """Return the place of `steps`, or of the nearest parent that is in the file."""
        while steps and steps not in self.places:
            steps = steps[:-1]
        return self.places.get(steps) or Place(self.file, 1, 1)

    def get(self, *steps: str | int) -> Any:
        """Return the value at `steps`, or None if there is none."""
        return at(self.data, steps)


def at(node: Any, steps: Steps) -> Any:
    """Return the value at `steps` below `node`, or None if there is none."""
    for step in steps:
        inside = step in node if isinstance(node, Mapping) else isinstance(node, list) and step in range(len(node))
        if not inside:
            return None
        node = node[step]
    return node


def dotted(steps: Steps) -> str:
    """Return the path as text, such as `core.initContainers[0].image`. A key that looks like a secret is not shown."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{redact(step)}" for step in steps)
    return text.removeprefix(".")


def read_located(path: Path) -> Located:
    """Return the data and places of a YAML or JSON file.

    Raises InputFileError with all problems. No message quotes the file, because it may hold a key.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputFileError(Problem(str(path), f"can't be read: {error.strerror}", _HINT)) from error
    except UnicodeDecodeError as error:
        raise InputFileError(Problem(str(path), "is not UTF-8 text", "save it as UTF-8")) from error
    return locate(text, str(path))


def locate(text: str, file: str) -> Located:
    """Return the data and places of `text`, as `read_located` does. An empty text is an empty map."""
    loader = _Loader(text)
    reader = _Reader(file, loader)
    try:
        node = loader.get_single_node()
        data = {} if node is None else reader.value(node, ())
    except RecursionError as error:
        raise InputFileError(Problem(file, "is nested too deeply", _HINT)) from error
    except yaml.YAMLError as error:
        raise InputFileError(not_yaml(file, error, _HINT)) from error
    finally:
        loader.dispose()
    if not reader.problems and not isinstance(data, dict | None):
        reader.problems.append(Problem(file, "does not hold keys with values", _HINT))
    if reader.problems:
        raise InputFileError(*reader.problems)
    return Located(file, data or {}, reader.places, list(_comment(text)), (file,))


def _comment(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if not line.startswith("#"):
            return
        yield line.removeprefix("#").strip()


class _Reader:
    """Makes data of nodes, and collects places and problems."""

    def __init__(self, file: str, loader: Any) -> None:
        self._file = file
        self._loader = loader
        self._above: list[int] = []  # the ids of the nodes being read, to detect an anchor that contains itself
        self._count = 0
        self.places: dict[Steps, Place] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, steps: Steps) -> Any:
        self._count += 1
        if self._count > _LARGEST:
            raise InputFileError(Problem(self._file, f"expands to more than {_LARGEST} values", _HINT))
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if id(node) in self._above:
            self._complain(node, "is an alias inside its own anchor, which is a loop", "remove the alias")
            return None
        if node.tag not in _PLAIN:
            self._complain(node, "has a tag, which Helm does not know", "remove the word with '!'")
        self._above.append(id(node))
        data = self._items(node, steps) if isinstance(node, yaml.SequenceNode) else self._map(node, steps)
        self._above.pop()
        return data

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        if node.tag == _TIME:
            return node.value
        try:
            return self._loader.construct_object(node, deep=True)
        except ValueError:
            self._complain(node, "looks like a number, but is not a valid one", "put it into double quotes")
            return None

    def _items(self, node: yaml.SequenceNode, steps: Steps) -> list[Any]:
        items = []
        for index, item in enumerate(node.value):
            self._mark((*steps, index), item)
            items.append(self.value(item, (*steps, index)))
        return items

    def _map(self, node: yaml.Node, steps: Steps) -> dict[str, Any]:
        keys: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.tag != _MERGE and key.value in keys:
                self._complain(key, f"has {redact(key.value)!r} twice", "remove one of the two")
            keys.add(key.value)
        self._loader.flatten_mapping(node)  # `<<`: merged keys come first, so that the map's own keys win
        data: dict[str, Any] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._complain(key, "has a list or a map as a key", _HINT)
                continue
            self._mark((*steps, key.value), key)
            data[key.value] = self.value(item, (*steps, key.value))
        return data

    def _mark(self, steps: Steps, node: yaml.Node) -> None:
        self.places[steps] = Place(self._file, node.start_mark.line + 1, node.start_mark.column + 1)

    def _complain(self, node: yaml.Node, what: str, hint: str) -> None:
        mark = node.start_mark
        self.problems.append(Problem(str(Place(self._file, mark.line + 1, mark.column + 1)), what, hint))
