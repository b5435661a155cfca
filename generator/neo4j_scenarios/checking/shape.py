"""Checks a values file against its chart's schema.

If the chart or the file is ours, every key must be in the schema. Otherwise only the known keys are checked.
"""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from neo4j_restore.secrecy import WITHHELD, looks_like_key
from neo4j_scenarios.charts import chart
from neo4j_scenarios.charts.schema import defaults, errors, schema
from neo4j_scenarios.checking.finding import Finding, finding
from neo4j_scenarios.errors import did_you_mean
from neo4j_scenarios.header import is_ours
from neo4j_scenarios.targets import Target
from neo4j_scenarios.yaml.located import Located, Steps, at

_TYPES: Final = {"object": Mapping, "array": list, "string": str, "boolean": bool}

_SILENT: Final = "correct the name, or remove the key: Helm ignores it silently"
_HINT: Final = "see the chart's values.yaml, which explains every key"


def check_shape(values: Located, target: Target) -> Iterator[Finding]:
    """Yield the schema's findings about the file.

    The schema of a foreign chart only has the part that we write. A file of ours must match all of it. In any other
    file, and in files that are merged with one of ours, only the types of known keys are checked, and key names that
    look like typos.
    """
    ours = is_ours(values) and len(values.files) == 1
    if not chart(target).whole_schema and not ours:
        yield from _known(values, (), schema(target), chart(target).other_keys)
        return
    for steps, message in errors(target, values.data):
        if message.startswith("Additional properties"):
            yield from _unknown(values, target, steps, message)
        else:
            yield finding(values, steps, f"is {WITHHELD}" if looks_like_key(message) else message, _HINT)


def _unknown(values: Located, target: Target, steps: Steps, message: str) -> Iterator[Finding]:
    """Yield the unknown keys of a map, each at its own place. The schema's error only has the map's place."""
    inside, allowed = at(values.data, steps), at(defaults(target), steps)
    for key in inside if isinstance(inside, Mapping) else ():
        if f"'{key}'" in message:
            has_names = isinstance(allowed, Mapping) and bool(allowed)
            what = did_you_mean(key, allowed) if has_names else f"{key!r} is not known"
            yield finding(values, (*steps, key), f"is {WITHHELD}" if looks_like_key(key) else what, _HINT)


def _known(
    values: Located, steps: Steps, part: Mapping[str, Any], others: Mapping[Steps, frozenset[str]]
) -> Iterator[Finding]:
    node = values.get(*steps) if steps else values.data
    kind = _TYPES.get(part.get("type", ""))
    if node is None or kind is None:
        return
    if not isinstance(node, kind):
        message = f"must be of type {part['type']}"
        yield finding(values, steps, message, "see the chart's values.yaml")
        return
    properties = part.get("properties", {})
    if not isinstance(node, Mapping):
        return
    more = others.get(steps, frozenset())
    for key in node:
        if key in properties:
            yield from _known(values, (*steps, key), properties[key], others)
        elif key in more:
            continue
        elif similar := difflib.get_close_matches(key, (properties.keys() | more) - node.keys(), n=1, cutoff=0.9):
            message = f"is not known: did you mean {similar[0]!r}?"
            yield finding(values, (*steps, key), message, _SILENT)
