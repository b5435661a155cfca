"""The data volume, if it is not a new claim: an existing one, chosen by name or labels, or a block of the chart.

`claim/NAME` is a persistent volume claim. `selector` chooses volumes by the labels of the official chart, and
`selector/KEY=VALUE,…` chooses by others. A map has a mode of that chart, `volume` or `volumeClaimTemplate`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from neo4j_restore.spec import Invalid
from neo4j_scenarios.inputs import rules
from neo4j_scenarios.inputs.structure import line, read

NEW: Final = ""
CLAIM: Final = "claim"
SELECTOR: Final = "selector"
VOLUME: Final = "volume"
TEMPLATE: Final = "volumeClaimTemplate"

# The official chart chooses by these labels if its values name none. Source: its values.yaml, 5.1 to 5.17.
NAME_LABEL: Final = "app"
ROLE_LABEL: Final = "helm.neo4j.com/volume-role"
ROLE: Final = "data"

_LABEL: Final = re.compile(r"([a-z0-9.-]{1,200}/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")

_EXPECTED: Final = f"claim/NAME, selector, selector/KEY=VALUE, or a map with {VOLUME} or {TEMPLATE}"


@dataclass(frozen=True)
class DataVolume:
    """A parsed input: its kind, and the claim's name, the labels or the block that belong to the kind."""

    kind: str
    claim: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    block: Any = None

    @property
    def claims(self) -> bool:
        """Whether it is a single claim, which only one server can use."""
        return self.kind == CLAIM or (self.kind == VOLUME and "persistentVolumeClaim" in self.block)


def rule(text: str) -> str:
    """Return the shortest text for it: a map as one line of JSON, labels sorted. Raises Invalid."""
    volume = parse(text)
    if volume.block is None:
        labels = ",".join(f"{key}={value}" for key, value in volume.labels)
        return f"{SELECTOR}/{labels}" if labels else text
    claim = volume.block.get("persistentVolumeClaim")
    if (
        volume.kind == VOLUME
        and len(volume.block) == 1
        and isinstance(claim, Mapping)
        and claim.keys() == {"claimName"}
    ):
        return f"{CLAIM}/{rules.NAME(str(claim['claimName']))}"
    return line({volume.kind: volume.block})


def parse(text: str) -> DataVolume:
    """Parse the text of an input. Raises Invalid."""
    if not text:
        return DataVolume(NEW)
    kind, slash, rest = text.partition("/")
    if kind == CLAIM and slash:
        return DataVolume(CLAIM, claim=rules.NAME(rest))
    if kind == SELECTOR and (rest or not slash):
        return DataVolume(SELECTOR, labels=tuple(sorted(_label(each) for each in rest.split(","))) if rest else ())
    return _written_out(text)


def _written_out(text: str) -> DataVolume:
    value = read(text) if text.startswith("{") else None
    if not isinstance(value, Mapping) or len(value) != 1 or not value.keys() <= {VOLUME, TEMPLATE}:
        message = f"{text!r} is not {_EXPECTED}"
        raise Invalid(message)
    ((kind, block),) = value.items()
    if not isinstance(block, Mapping) or not block:
        message = f"{kind} must be the map that the chart takes"
        raise Invalid(message)
    return DataVolume(kind, block=dict(block))


def _label(text: str) -> tuple[str, str]:
    key, equals, value = text.strip().partition("=")
    if not equals or not _LABEL.fullmatch(key):
        message = f"{text.strip()!r} is not a label such as app=graph"
        raise Invalid(message)
    return key, rules.LABEL_VALUE(value)
