"""How two sets of values files differ, by value and not by text. Changes that clusters share appear once. Pure."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.yaml.text import parse_yaml

# Stands for the cluster's name in the values of a change that several clusters share.
NAME: Final = "{name}"

# If more clusters than this each have a change of their own to one key, only the first is shown, as an example.
_MOST_SINGLE: Final = 5


@dataclass(frozen=True)
class Change:
    """One value that differs. old and new are JSON, or empty if there is no value."""

    key: str
    old: str
    new: str


@dataclass(frozen=True)
class Shared:
    """A change and the clusters that have it.

    each_its_own: every cluster changes this key in its own way, and `change` is that of the first cluster.
    """

    change: Change
    clusters: tuple[str, ...]
    each_its_own: bool = False


@dataclass(frozen=True)
class Difference:
    """The difference between two sets of files.

    comments: the files that differ only in their comments. changes: the values that differ.
    """

    added: Sequence[str] = ()
    removed: Sequence[str] = ()
    comments: Sequence[str] = ()
    changes: Sequence[Shared] = ()

    @property
    def any(self) -> bool:
        """Whether the sets differ at all."""
        return bool(self.added or self.removed or self.comments or self.changes)


def difference(old: Mapping[str, str], new: Mapping[str, str]) -> Difference:
    """Return how the texts of `new` differ from those of `old`.

    old, new: texts by path, such as `eu-1/values.neo4j.yaml`. Raises InputFileError for a text that is not YAML.
    """
    both = [path for path in new if path in old and new[path] != old[path]]
    changes = {path: list(_changes(flat(path, old[path]), flat(path, new[path]))) for path in both}
    return Difference(
        [path for path in new if path not in old],
        [path for path in old if path not in new],
        [path for path, in_file in changes.items() if not in_file],
        grouped((_cluster(path), change) for path, in_file in changes.items() for change in in_file),
    )


def grouped(changes: Iterable[tuple[str, Change]]) -> list[Shared]:
    """Return the changes with the clusters that share them: the most shared first, then in the order of the keys."""
    clusters: dict[Change, dict[str, None]] = {}
    for cluster, change in changes:
        general = Change(change.key, _named(change.old, cluster), _named(change.new, cluster))
        clusters.setdefault(general, {})[cluster] = None
    shared = [Shared(_unnamed(change, names), tuple(names)) for change, names in clusters.items()]
    by_key: dict[str, list[Shared]] = {}
    for group in shared:
        by_key.setdefault(group.change.key, []).append(group)
    listed = [each for alike in by_key.values() for each in _few(alike)]
    return sorted(listed, key=lambda each: (-len(each.clusters), each.change.key, each.change.old, each.change.new))


def _few(alike: Sequence[Shared]) -> list[Shared]:
    single = [each for each in alike if len(each.clusters) == 1]
    if len(single) <= _MOST_SINGLE:
        return list(alike)
    merged = Shared(single[0].change, tuple(each.clusters[0] for each in single), each_its_own=True)
    return [merged, *(each for each in alike if len(each.clusters) > 1)]


def _cluster(path: str) -> str:
    return path.rpartition("/")[0] or path


def _named(value: str, cluster: str) -> str:
    return re.sub(rf"(?<![\w.-]){re.escape(cluster)}(?![\w.-])", NAME, value)


def _unnamed(change: Change, clusters: Iterable[str]) -> Change:
    """Return the change, with the cluster's name put back if only one cluster has it."""
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
    """Yield scalars and empty values, by keys such as `podSpec.initContainers[restore].env[BUCKET].value`."""
    if isinstance(value, dict) and value:
        for inner, item in value.items():
            yield from _leaves(f"{key}.{inner}" if key else str(inner), item)
    elif isinstance(value, list) and value:
        for name, item in zip(_names(value), value, strict=True):
            yield from _leaves(f"{key}[{name}]", item)
    else:
        yield key, json.dumps(value, ensure_ascii=False, default=str)


def _names(items: Sequence[Any]) -> list[str]:
    """Return the names of a list's items, as Kubernetes merges them. Without unique names, return their numbers."""
    names = [item["name"] for item in items if isinstance(item, dict) and isinstance(item.get("name"), str)]
    unique = len(set(names)) == len(items)
    return names if unique else [str(number) for number in range(len(items))]
