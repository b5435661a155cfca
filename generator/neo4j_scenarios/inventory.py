"""An inventory beside the fleet file, a CSV, JSON or YAML file -> the tree that `clusters` would hold."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.layers import LABELS, VARIABLES
from neo4j_scenarios.yamltree import Items, Map, Node, Place, Text, read_tree

HINT: Final = "an inventory is a CSV file with a header, or a JSON or YAML file with a list or a map of clusters"

_CELL: Final = re.compile(r'"(?:[^"]|"")*"|[^,]*')


def read_inventory(path: Path) -> Node:
    """Return the clusters of an inventory as a list or a map of maps, each key with its place.

    Columns of a CSV file: `name`, every key of a cluster, `labels.…` and `variables.…`; an empty cell says nothing.
    Raises InputFileError with all problems of the file.
    """
    if path.suffix.lower() != ".csv":
        return read_tree(path, HINT)
    problems: list[Problem] = []
    rows = list(_rows(path, problems))
    if problems:
        raise InputFileError(*problems)
    return Items(rows, Place(str(path), 1, 1))


def _rows(path: Path, problems: list[Problem]) -> Iterator[Map]:
    header: list[str] = []
    for line, raw, cells in _records(path):
        places = [Place(str(path), line, column) for column in _columns(raw, len(cells))]
        if not cells:
            continue  # an empty line
        if not header:
            header = [cell.strip() for cell in cells]
            problems += _twice(header, places)
        elif len(cells) != len(header):
            what = f"has {len(cells)} cells, and the header has {len(header)}"
            problems.append(Problem(f"{path}:{line}:1", what, "give each row a cell for each column, empty or not"))
        else:
            yield _row(header, cells, places)


def _records(path: Path) -> Iterator[tuple[int, str, list[str]]]:
    """Yield line, text and cells of each record. A record ends with its line, as cells with line ends are of no use."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        for number, line in enumerate(lines, 1):
            yield number, line, next(csv.reader([line], strict=True), [])
    except OSError as error:
        raise InputFileError(Problem(str(path), f"can't be read: {error.strerror}", HINT)) from error
    except UnicodeDecodeError as error:
        raise InputFileError(Problem(str(path), "is not UTF-8 text", "save it as UTF-8")) from error
    except csv.Error as error:
        raise InputFileError(Problem(f"{path}:{number}:1", f"is not CSV: {error}", HINT)) from error


def _columns(raw: str, cells: int) -> list[int]:
    columns, at = [], 0
    for _ in range(cells):
        columns.append(at + 1)
        cell = _CELL.match(raw, at)
        at = (cell.end() if cell else at) + 1
    return columns


def _twice(header: list[str], places: list[Place]) -> Iterator[Problem]:
    for index, name in enumerate(header):
        if name in header[:index]:
            yield Problem(str(places[index]), f"has the column {name!r} a second time", "leave one of the two out")


def _row(header: list[str], cells: list[str], places: list[Place]) -> Map:
    entries: dict[str, tuple[Place, Node]] = {}
    inner: dict[str, dict[str, tuple[Place, Node]]] = {}
    for column, cell, place in zip(header, cells, places, strict=True):
        outer, _, name = column.partition(".")
        if not cell.strip():
            continue
        if outer in (LABELS, VARIABLES) and name:
            inner.setdefault(outer, {})[name] = (place, Text(cell.strip(), place))
        else:
            entries[column] = (place, Text(cell.strip(), place))
    for outer, named in inner.items():
        entries[outer] = (places[0], Map(named, places[0]))
    return Map(entries, places[0])
