"""The renames of a swap, forward and back. Each can be repeated, because the disk itself shows what is left to do.

Forward: the live folders go to `outgoing`, then the new ones take their place. Back: the new folders return to where
they came from, then the old ones return from `outgoing`. The renames of the first half are synced before the second
half begins, so no power cut can show the second without the first. After a crash in either direction, both directions
can be completed.

A part is one of a database's two folders, relative to a data folder, such as `databases/neo4j`. An auth file of Neo4j
3.x is a part as well, such as `dbms/auth`.
"""

from dataclasses import dataclass
from pathlib import Path

from neo4j_restore import disk
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.volume.journal import Journal
from neo4j_restore.volume.paths import VolumePaths


@dataclass(frozen=True)
class Moves:
    """The renames that a journal stands for, on its volume."""

    paths: VolumePaths
    journal: Journal

    @property
    def incoming(self) -> Path:
        """Return the folder from which parts go live."""
        return self.paths.home / self.journal.incoming

    def is_new(self, part: str) -> bool:
        """Return whether the live `part` came in by this swap.

        It is no longer where it came from. The folder that was live before it, if any, is in `outgoing`.
        """
        # Without this a folder that somebody removed from staging would make the old live one look new.
        retired = part not in self.journal.retire or (self.paths.outgoing / part).exists()
        return (self.paths.data / part).exists() and not (self.incoming / part).exists() and retired

    def begun(self) -> bool:
        """Return whether any part was moved."""
        retired = parts_present(self.paths.outgoing, self.journal.retire)
        return bool(retired) or any(map(self.is_new, self.journal.install))

    def vanished(self) -> tuple[str, ...]:
        """Return the parts to install that are neither live nor where they should come from."""
        install = self.journal.install
        return tuple(part for part in install if not (self.incoming / part).exists() and not self.is_new(part))

    def gone(self) -> tuple[str, ...]:
        """Return the parts to retire that are nowhere, although nothing came in their place. Another process did it."""
        # A part that left `incoming` has come in by this swap, so its old folder is not missing.
        present = {*self.journal.install} - {*parts_present(self.incoming, self.journal.install)}
        present.update(parts_present(self.paths.data, self.journal.retire))
        present.update(parts_present(self.paths.outgoing, self.journal.retire))
        return tuple(part for part in self.journal.retire if part not in present)

    def forward(self) -> None:
        """Retire the old parts, then install the new ones.

        Raises TargetOccupiedError for a folder that is gone or in the way, OSError.
        """
        # Asked first: with a new folder gone, retiring the old one would leave no database.
        if vanished := self.vanished():
            message = f"{', '.join(vanished)} is neither staged in {self.incoming} nor live: another process removed it"
            raise TargetOccupiedError(message, hint="only one pod may use a volume: see what else writes to it")
        self.retire()
        for part in self.journal.install:
            if (self.incoming / part).exists():
                _move(self.incoming / part, self.paths.data / part)
        self._sync(self.journal.install, self.incoming, self.paths.data)

    def retire(self) -> None:
        """Move the live parts to `outgoing`."""
        disk.make_folder(self.paths.outgoing)
        for part in self.journal.retire:
            # After a crash the new folder may be in place already. It must not follow the old one to `outgoing`.
            stays = part in self.journal.install and self.is_new(part)
            if (self.paths.data / part).exists() and not stays:
                _move(self.paths.data / part, self.paths.outgoing / part)
        self._sync(self.journal.retire, self.paths.data, self.paths.outgoing)

    def back(self) -> None:
        """Undo `forward`, as far as it came. Raises TargetOccupiedError for a folder that is in the way, OSError."""
        for part in filter(self.is_new, self.journal.install):
            _move(self.paths.data / part, self.incoming / part)
        # On the disk before the old parts return: recovery reads off the disk how far the swap came.
        self._sync(self.journal.install, self.paths.data, self.incoming)
        for part in parts_present(self.paths.outgoing, self.journal.retire):
            _move(self.paths.outgoing / part, self.paths.data / part)
        self._sync(self.journal.retire, self.paths.outgoing, self.paths.data)

    def whereabouts(self) -> str:
        """Return where the old and new parts are, for the person who has to put them together."""
        places = {"live": self.paths.data, "replaced": self.paths.outgoing, "new": self.incoming}
        parts = dict.fromkeys((*self.journal.retire, *self.journal.install))
        states = {part: [name for name, top in places.items() if (top / part).exists()] or ["gone"] for part in parts}
        lines = "; ".join(f"{part}: {' and '.join(names)}" for part, names in states.items())
        return f"{lines} (replaced folders are in {self.paths.outgoing}, new ones in {self.incoming})"

    def _sync(self, parts: tuple[str, ...], source: Path, target: Path) -> None:
        """Sync the renames of `parts` from `source` to `target` to the disk."""
        into, out_of = ([root, *{(root / part).parent for part in parts}] for root in (target, source))
        # The target first: if the power fails between the two, an entry may be in both folders, and never in neither.
        for folder in [*into, *out_of, self.paths.home]:
            # A folder may be gone: made and removed before the crash that this run recovers from.
            if folder.exists():
                disk.fsync(folder)


def parts_present(root: Path, parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of `parts` that exist in the data folder `root`."""
    return tuple(part for part in parts if (root / part).exists())


def _move(source: Path, target: Path) -> None:
    if target.exists():
        # `rename` would silently replace an empty folder, and fail with a bare ENOTEMPTY on any other.
        message = f"cannot move {source} to {target}: it exists already"
        hint = f"another process wrote to the volume. Move it away, then start again: mv {target} {target}.moved"
        raise TargetOccupiedError(message, hint=hint)
    disk.make_folder(target.parent)
    source.rename(target)
