"""Layers of inputs, and the one rule by which they are laid over each other.

A layer is flat: `bucket`, `labels.env`, `variables.domain`. So the rule is a dictionary's update: maps merge, as each
of their keys is one of ours; texts and lists replace what is below; null removes it, and stays as a mark until the end,
which makes the rule associative.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from neo4j_scenarios.errors import Problem, did_you_mean
from neo4j_scenarios.fields import FIELDS, deployment, wish
from neo4j_scenarios.secrecy import WITHHELD, looks_like_key
from neo4j_scenarios.yamltree import Items, Map, Node, Place, Text

INPUTS: Final = frozenset(field.key for field in FIELDS)

# A list of these is the same as its texts with commas between them.
LISTS: Final = frozenset({wish.DATABASE.key, wish.IGNORE_OBJECTS.key, deployment.TARGET.key})

GROUP: Final = "group"
REGION: Final = "region"
LABELS: Final = "labels"
VARIABLES: Final = "variables"

# What templates know besides variables.
BUILT_IN: Final = frozenset({"name", GROUP, REGION, LABELS})

HINT: Final = "the keys are the flags of `neo4j-scenarios new` without dashes at their start, labels and variables"

# Labels are Kubernetes' own; variables are names in templates.
_LABEL: Final = re.compile(r"([a-z0-9.-]{1,200}/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_VARIABLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Setting(NamedTuple):
    """What a layer says about one key; the text None removes what is below.

    broken: what it says is of no use, and a problem says so.
    """

    text: str | None
    place: Place
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """What one part of a fleet says: `defaults`, `group prod`, `region eu`, `cluster eu-1`."""

    title: str
    place: Place
    settings: Mapping[str, Setting]

    def text(self, key: str) -> str:
        """Return what the layer says about `key`; empty for nothing."""
        return (self.settings[key].text or "") if key in self.settings else ""


def laid(layers: Iterable[Mapping[str, Setting]]) -> dict[str, Setting]:
    """Return the layers laid over each other, the last on top; marks of removal stay."""
    top: dict[str, Setting] = {}
    for layer in layers:
        top.update(layer)
    return top


def settled(settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """Return what is left of `settings` when the marks of removal have done their work."""
    return {key: setting for key, setting in settings.items() if setting.text is not None}


def read_layer(title: str, node: Node, place: Place, also: Iterable[str], problems: list[Problem]) -> Layer:
    """Return the layer that a map holds; nothing at all is an empty layer.

    place: where the layer is. also: the keys that it may have besides inputs, labels and variables.
    What is wrong is added to `problems`.
    """
    settings: dict[str, Setting] = {}
    known = INPUTS.union((LABELS, VARIABLES), also)
    for key, (at, value) in entries(node, title, problems):
        if key not in known:
            problems.append(unknown(at, key, known))
        elif key in (LABELS, VARIABLES):
            settings |= _map(key, at, value, problems)
        else:
            settings[key] = _setting(key, at, value, key in LISTS, problems)
    return Layer(title, place, settings)


def entries(node: Node, what: str, problems: list[Problem]) -> Iterable[tuple[str, tuple[Place, Node]]]:
    """Return the keys of a map with their places and values; of nothing, none; of anything else, a problem."""
    if isinstance(node, Map):
        return node.entries.items()
    if not isinstance(node, Text) or node.text is not None:
        problems.append(Problem(f"{node.place}: {what}", "is not a map, where keys with values are expected", HINT))
    return ()


def unknown(place: Place, key: str, known: Iterable[str]) -> Problem:
    """Return the problem of a key that is not known, with the nearest that is; a pasted secret is not shown."""
    if looks_like_key(key):
        return Problem(str(place), f"has {WITHHELD}", "take it out: a fleet names a Secret, and holds none")
    return Problem(f"{place}: {key}", did_you_mean(key, known), "correct its name, or leave it out")


def _map(key: str, place: Place, node: Node, problems: list[Problem]) -> Iterator[tuple[str, Setting]]:
    rule = _LABEL if key == LABELS else _VARIABLE
    for name, (at, value) in entries(node, key, problems):
        if looks_like_key(name) or not rule.fullmatch(name):
            shown = WITHHELD if looks_like_key(name) else repr(name)
            problems.append(Problem(f"{at}: {key}", f"has {shown}, which is no name", f"{key} take for example 'tier'"))
        elif key == VARIABLES and name in BUILT_IN:
            what = f"{name!r} is what templates know already, and can't be a variable"
            problems.append(Problem(f"{at}: {key}", what, "choose another name"))
        else:
            yield f"{key}.{name}", _setting(name, at, value, False, problems)


def _setting(key: str, place: Place, node: Node, lists: bool, problems: list[Problem]) -> Setting:
    text = _text(node, lists)
    if text is None or not looks_like_key(text):
        broken = text is None and not isinstance(node, Text)
        if broken:
            one = "one text or a list of texts" if lists else "one text"
            problems.append(Problem(f"{place}: {key}", f"has a list or a map where {one} is expected", HINT))
        return Setting(text, place, broken)
    what = f"is {WITHHELD}: a values file names a Secret, which `neo4j-scenarios secret` makes of a key file"
    problems.append(Problem(f"{place}: {key}", what, "take it out, and out of the history of Git"))
    return Setting(None, place, broken=True)


def _text(node: Node, lists: bool) -> str | None:
    if isinstance(node, Text):
        return node.text
    if isinstance(node, Items) and lists:
        texts = [item.text for item in node.nodes if isinstance(item, Text) and item.text]
        return ",".join(texts) if len(texts) == len(node.nodes) else None
    return None
