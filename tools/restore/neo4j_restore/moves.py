"""The renames of a swap, forward and back. Each can be done again: what is left to do is read off the disk.

Forward: what is live goes to `outgoing`, then what comes in takes its place. Back: what came in returns to where it
was, then what was live returns from `outgoing`. Between the two halves the renames are brought to the disk, so no power
cut can show the second without the first. From every state that a crash in one direction leaves, both lead to an end.
"""

from dataclasses import dataclass
from pathlib import Path

from neo4j_restore import disk
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.journal import Journal
from neo4j_restore.volume import Layout


@dataclass(frozen=True)
class Moves:
    """What a journal moves on its volume."""

    layout: Layout
    journal: Journal

    @property
    def incoming(self) -> Path:
        """Return the folder from which parts go live."""
        return self.layout.home / self.journal.incoming

    def is_new(self, part: str) -> bool:
        """Tell whether the live `part` came in by this swap.

        It is gone from where it came from, and what was live before it, if anything was, is in `outgoing`.
        """
        retired = part not in self.journal.retire or (self.layout.outgoing / part).exists()
        return (self.layout.data / part).exists() and not (self.incoming / part).exists() and retired

    def begun(self) -> bool:
        """Tell whether any part was moved."""
        retired = parts_present(self.layout.outgoing, self.journal.retire)
        return bool(retired) or any(map(self.is_new, self.journal.install))

    def vanished(self) -> tuple[str, ...]:
        """Return the parts to install that are neither live nor where they should come from."""
        install = self.journal.install
        return tuple(part for part in install if not (self.incoming / part).exists() and not self.is_new(part))

    def gone(self) -> tuple[str, ...]:
        """Return the parts to make room for that are nowhere, though nothing came in their place: somebody did it."""
        there = {*self.journal.install} - {*parts_present(self.incoming, self.journal.install)}
        there.update(parts_present(self.layout.data, self.journal.retire))
        there.update(parts_present(self.layout.outgoing, self.journal.retire))
        return tuple(part for part in self.journal.retire if part not in there)

    def forward(self) -> None:
        """Make room, then move in. Raises TargetOccupiedError for what is gone or in the way, OSError."""
        if vanished := self.vanished():
            message = f"{', '.join(vanished)}: neither staged in {self.incoming} nor live: something removed it"
            raise TargetOccupiedError(message, hint="see what else writes to the volume: one pod a volume")
        self.retire()
        for part in self.journal.install:
            if (self.incoming / part).exists():
                _move(self.incoming / part, self.layout.data / part)
        self._sync(self.journal.install, self.incoming, self.layout.data)

    def retire(self) -> None:
        """Move what is live to `outgoing`."""
        disk.make_folder(self.layout.outgoing)
        for part in self.journal.retire:
            stays = part in self.journal.install and self.is_new(part)
            if (self.layout.data / part).exists() and not stays:
                _move(self.layout.data / part, self.layout.outgoing / part)
        self._sync(self.journal.retire, self.layout.data, self.layout.outgoing)

    def back(self) -> None:
        """Undo `forward`, as far as it came. Raises TargetOccupiedError for what is in the way, OSError."""
        for part in filter(self.is_new, self.journal.install):
            _move(self.layout.data / part, self.incoming / part)
        self._sync(self.journal.install, self.layout.data, self.incoming)
        for part in parts_present(self.layout.outgoing, self.journal.retire):
            _move(self.layout.outgoing / part, self.layout.data / part)
        self._sync(self.journal.retire, self.layout.outgoing, self.layout.data)

    def whereabouts(self) -> str:
        """Return where the parts are, old and new, for the person who has to bring them together."""
        places = {"live": self.layout.data, "replaced": self.layout.outgoing, "to come in": self.incoming}
        parts = dict.fromkeys((*self.journal.retire, *self.journal.install))
        found = {part: [name for name, top in places.items() if (top / part).exists()] or ["gone"] for part in parts}
        lines = "; ".join(f"{part}: {' and '.join(names)}" for part, names in found.items())
        return f"{lines} ({self.layout.outgoing} has what is replaced, {self.incoming} what is to come in)"

    def _sync(self, parts: tuple[str, ...], source: Path, target: Path) -> None:
        """Bring the renames of `parts` from `source` to `target` to the disk: where they came to first."""
        into, out_of = ([root, *{(root / part).parent for part in parts}] for root in (target, source))
        for folder in [*into, *out_of, self.layout.home]:
            # One may be gone: made and removed before the crash that this run recovers from.
            if folder.exists():
                disk.fsync(folder)


def parts_present(root: Path, parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of `parts` that are in the data folder `root`."""
    return tuple(part for part in parts if (root / part).exists())


def _move(source: Path, target: Path) -> None:
    if target.exists():
        message = f"{target} is there, where {source} should go"
        raise TargetOccupiedError(message, hint="something else wrote to the volume; move it away, then start again")
    disk.make_folder(target.parent)
    source.rename(target)
