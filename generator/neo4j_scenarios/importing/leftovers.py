"""The values of a file that its scenario does not give back: they are no inputs, and our values file lacks them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from neo4j_restore.secrecy import looks_like_key
from neo4j_scenarios.charts import chart
from neo4j_scenarios.charts.reading import KEY_HINT, Reading, Unsupported
from neo4j_scenarios.charts.schema import defaults
from neo4j_scenarios.targets import Target
from neo4j_scenarios.yaml.located import Steps, at, dotted

_WHY: Final = "is not an input of a scenario"
_HINT: Final = "set it in a second values file: -f values.yaml -f yours.yaml"
_LIST_HINT: Final = f"{_HINT}. A list there replaces the generated list, so it must repeat the generated items"


def leftovers(reading: Reading, source: Target, generated: Mapping[str, Any]) -> Iterator[Unsupported]:
    """Yield the values that are lost, each at its highest key. generated: the scenario's values for `source`.

    For example, a file has `core.initContainers[1]` as its restore container, and our values have it at
    `core.initContainers[0]`: `reading.same` maps the one path to the other. Its variables were read as
    inputs, and its image equals ours. Only its `tty` is lost, so just `core.initContainers[1].tty` is yielded.
    """
    return _walk(reading, (), source, generated)


def _walk(reading: Reading, steps: Steps, source: Target, generated: Mapping[str, Any]) -> Iterator[Unsupported]:
    node = reading.values.get(*steps)
    if steps in reading.done or (steps and node == _default(source, steps)):
        return
    counterpart = at(generated, _like(reading, steps))
    if steps and counterpart is not None and node == counterpart:
        return
    inner = node.keys() if isinstance(node, Mapping) else range(len(node)) if isinstance(node, list) else ()
    if not inner and isinstance(node, Mapping | list):
        return
    # An item of a list is yielded as a whole, because our list may have another item at its index.
    is_like = isinstance(counterpart, Mapping | list) and (not steps or not isinstance(steps[-1], int))
    if inner and (not steps or is_like or _touched(reading, steps)):
        for step in inner:
            yield from _walk(reading, (*steps, step), source, generated)
        return
    yield _left(reading, steps)


def _left(reading: Reading, steps: Steps) -> Unsupported:
    place = reading.values.place(steps)
    if any(isinstance(step, str) and looks_like_key(step) for step in steps) or looks_like_key(
        str(reading.values.get(*steps))
    ):
        return Unsupported(dotted(steps), place, "looks like a key, which a values file must not hold", KEY_HINT)
    inside = any(isinstance(step, int) for step in steps)
    return Unsupported(dotted(steps), place, _WHY, _LIST_HINT if inside else _HINT)


def _touched(reading: Reading, steps: Steps) -> bool:
    return any(done[: len(steps)] == steps for done in reading.done)


def _like(reading: Reading, steps: Steps) -> Steps:
    for theirs, ours in reading.same.items():
        if steps[: len(theirs)] == theirs:
            return ours + steps[len(theirs) :]
    return steps


def _default(source: Target, steps: Steps) -> Any:
    default = chart(source).defaults.get(steps)
    return at(defaults(source), steps) if default is None else default
