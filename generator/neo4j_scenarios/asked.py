"""The inputs that say which sets a cluster restores, compared by what they mean and not by how they are spelled.

`gs://b/p/` is `gs://b/p`, `timestamp: latest` is no timestamp, and the order of databases says nothing. Without that, a
fleet file that was only tidied would lose its pins, and `lock` would take the newest set, which may be the broken one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from neo4j_restore.spec import LATEST, Invalid, parse_databases
from neo4j_scenarios import rules
from neo4j_scenarios.fields import FIELDS

BUCKET: Final = "bucket"
DATABASE: Final = "database"
TIMESTAMP: Final = "timestamp"
FOLDER: Final = "backup-set-dir"

# A pin is good for as long as these mean the same.
ASKED: Final = tuple(f.key for f in FIELDS if f.key in {BUCKET, DATABASE, TIMESTAMP, FOLDER})


@dataclass(frozen=True)
class Meaning:
    """What is asked for. place: bucket and folder in canonical form. timestamp: canonical, `latest` for none."""

    place: tuple[str, str]
    databases: frozenset[str]
    timestamp: str


def asked(inputs: Mapping[str, str]) -> dict[str, str]:
    """Return those of a cluster's inputs that say which sets are meant, as they are spelled."""
    return {key: inputs[key] for key in ASKED if inputs.get(key)}


def meaning(inputs: Mapping[str, str]) -> Meaning:
    """Return what the inputs ask for; a text that breaks its rule, which is reported elsewhere, stands for itself."""
    return Meaning(
        (_canonical(BUCKET, inputs), _canonical(FOLDER, inputs)),
        frozenset(_canonical(DATABASE, inputs).split(",")),
        _canonical(TIMESTAMP, inputs) or LATEST,
    )


def differs(key: str, one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Return whether two clusters' inputs mean different things by `key`, one of `ASKED`."""
    return _canonical(key, one) != _canonical(key, other)


_RULES: Final[Mapping[str, Callable[[str], object]]] = {
    BUCKET: rules.bucket,
    DATABASE: lambda text: ",".join(sorted(parse_databases(text))),
    TIMESTAMP: lambda text: "" if (moment := rules.timestamp(text)) == LATEST else moment,
    FOLDER: rules.folder,
}


def _canonical(key: str, inputs: Mapping[str, str]) -> str:
    text = inputs.get(key, "")
    try:
        return str(_RULES[key](text)) if text else ""
    except Invalid:
        return text
