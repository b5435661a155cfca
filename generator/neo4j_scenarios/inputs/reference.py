"""A reference to a key of a Secret or ConfigMap. A values file may hold the reference, but not the content."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from neo4j_restore.spec import Invalid
from neo4j_scenarios.inputs import rules

Source = Literal["secret", "configmap"]


@dataclass(frozen=True)
class Reference:
    """The key `key` of the Secret or ConfigMap `name`."""

    source: Source
    name: str
    key: str

    def __str__(self) -> str:
        """Return it in the form of the input."""
        return f"{self.source}/{self.name}/{self.key}"


def reference(key: str, *sources: Source) -> Callable[[str], Reference | None]:
    """Return a rule that takes `SOURCE/NAME`, `SOURCE/NAME/KEY` or an empty text. key: the default KEY."""
    by_word = {source: source for source in sources}

    def parse(text: str) -> Reference | None:
        if not text:
            return None
        word, *rest = text.split("/", 2)
        if word not in by_word or not rest:
            forms = " or ".join(f"{source}/NAME" for source in sources)
            message = f"{text!r} is not {forms}, which may be followed by /KEY"
            raise Invalid(message)
        return Reference(by_word[word], rules.NAME(rest[0]), rules.SECRET_KEY(rest[1]) if rest[1:] else key)

    return parse


def text(value: Reference | None) -> str:
    """Return the text of the input for `value`."""
    return str(value or "")
