"""Values laid over each other as Helm does it: maps merge, everything else replaces, and null removes a key.

Source: Helm's `pkg/cli/values` for files, and `CoalesceValues` of `pkg/chart*/util` for a chart's own values. A test
compares both with a real Helm.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from neo4j_scenarios.located import Located, Steps


def overlaid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return what two values files say together; a null stays, as it removes what the chart has by itself."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = overlaid(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return merged


def completed(defaults: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a chart's templates see; `defaults` are the chart's own.

    A null removes what the chart has. Where the chart has nothing the null stays; templates take it for nothing.
    """
    merged = dict(defaults)
    for key, value in values.items():
        under = defaults.get(key)
        if value is None and under is not None:
            del merged[key]
        else:
            both = isinstance(under, Mapping) and isinstance(value, Mapping)
            merged[key] = completed(under, value) if both and under is not None else value
    return merged


def laid_over(below: Located, above: Located) -> Located:
    """Return two files as one; each key has the place of the file that its value is from."""
    replaced = set(_replaced(below.data, above.data, ()))
    kept = {steps: place for steps, place in below.places.items() if not _inside(steps, replaced)}
    new = {steps: place for steps, place in above.places.items() if steps not in kept}
    hidden = {steps: below.places[steps] for steps in replaced if steps in below.places}
    return replace(
        below,
        data=overlaid(below.data, above.data),
        places={**kept, **new},
        comment=below.comment or above.comment,
        files=(*below.files, *above.files),
        hidden={**below.hidden, **hidden},
    )


def _replaced(below: Mapping[str, Any], above: Mapping[str, Any], steps: Steps) -> list[Steps]:
    """Return the paths at which a value takes the place of another."""
    found: list[Steps] = []
    for key in above.keys() & below.keys():
        under, over = below[key], above[key]
        both = isinstance(under, Mapping) and isinstance(over, Mapping)
        found += _replaced(under, over, (*steps, key)) if both else [(*steps, key)]
    return found


def _inside(steps: Steps, paths: set[Steps]) -> bool:
    return any(steps[:length] in paths for length in range(1, len(steps) + 1))
