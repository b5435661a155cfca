"""Merges values as Helm does: maps merge, any other value replaces the lower one, and null removes a key.

Source: Helm's `pkg/cli/values` for files, and `CoalesceValues` of `pkg/chart*/util` for a chart's own values. A test
compares both with a real Helm.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from neo4j_scenarios.yaml.located import Located, Steps


def overlaid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return the merged data of two values files. A null stays, because it removes the chart's own value."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = overlaid(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return merged


def completed(defaults: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a chart's templates see. defaults: the chart's own values.

    A null removes the chart's value. If the chart has no value, the null stays. Templates treat it as missing.
    """
    merged = dict(defaults)
    for key, value in values.items():
        under = defaults.get(key)
        if value is None and under is not None:
            del merged[key]
        # A check for a dict is much faster than one for a Mapping, and this is done for each file of a fleet.
        elif isinstance(value, dict) and isinstance(under, dict):
            merged[key] = completed(under, value)
        else:
            merged[key] = value
    return merged


def laid_over(below: Located, above: Located) -> Located:
    """Return two files as one. The place of each key is in the file that its value comes from."""
    replaced = set(_replaced(below.data, above.data, ()))
    places = {steps: place for steps, place in below.places.items() if not _inside(steps, replaced)}
    new = {steps: place for steps, place in above.places.items() if steps not in places}
    hidden = {steps: below.places[steps] for steps in replaced if steps in below.places}
    return replace(
        below,
        data=overlaid(below.data, above.data),
        places={**places, **new},
        comment=below.comment or above.comment,
        files=(*below.files, *above.files),
        hidden={**below.hidden, **hidden},
    )


def _replaced(below: Mapping[str, Any], above: Mapping[str, Any], steps: Steps) -> list[Steps]:
    """Return the paths at which a value replaces another."""
    paths: list[Steps] = []
    for key in above.keys() & below.keys():
        under, over = below[key], above[key]
        both = isinstance(under, Mapping) and isinstance(over, Mapping)
        paths += _replaced(under, over, (*steps, key)) if both else [(*steps, key)]
    return paths


def _inside(steps: Steps, paths: set[Steps]) -> bool:
    return any(steps[:length] in paths for length in range(1, len(steps) + 1))
