"""The inputs that choose the sets a cluster restores. They are compared by meaning, not by spelling.

`gs://b/p/` equals `gs://b/p`. `timestamp: latest` equals no timestamp. The order of databases does not matter. Without
this rule, tidying a fleet file would lose its pins. `lock` would then take the newest set, which may be the broken one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from neo4j_restore.spec import LATEST, Invalid, parse_databases
from neo4j_scenarios.inputs import rules
from neo4j_scenarios.inputs.fields import FIELDS

BUCKET: Final = "bucket"
DATABASE: Final = "database"
TIMESTAMP: Final = "timestamp"
FOLDER: Final = "backup-set-dir"

# A pin stays valid as long as these inputs keep their meaning.
ASKED: Final = tuple(f.key for f in FIELDS if f.key in {BUCKET, DATABASE, TIMESTAMP, FOLDER})


@dataclass(frozen=True)
class Meaning:
    """The meaning of a cluster's inputs.

    place: bucket and folder in canonical form. databases: those whose sets are restored.
    timestamp: in canonical form, `latest` if none is set.
    """

    place: tuple[str, str]
    databases: frozenset[str]
    timestamp: str


def asked(inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the inputs of a cluster that choose its sets, as they are spelled."""
    return {key: inputs[key] for key in ASKED if inputs.get(key)}


def meaning(inputs: Mapping[str, str]) -> Meaning:
    """Return the meaning of the inputs. A text that breaks its rule counts as it is, and is reported elsewhere."""
    return Meaning(
        (_canonical(BUCKET, inputs), _canonical(FOLDER, inputs)),
        frozenset(_canonical(DATABASE, inputs).split(",")),
        _canonical(TIMESTAMP, inputs) or LATEST,
    )


def differs(key: str, one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Return whether two clusters' inputs differ in the meaning of `key`, one of `ASKED`."""
    return _canonical(key, one) != _canonical(key, other)


_RULES: Final[Mapping[str, Callable[[str], object]]] = {
    BUCKET: rules.bucket,
    # A pin is of a set, so the name that its database gets on the volume does not matter.
    DATABASE: lambda text: ",".join(sorted(each.source for each in parse_databases(text))),
    TIMESTAMP: lambda text: "" if (moment := rules.timestamp(text)) == LATEST else moment,
    FOLDER: rules.folder,
}


def _canonical(key: str, inputs: Mapping[str, str]) -> str:
    text = inputs.get(key, "")
    try:
        return str(_RULES[key](text)) if text else ""
    except Invalid:
        return text
