"""Reads an inventory, a CSV, JSON or YAML file beside the fleet file, as the tree that `clusters` would hold.

Spreadsheets write tables with commas, semicolons or tabs. The header shows which: no column's name contains them.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from neo4j_restore.secrecy import redact
from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.fleet.layers import LABELS, VARIABLES
from neo4j_scenarios.yaml.tree import MOST_CHARS, Items, Map, Node, Place, Text, read_tree, too_long

NAME: Final = "name"

HINT: Final = "an inventory is a CSV file with a header, or a JSON or YAML file with a list or a map of clusters"

_TABLES: Final = frozenset({".csv", ".tsv", ".txt"})
_TREES: Final = frozenset({".json", ".yaml", ".yml"})

_DELIMITERS: Final = (",", ";", "\t")
_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')


def read_inventory(path: Path) -> Node:
    """Return the clusters of an inventory as a list or a map of maps, each key with its place.

    Columns of a CSV file: `name`, every key of a cluster, `labels.…` and `variables.…`. An empty cell sets nothing.
    Raises InputFileError with all problems of the file.
    """
    suffix = path.suffix.lower()
    if suffix in _TREES:
        return read_tree(path, HINT)
    if suffix not in _TABLES:
        message = f"has the suffix {suffix!r}, expected one of {', '.join(sorted(_TABLES | _TREES))}"
        raise InputFileError(Problem(str(path), message, "rename the file after its format"))
    problems: list[Problem] = []
    rows = list(_rows(path, problems))
    if problems:
        raise InputFileError(*problems)
    return Items(rows, Place(str(path), 1, 1))


def _rows(path: Path, problems: list[Problem]) -> Iterator[Map]:
    header: list[str] = []
    for line, cells, columns in _records(path):
        places = [Place(str(path), line, column) for column in columns]
        if not cells:
            continue  # an empty line
        if not header:
            header = [cell.strip() for cell in cells]
            problems += _twice(header, places)
            if NAME not in header:
                message = f"has no column {NAME!r}, only {', '.join(map(repr, map(redact, header)))}"
                problems.append(Problem(f"{path}:{line}:1", message, "use a first line such as name,region,bucket"))
                return
        elif len(cells) != len(header):
            message = f"has {len(cells)} cells, but the header has {len(header)}"
            problems.append(
                Problem(f"{path}:{line}:1", message, "give each row one cell for each column, empty or not")
            )
        else:
            problems += _too_long(cells, places)
            yield _row(header, cells, places)


def _records(path: Path) -> Iterator[tuple[int, list[str], list[int]]]:
    """Yield the line, the cells and their columns of each record. A record is one line: no cell needs a line break."""
    number, delimiter = 1, ""
    try:
        # Not `splitlines`: it also splits at form feeds and U+2028, which are part of a line here.
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
            delimiter = delimiter or _delimiter(line)
            cells = next(csv.reader([line], delimiter=delimiter or ",", strict=True), [])
            yield number, cells, _columns(line, len(cells), delimiter or ",")
    except OSError as error:
        raise InputFileError(Problem(str(path), f"can't be read: {error.strerror}", HINT)) from error
    except UnicodeDecodeError as error:
        raise InputFileError(Problem(str(path), "is not UTF-8 text", "save it as UTF-8")) from error
    except csv.Error as error:
        raise InputFileError(Problem(f"{path}:{number}:1", f"is not CSV: {error}", HINT)) from error


def _delimiter(header: str) -> str:
    """Return the delimiter of a header: a comma if it has only one name, and nothing for an empty line."""
    bare = _QUOTED.sub("", header)
    return max(_DELIMITERS, key=bare.count) if header.strip() else ""


def _columns(raw: str, cells: int, delimiter: str) -> list[int]:
    cell = re.compile(rf"{_QUOTED.pattern}|[^{re.escape(delimiter)}]*")
    columns, at = [], 0
    for _ in range(cells):
        columns.append(at + 1)
        match = cell.match(raw, at)
        at = (match.end() if match else at) + 1
    return columns


def _too_long(cells: list[str], places: list[Place]) -> Iterator[Problem]:
    for cell, place in zip(cells, places, strict=True):
        if len(cell) > MOST_CHARS:
            yield Problem(str(place), too_long(len(cell)), "shorten it")


def _twice(header: list[str], places: list[Place]) -> Iterator[Problem]:
    for index, name in enumerate(header):
        if name in header[:index]:
            yield Problem(str(places[index]), f"has the column {name!r} twice", "remove one of the two")


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
    for outer, columns in inner.items():
        entries[outer] = (places[0], Map(columns, places[0]))
    return Map(entries, places[0])
