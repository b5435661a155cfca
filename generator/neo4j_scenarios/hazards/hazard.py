"""A hazard: a combination of inputs that is refused."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hazard:
    """A combination of inputs that is refused. keys: the inputs. The first one is named in the message."""

    keys: tuple[str, ...]
    what: str
    hint: str

    @property
    def key(self) -> str:
        """The input that the message names."""
        return self.keys[0]
