"""Layers of inputs, and the one rule by which they are merged.

A layer is flat: `bucket`, `labels.env`, `variables.domain`. So the rule is a dictionary's update. Maps merge, because
each of their keys is a key of the layer. Texts and lists replace the lower layers' value. null removes it. The null
stays as a mark until the end, so the rule is associative.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from neo4j_restore.secrecy import WITHHELD, looks_like_key
from neo4j_scenarios.errors import InputFileError, Problem, did_you_mean
from neo4j_scenarios.inputs.fields import FIELDS, deployment, pod, request
from neo4j_scenarios.inputs.rules import has_key
from neo4j_scenarios.inputs.structure import ListOf, of_node
from neo4j_scenarios.yaml.tree import Items, Map, Node, Place, Text

INPUTS: Final = frozenset(field.key for field in FIELDS)

# For these inputs, a list is the same as its texts joined by commas.
LISTS: Final = frozenset(
    {request.DATABASE.key, request.IGNORE_OBJECTS.key, deployment.TARGET.key, pod.IMAGE_PULL_SECRETS.key}
)

# Files may have lists and maps for these inputs. They become one line of JSON.
STRUCTURES: Final = frozenset(
    {field.key for field in FIELDS if isinstance(field.parse, ListOf)} | {deployment.DATA_VOLUME.key}
)

GROUP: Final = "group"
REGION: Final = "region"
LABELS: Final = "labels"
VARIABLES: Final = "variables"

# The names that expressions can use besides variables.
BUILT_IN: Final = frozenset({"name", GROUP, REGION, LABELS})

HINT: Final = "the keys are the flags of `neo4j-scenarios new` without the leading dashes, and labels and variables"

# A label follows the rule of Kubernetes. A variable is a name in expressions.
_LABEL: Final = re.compile(r"([a-z0-9.-]{1,200}/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_VARIABLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Setting(NamedTuple):
    """A layer's setting of one key. The text None removes the value of lower layers.

    broken: the setting can't be used, and a problem says why.
    """

    text: str | None
    place: Place
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """The settings of one part of a fleet, such as `defaults`, `group prod`, `region eu` or `cluster eu-1`."""

    title: str
    place: Place
    settings: Mapping[str, Setting]

    def text(self, key: str) -> str:
        """Return the layer's text for `key`, or an empty text if it has none."""
        return (self.settings[key].text or "") if key in self.settings else ""


def laid(layers: Iterable[Mapping[str, Setting]]) -> dict[str, Setting]:
    """Return the merged layers, the last on top. Marks of removal stay."""
    top: dict[str, Setting] = {}
    for layer in layers:
        top.update(layer)
    return top


def settled(settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """Return `settings` without the marks of removal."""
    return {key: setting for key, setting in settings.items() if setting.text is not None}


def read_layer(title: str, node: Node, place: Place, also: Iterable[str], problems: list[Problem]) -> Layer:
    """Return the layer that a map holds. null is an empty layer.

    place: where the layer is. also: the keys that it may have besides inputs, labels and variables.
    Mistakes are added to `problems`.
    """
    settings: dict[str, Setting] = {}
    allowed = INPUTS.union((LABELS, VARIABLES), also)
    for key, (at, value) in entries(node, title, problems):
        if key not in allowed:
            problems.append(unknown(at, key, allowed))
        elif key in (LABELS, VARIABLES):
            settings |= _map(key, at, value, problems)
        else:
            settings[key] = _setting(key, at, value, key in LISTS, problems)
    return Layer(title, place, settings)


def entries(node: Node, what: str, problems: list[Problem]) -> Iterable[tuple[str, tuple[Place, Node]]]:
    """Return the keys of a map with their places and values. null has no keys, and any other node is a problem."""
    if isinstance(node, Map):
        return node.entries.items()
    if not isinstance(node, Text) or node.text is not None:
        problems.append(Problem(f"{node.place}: {what}", "is not a map of keys with values", HINT))
    return ()


def unknown(place: Place, key: str, allowed: Iterable[str]) -> Problem:
    """Return the problem of an unknown key, with the most similar allowed key. A pasted secret is not shown."""
    if looks_like_key(key):
        return Problem(str(place), f"has {WITHHELD}", "take it out: a fleet file names a Secret and never holds one")
    return Problem(f"{place}: {key}", did_you_mean(key, allowed), "correct the name, or remove the key")


def _map(key: str, place: Place, node: Node, problems: list[Problem]) -> Iterator[tuple[str, Setting]]:
    rule = _LABEL if key == LABELS else _VARIABLE
    for name, (at, value) in entries(node, key, problems):
        if looks_like_key(name) or not rule.fullmatch(name):
            shown = WITHHELD if looks_like_key(name) else repr(name)
            problems.append(
                Problem(f"{at}: {key}", f"has {shown}, which is not a valid name", "use a name such as 'tier'")
            )
        elif key == VARIABLES and name in BUILT_IN:
            message = f"{name!r} is a built-in name of expressions, so it can't be a variable"
            problems.append(Problem(f"{at}: {key}", message, "choose another name"))
        else:
            yield f"{key}.{name}", _setting(name, at, value, False, problems)


def _setting(key: str, place: Place, node: Node, lists: bool, problems: list[Problem]) -> Setting:
    try:
        text = of_node(node) if key in STRUCTURES and not isinstance(node, Text) else _text(node, lists)
    except InputFileError as error:
        problems += error.problems
        return Setting(None, place, broken=True)
    if text is None or not has_key(text):
        broken = text is None and not isinstance(node, Text)
        if broken:
            expected = "a single text or a list of texts" if lists else "a single text"
            problems.append(Problem(f"{place}: {key}", f"has a list or a map, but must be {expected}", HINT))
        return Setting(text, place, broken)
    message = f"is {WITHHELD}: a values file names a Secret, which `neo4j-scenarios secret` makes from a key file"
    problems.append(Problem(f"{place}: {key}", message, "remove it here and from the Git history"))
    return Setting(None, place, broken=True)


def _text(node: Node, lists: bool) -> str | None:
    if isinstance(node, Text):
        return node.text
    if isinstance(node, Items) and lists:
        texts = [item.text for item in node.nodes if isinstance(item, Text) and item.text]
        return ",".join(texts) if len(texts) == len(node.nodes) else None
    return None
