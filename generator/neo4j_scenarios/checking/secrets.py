"""Finds secrets in a values file, where every reader of the repository sees them."""

from collections.abc import Iterator, Mapping
from typing import Any

from neo4j_restore.secrecy import looks_like_key
from neo4j_scenarios.charts import chart
from neo4j_scenarios.charts.reading import KEY_HINT
from neo4j_scenarios.checking.finding import Finding, finding
from neo4j_scenarios.targets import Target
from neo4j_scenarios.yaml.located import Located, Steps


def check_secrets(values: Located, target: Target) -> Iterator[Finding]:
    """Yield each place of a password, or of a text that looks like a key."""
    steps, instead = chart(target).password or ((), "")
    if steps and values.get(*steps):
        yield finding(
            values,
            steps,
            "is a password in plain text",
            f"remove it here and from the Git history, and name a Secret with {instead}",
        )
    yield from _keys(values, values.data, ())


def _keys(values: Located, node: Any, steps: Steps) -> Iterator[Finding]:
    # `container` checks the variables of a container.
    if len(steps) > 2 and steps[-1] in {"name", "value"} and steps[-3] == "env":
        return
    if isinstance(node, Mapping):
        for key, item in node.items():
            if looks_like_key(key):
                yield finding(values, (*steps, key), "looks like a key", KEY_HINT)
            yield from _keys(values, item, (*steps, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _keys(values, item, (*steps, index))
    elif isinstance(node, str) and looks_like_key(node):
        yield finding(values, steps, "looks like a key, which a values file must not hold", KEY_HINT)
