"""A values file -> its data, with the types that Helm gives it, and the place of each key and item."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.secrecy import redact
from neo4j_scenarios.yamltree import Place, not_yaml

# Keys and indices from the top: ("core", "initContainers", 0, "image").
Steps = tuple[str | int, ...]

_HINT: Final = "name a values file, as `helm install -f` takes it"
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Aliases make a large tree of a small file; no values file that a person wrote is near it.
_LARGEST: Final = 200_000

# Helm leaves a time the text that it is; PyYAML would make a datetime of it.
_TIME: Final = "tag:yaml.org,2002:timestamp"
_MERGE: Final = "tag:yaml.org,2002:merge"
_PLAIN: Final = ("tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")


@dataclass(frozen=True)
class Located:
    """The data of a file, or of several that are one, and where each key (of maps) and item (of lists) stands.

    comment: the lines at the file's top, without `#`; for files of ours they have the command that wrote it.
    files: the names of all files, in the order of `helm -f`; `file` is the first one.
    hidden: where an earlier file has a value that a later one replaces.
    """

    file: str
    data: Mapping[str, Any]
    places: Mapping[Steps, Place]
    comment: Sequence[str]
    files: tuple[str, ...] = ()
    hidden: Mapping[Steps, Place] = field(default_factory=dict)

    def place(self, steps: Steps) -> Place:
        """Return the place of `steps`, or of the nearest above it that is in the file."""
        while steps and steps not in self.places:
            steps = steps[:-1]
        return self.places.get(steps) or Place(self.file, 1, 1)

    def get(self, *steps: str | int) -> Any:
        """Return what is at `steps`; None for nothing."""
        return at(self.data, steps)


def at(node: Any, steps: Steps) -> Any:
    """Return what is at `steps` below `node`; None for nothing."""
    for step in steps:
        inside = step in node if isinstance(node, Mapping) else isinstance(node, list) and step in range(len(node))
        if not inside:
            return None
        node = node[step]
    return node


def dotted(steps: Steps) -> str:
    """Return the path in words, as `core.initContainers[0].image`; a key that is a secret is not shown."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{redact(step)}" for step in steps)
    return text.removeprefix(".")


def read_located(path: Path) -> Located:
    """Return the data and places of a YAML or JSON file.

    Raises InputFileError with all problems; none quotes the file, which may hold a key.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputFileError(Problem(str(path), f"can't be read: {error.strerror}", _HINT)) from error
    except UnicodeDecodeError as error:
        raise InputFileError(Problem(str(path), "is not UTF-8 text", "save it as UTF-8")) from error
    return locate(text, str(path))


def locate(text: str, file: str) -> Located:
    """Return the data and places of `text`, as `read_located` does; an empty text is an empty map."""
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
    """Makes data of nodes, and gathers places and problems."""

    def __init__(self, file: str, loader: Any) -> None:
        self._file = file
        self._loader = loader
        self._above: list[int] = []  # the ids of the nodes that are being read, to see an anchor that loops
        self._count = 0
        self.places: dict[Steps, Place] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, steps: Steps) -> Any:
        self._count += 1
        if self._count > _LARGEST:
            raise InputFileError(Problem(self._file, f"stands for more than {_LARGEST} values", _HINT))
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if id(node) in self._above:
            self._complain(node, "stands inside of what it stands for: the anchor loops", "leave the alias out")
            return None
        if node.tag not in _PLAIN:
            self._complain(node, "has a tag, which Helm does not know", "leave the word with '!' out")
        self._above.append(id(node))
        made = self._items(node, steps) if isinstance(node, yaml.SequenceNode) else self._map(node, steps)
        self._above.pop()
        return made

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        if node.tag == _TIME:
            return node.value
        try:
            return self._loader.construct_object(node, deep=True)
        except ValueError:
            self._complain(node, "is no number, though it looks like one", "put it into double quotes")
            return None

    def _items(self, node: yaml.SequenceNode, steps: Steps) -> list[Any]:
        made = []
        for index, item in enumerate(node.value):
            self._mark((*steps, index), item)
            made.append(self.value(item, (*steps, index)))
        return made

    def _map(self, node: yaml.Node, steps: Steps) -> dict[str, Any]:
        own: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.tag != _MERGE and key.value in own:
                self._complain(key, f"has {redact(key.value)!r} a second time", "leave one of the two out")
            own.add(key.value)
        self._loader.flatten_mapping(node)  # `<<`: what is merged comes first, so that own keys win
        made: dict[str, Any] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._complain(key, "has a list or a map where a key is expected", _HINT)
                continue
            self._mark((*steps, key.value), key)
            made[key.value] = self.value(item, (*steps, key.value))
        return made

    def _mark(self, steps: Steps, node: yaml.Node) -> None:
        self.places[steps] = Place(self._file, node.start_mark.line + 1, node.start_mark.column + 1)

    def _complain(self, node: yaml.Node, what: str, hint: str) -> None:
        mark = node.start_mark
        self.problems.append(Problem(str(Place(self._file, mark.line + 1, mark.column + 1)), what, hint))
