"""A combination of inputs that is refused."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hazard:
    """A combination that is refused; `keys` are the inputs it looks at, the first the one to name."""

    keys: tuple[str, ...]
    what: str
    hint: str

    @property
    def key(self) -> str:
        """The input that the message names."""
        return self.keys[0]
