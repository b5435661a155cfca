"""Overrides of a fleet file: they change a few inputs of selected clusters for a limited time, such as an incident.

An override is a layer above the cluster's own. It ends by itself at `until`: a forgotten override must not restore
anything a week later. To make sure of that, `restore-id` is the override's name and `not-after` is its end, unless it
sets others. A values file rendered with it then restores once, and never after the end.

A wave is a part of the override's clusters. The operator restores one wave at a time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from neo4j_restore import spec, timestamps
from neo4j_restore.secrecy import redact
from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import Problem, UsageError
from neo4j_scenarios.fleet.layers import LABELS, VARIABLES, Layer, Setting, entries, read_layer, unknown
from neo4j_scenarios.fleet.selectors import Selection, parse_selection
from neo4j_scenarios.inputs import rules
from neo4j_scenarios.inputs.asked import ASKED
from neo4j_scenarios.inputs.fields import deployment, request
from neo4j_scenarios.yaml.tree import Items, Map, Node, Place, Text

HINT: Final = "- {name: incident-42, select: env=prod, set: {force-overwrite: once}, until: 2026-01-31T00:00:00Z}"

REST: Final = "rest"

_KEYS: Final = ("name", "select", "only", "set", "until", "waves")

# An override can't change these. The first two say what a cluster is, and labels and variables decide selections.
_FIXED: Final = frozenset({deployment.SCENARIO.key, deployment.TARGET.key, LABELS, VARIABLES})

_REQUIRED: Final = ("name", "set", "until")

T = TypeVar("T")


@dataclass(frozen=True)
class Override:
    """One override.

    until: UTC. From then on it has no effect. waves: the number of clusters of each wave, 0 for all remaining ones.
    """

    name: str
    place: Place
    selection: Selection
    layer: Layer
    until: datetime
    waves: tuple[int, ...] = (0,)

    @property
    def repins(self) -> bool:
        """Whether it asks for other sets. Its clusters then have separate pins until it ends."""
        return any(key in self.layer.settings for key in ASKED)

    def split(self, clusters: Sequence[T]) -> list[list[T]]:
        """Return the clusters of each wave, in order. Empty waves are left out."""
        waves, begun = [], 0
        for size in (*self.waves, 0):
            wave = list(clusters[begun : begun + size] if size else clusters[begun:])
            begun += len(wave)
            waves += [wave] if wave else []
        return waves


def read_overrides(node: Node, problems: list[Problem]) -> list[Override]:
    """Return the overrides of a list, in order, and add their problems to `problems`."""
    if not isinstance(node, Items):
        problems.append(Problem(f"{node.place}: overrides", "must be a list", HINT))
        return []
    by_name: dict[str, Override] = {}
    for item in node.nodes:
        for override in _override(item, problems):
            if override.name in by_name:
                message = f"{override.name!r} is set twice: the first is at {by_name[override.name].place}"
                problems.append(Problem(str(override.place), message, "give one of the two another name"))
            by_name[override.name] = override
    return list(by_name.values())


def _override(item: Node, problems: list[Problem]) -> Iterator[Override]:
    before = len(problems)
    parts = _parts(item, problems)
    if len(problems) > before:
        return
    name = _one(parts, "name", rules.RESTORE_ID, "incident-42", problems)
    until = _one(parts, "until", spec.parse_time, "2026-01-31T00:00:00Z", problems)
    selection, waves = _selection(parts, problems), _waves(parts, problems)
    place, node = parts["set"]
    layer = read_layer(f"override {name}", node, place, (), problems)
    for key, setting in layer.settings.items():
        if key.partition(".")[0] in _FIXED:
            problems.append(Problem(f"{setting.place}: {key}", "can't be overridden", "set it in a layer"))
    if not layer.settings and len(problems) == before:
        problems.append(Problem(f"{place}: set", "is empty", HINT))
    if len(problems) == before and name and until and selection:
        yield Override(name, item.place, selection, _ending(layer, name, until), until, waves)


def _parts(item: Node, problems: list[Problem]) -> dict[str, tuple[Place, Node]]:
    parts: dict[str, tuple[Place, Node]] = {}
    for key, (place, node) in entries(item, "an override", problems):
        if key in _KEYS:
            parts[key] = (place, node)
        else:
            problems.append(unknown(place, key, _KEYS))
    if isinstance(item, Map):
        for key in _REQUIRED:
            if key not in parts:
                problems.append(Problem(f"{item.place}: overrides", f"an override has no {key!r}", HINT))
        if not {"select", "only"} & parts.keys():
            message = "an override has neither 'select' nor 'only'"
            problems.append(Problem(f"{item.place}: overrides", message, "only: '*' selects all clusters"))
    return parts


def _ending(layer: Layer, name: str, until: datetime) -> Layer:
    """Return the layer with `restore-id` and `not-after`, if it requests a restore."""
    if request.FORCE_OVERWRITE.key not in layer.settings:
        return layer
    defaults = {request.RESTORE_ID.key: name, request.NOT_AFTER.key: timestamps.rfc3339(until)}
    settings = {key: Setting(text, layer.place) for key, text in defaults.items()}
    return Layer(layer.title, layer.place, {**settings, **layer.settings})


def _one(
    parts: Mapping[str, tuple[Place, Node]], key: str, parse: Callable[[str], T], example: str, problems: list[Problem]
) -> T | None:
    place, node = parts[key]
    if not isinstance(node, Text) or not node.text:
        problems.append(Problem(f"{place}: {key}", "must be a single text", f"{key}: {example}"))
        return None
    try:
        return parse(node.text)
    except Invalid as error:
        problems.append(Problem(f"{place}: {key}", redact(str(error)), f"{key}: {example}"))
        return None


def _selection(parts: Mapping[str, tuple[Place, Node]], problems: list[Problem]) -> Selection | None:
    texts: dict[str, list[str]] = {}
    for key in ("select", "only"):
        place, node = parts.get(key, (None, Items([], Place("", 0, 0))))
        nodes = node.nodes if isinstance(node, Items) else [node]
        texts[key] = [each.text for each in nodes if isinstance(each, Text) and each.text]
        if place and (len(texts[key]) < len(nodes) or not texts[key]):
            problems.append(Problem(f"{place}: {key}", "must be a text or a list of texts", HINT))
            return None
    try:
        return parse_selection(texts["select"], texts["only"])
    except UsageError as error:
        problems += [Problem(f"{parts['select'][0]}: select", each.what, each.hint) for each in error.problems]
        return None


def _waves(parts: Mapping[str, tuple[Place, Node]], problems: list[Problem]) -> tuple[int, ...]:
    if "waves" not in parts:
        return (0,)
    place, node = parts["waves"]
    texts = [each.text or "" for each in node.nodes if isinstance(each, Text)] if isinstance(node, Items) else []
    sizes = [0 if text == REST and number == len(texts) - 1 else _size(text) for number, text in enumerate(texts)]
    if not texts or None in sizes:
        message = (
            f"must be a list of whole numbers of at least 1. The last item may be {REST!r}, for all other clusters"
        )
        problems.append(Problem(f"{place}: waves", message, f"waves: [1, 5, {REST}]"))
    return tuple(size or 0 for size in sizes)


def _size(text: str) -> int | None:
    return int(text) if text.isdecimal() and 0 < int(text) < 10**6 else None
