"""A values file: its data, with the types that Helm gives it, and the place of each key and item."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from neo4j_restore.secrecy import redact
from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.yaml.text import helm_scalar
from neo4j_scenarios.yaml.tree import Items, Map, Node, Place, Text, read_text, tree

# Keys and indices from the top: ("core", "initContainers", 0, "image").
Steps = tuple[str | int, ...]

_HINT: Final = "name a values file for `helm install -f`"

# Aliases can make a huge tree of a small file. No values file that a person wrote comes near this limit.
_LARGEST: Final = 200_000


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


def scalar_text(value: object) -> str:
    """Return a scalar as the text of an input or a variable: `true` or `false` for a bool, empty for null."""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def dotted(steps: Steps) -> str:
    """Return the path as text, such as `core.initContainers[0].image`. A key that looks like a secret is not shown."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{redact(step)}" for step in steps)
    return text.removeprefix(".")


def read_located(path: Path) -> Located:
    """Return the data and places of a YAML or JSON file.

    Raises InputFileError with all problems. No message quotes the file, because it may hold a key.
    """
    return locate(read_text(path, _HINT), str(path))


def locate(text: str, file: str) -> Located:
    """Return the data and places of `text`, as `read_located` does. An empty text is an empty map."""
    node = tree(text, file, _HINT, values=True)
    if isinstance(node, Items) or (isinstance(node, Text) and node.text is not None):
        raise InputFileError(Problem(file, "does not hold keys with values", _HINT))
    data, places = _typed(node)
    return Located(file, data or {}, places, list(_comment(text)), (file,))


def data_of(node: Node) -> Any:
    """Return the data of a node, with the types that Helm gives it. Raises InputFileError with all problems."""
    data, _ = _typed(node)
    return data


def _typed(node: Node) -> tuple[Any, dict[Steps, Place]]:
    reader = _Typing()
    data = reader.value(node, ())
    if reader.problems:
        raise InputFileError(*reader.problems)
    return data, reader.places


def _comment(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if not line.startswith("#"):
            return
        yield line.removeprefix("#").strip()


class _Typing:
    """Makes data of nodes, and collects places and problems."""

    def __init__(self) -> None:
        self._count = 0
        self.places: dict[Steps, Place] = {}
        self.problems: list[Problem] = []

    def value(self, node: Node, steps: Steps) -> Any:
        self._count += 1
        if self._count > _LARGEST:
            raise InputFileError(Problem(node.place.file, f"expands to more than {_LARGEST} values", _HINT))
        if isinstance(node, Text):
            return self._scalar(node)
        return self._items(node, steps) if isinstance(node, Items) else self._map(node, steps)

    def _scalar(self, node: Text) -> Any:
        if node.text is None or not (node.plain or node.tag):
            return node.text
        try:
            return helm_scalar(node.text, node.tag)
        except ValueError:
            self._complain(node, "looks like a number, but is not a valid one", "put it into double quotes")
            return None

    def _items(self, node: Items, steps: Steps) -> list[Any]:
        items = []
        for index, item in enumerate(node.nodes):
            self.places[*steps, index] = item.place
            items.append(self.value(item, (*steps, index)))
        return items

    def _map(self, node: Map, steps: Steps) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for source in self._merged(node):  # merged keys come first, so that the map's own keys win
            data |= self._map(source, steps)
        for key, (place, item) in node.entries.items():
            self.places[*steps, key] = place
            data[key] = self.value(item, (*steps, key))
        return data

    def _merged(self, node: Map) -> Iterator[Map]:
        """Yield the maps that are merged into a map. The first one of a list wins, so it comes last."""
        for merged in node.merged:
            for source in reversed(merged.nodes) if isinstance(merged, Items) else (merged,):
                if isinstance(source, Map):
                    yield source
                else:
                    self._complain(source, "is merged with '<<', but is not a map", "merge a map, or a list of maps")

    def _complain(self, node: Node, what: str, hint: str) -> None:
        self.problems.append(Problem(str(node.place), what, hint))
