"""How two sets of values files differ: by values and not by text, and what many clusters share told once. Pure."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.yamltext import parse_yaml

# Stands for the cluster's name in the values of a change that several clusters share.
NAME: Final = "{name}"

# A key with more changes of its own than that is told once, with an example.
_OWN: Final = 5


@dataclass(frozen=True)
class Change:
    """One value that differs; old and new are JSON, and empty where there is none."""

    key: str
    old: str
    new: str


@dataclass(frozen=True)
class Shared:
    """A change and the clusters that have it; each_its_own: it is that of the first, and the others have their own."""

    change: Change
    clusters: tuple[str, ...]
    each_its_own: bool = False


@dataclass(frozen=True)
class Difference:
    """Between two sets of files: `added` and `removed` files, those with other `comments` alone, and other values."""

    added: Sequence[str] = ()
    removed: Sequence[str] = ()
    comments: Sequence[str] = ()
    changes: Sequence[Shared] = ()

    @property
    def any(self) -> bool:
        """Whether there is any."""
        return bool(self.added or self.removed or self.comments or self.changes)


def difference(old: Mapping[str, str], new: Mapping[str, str]) -> Difference:
    """Return how the texts of `new` differ from those of `old`, both by path, as `eu-1/values.neo4j.yaml`.

    Raises InputFileError for texts that are no YAML.
    """
    both = [path for path in new if path in old and new[path] != old[path]]
    changes = {path: list(_changes(flat(path, old[path]), flat(path, new[path]))) for path in both}
    return Difference(
        [path for path in new if path not in old],
        [path for path in old if path not in new],
        [path for path, found in changes.items() if not found],
        grouped((_cluster(path), change) for path, found in changes.items() for change in found),
    )


def grouped(changes: Iterable[tuple[str, Change]]) -> list[Shared]:
    """Return what clusters share, the most shared first, and then in the order of the keys."""
    clusters: dict[Change, dict[str, None]] = {}
    for cluster, change in changes:
        named = Change(change.key, _named(change.old, cluster), _named(change.new, cluster))
        clusters.setdefault(named, {})[cluster] = None
    shared = [Shared(_unnamed(change, names), tuple(names)) for change, names in clusters.items()]
    by_key: dict[str, list[Shared]] = {}
    for each in shared:
        by_key.setdefault(each.change.key, []).append(each)
    told = [each for alike in by_key.values() for each in _few(alike)]
    return sorted(told, key=lambda each: (-len(each.clusters), each.change.key, each.change.old, each.change.new))


def _few(alike: Sequence[Shared]) -> list[Shared]:
    single = [each for each in alike if len(each.clusters) == 1]
    if len(single) <= _OWN:
        return list(alike)
    own = Shared(single[0].change, tuple(each.clusters[0] for each in single), each_its_own=True)
    return [own, *(each for each in alike if len(each.clusters) > 1)]


def _cluster(path: str) -> str:
    return path.rpartition("/")[0] or path


def _named(value: str, cluster: str) -> str:
    return re.sub(rf"(?<![\w.-]){re.escape(cluster)}(?![\w.-])", NAME, value)


def _unnamed(change: Change, clusters: Iterable[str]) -> Change:
    """Return the change with its name, where it is that of one cluster alone."""
    names = list(clusters)
    if len(names) > 1:
        return change
    return Change(change.key, change.old.replace(NAME, names[0]), change.new.replace(NAME, names[0]))


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            yield Change(key, old.get(key, ""), new.get(key, ""))


def flat(path: str, text: str) -> dict[str, str]:
    """Return the scalars of a text as JSON, by keys such as `restore.bucket`. Raises InputFileError."""
    try:
        return dict(_leaves("", parse_yaml(text)))
    except (yaml.YAMLError, RecursionError) as error:
        raise InputFileError(Problem(path, "is not YAML", "write it again with neo4j-scenarios build")) from error


def _leaves(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield scalars, and what is empty, by keys as `podSpec.initContainers[restore].env[BUCKET].value`."""
    if isinstance(value, dict) and value:
        for inner, item in value.items():
            yield from _leaves(f"{key}.{inner}" if key else str(inner), item)
    elif isinstance(value, list) and value:
        for name, item in zip(_names(value), value, strict=True):
            yield from _leaves(f"{key}[{name}]", item)
    else:
        yield key, json.dumps(value, ensure_ascii=False, default=str)


def _names(items: Sequence[Any]) -> list[str]:
    """Return the names of a list's items, as Kubernetes merges them; their numbers where not all have their own."""
    names = [item["name"] for item in items if isinstance(item, dict) and isinstance(item.get("name"), str)]
    alone = len(set(names)) == len(items)
    return names if alone else [str(number) for number in range(len(items))]
