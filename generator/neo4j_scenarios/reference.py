"""A key of a Secret or of a ConfigMap, by name: what a values file may say of what it must not hold."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from neo4j_restore.spec import Invalid
from neo4j_scenarios import rules

Source = Literal["secret", "configmap"]


@dataclass(frozen=True)
class Reference:
    """The key `key` of the Secret or ConfigMap `name`."""

    source: Source
    name: str
    key: str

    def __str__(self) -> str:
        """Return it as the input says it."""
        return f"{self.source}/{self.name}/{self.key}"


def reference(key: str, *sources: Source) -> Callable[[str], Reference | None]:
    """Return a rule that takes `SOURCE/NAME` or `SOURCE/NAME/KEY`, with `key` where none is given; or an empty text."""
    known = {source: source for source in sources}

    def parse(found: str) -> Reference | None:
        if not found:
            return None
        word, *rest = found.split("/", 2)
        if word not in known or not rest:
            message = f"{found!r} is not {' or '.join(f'{source}/NAME' for source in sources)}, or that with /KEY"
            raise Invalid(message)
        return Reference(known[word], rules.NAME(rest[0]), rules.SECRET_KEY(rest[1]) if rest[1:] else key)

    return parse


def text(value: Reference | None) -> str:
    """Return the input that asks for `value`."""
    return str(value or "")
