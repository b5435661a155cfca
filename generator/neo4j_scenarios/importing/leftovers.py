"""What of a values file its scenario does not bring back: everything that was neither taken nor is made again."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from neo4j_scenarios.importing.found import KEY_HINT, Found, Left
from neo4j_scenarios.located import Steps, at, dotted
from neo4j_scenarios.secrecy import looks_like_key
from neo4j_scenarios.targets import NEO4J_HELM, NEO4J_RESTORE, Target
from neo4j_scenarios.validate import defaults

_WHY: Final = "is no input of a scenario"
_HINT: Final = "a values file of your own, laid over the generated one: -f values.yaml -f yours.yaml"
_LIST_HINT: Final = f"{_HINT}; a list there takes the place of the generated one, so it needs that one's items too"

# What the labs chart has by itself, where a file says it again.
_LABS: Final[Mapping[Steps, object]] = {
    ("authEnabled",): True,
    ("core", "restore", "enabled"): False,
    ("core", "persistentVolume", "enabled"): True,
    ("core", "persistentVolume", "mountPath"): "/data",
    ("readReplica", "numberOfServers"): 0,
    ("readReplica", "restore", "enabled"): False,
}


def leftovers(found: Found, source: Target, made: Mapping[str, Any]) -> Iterator[Left]:
    """Yield, at the highest key each, what is not carried; `made`: the values that the scenario gives for `source`."""
    return _walk(found, (), source, made)


def _walk(found: Found, steps: Steps, source: Target, made: Mapping[str, Any]) -> Iterator[Left]:
    node = found.values.get(*steps)
    if steps in found.done or (steps and node == _default(source, steps)):
        return
    again = at(made, _like(found, steps))
    if steps and again is not None and node == again:
        return
    inner = node.keys() if isinstance(node, Mapping) else range(len(node)) if isinstance(node, list) else ()
    if not inner and isinstance(node, Mapping | list):
        return
    # An item of a list is told whole: at its place ours may be another.
    like = isinstance(again, Mapping | list) and (not steps or not isinstance(steps[-1], int))
    if inner and (not steps or like or _touched(found, steps)):
        for step in inner:
            yield from _walk(found, (*steps, step), source, made)
        return
    yield _left(found, steps)


def _left(found: Found, steps: Steps) -> Left:
    place = found.values.place(steps)
    if any(isinstance(step, str) and looks_like_key(step) for step in steps) or looks_like_key(
        str(found.values.get(*steps))
    ):
        return Left(dotted(steps), place, "looks like a key, which no values file should hold", KEY_HINT)
    inside = any(isinstance(step, int) for step in steps)
    return Left(dotted(steps), place, _WHY, _LIST_HINT if inside else _HINT)


def _touched(found: Found, steps: Steps) -> bool:
    return any(done[: len(steps)] == steps for done in found.done)


def _like(found: Found, steps: Steps) -> Steps:
    for given, made in found.same.items():
        if steps[: len(given)] == given:
            return made + steps[len(given) :]
    return steps


def _default(source: Target, steps: Steps) -> Any:
    if source is NEO4J_RESTORE:
        return at(defaults(source), steps)
    return _LABS.get(steps) if source is NEO4J_HELM else None
