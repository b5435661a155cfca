"""The keys of other charts that the generator may write, as data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "facts.yaml"


@dataclass(frozen=True)
class Fact:
    """One key of a chart. since: the first version in which it counts. example: a value that changes what is made.

    beside: values that the example needs.
    """

    key: tuple[str, ...]
    since: tuple[int, ...]
    example: Any
    beside: Mapping[str, Any] = field(default_factory=dict)


def version(text: str) -> tuple[int, ...]:
    """Return a chart's version for comparing."""
    return tuple(int(part) for part in text.partition("-")[0].split("."))


def facts() -> dict[str, list[Fact]]:
    """Return what is known, by the name of the target."""
    known = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {
        target: [
            Fact(tuple(key.split(".")), version(each["since"]), each["example"], each.get("with", {}))
            for key, each in keys.items()
        ]
        for target, keys in known.items()
    }


def paths(values: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of each value that is no map, or an empty one."""
    if not isinstance(values, Mapping) or not values:
        yield above
        return
    for key, value in values.items():
        yield from paths(value, (*above, str(key)))
