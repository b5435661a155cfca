"""A pod whose volume meets a fault: laid out anew for each try, then looked at, started again, and looked at again."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.cases import Case
from tests.faults.forks import Ended, Fault, Forks
from tests.support.archives import empty, snapshot, snapshot_all, write_files

# Phases of a journal from which the next start goes on to the new data.
_SEALED = {"verified", "swapped"}

_AT_REST = {"lock", "receipt.json", "history.jsonl"}


@dataclass(frozen=True)
class Pod:
    """A case on a volume. top: of all its folders. data: the volume as tests see it. The command has it at DATA_DIR."""

    case: Case
    forks: Forks
    top: Path
    data: Path

    @property
    def home(self) -> Path:
        """Return the product's own folder on the volume."""
        return self.data / ".neo4j-restore"

    @property
    def environment(self) -> dict[str, str]:
        """Return the container's environment."""
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "NEO4J_HOME": str(self.top / "neo4j"),
            "BUCKET": f"file://{self.top / 'bucket'}",
            "DATABASE": ",".join(self.case.databases),
            "DATA_DIR": str(self.top / "data"),
            "TERMINATION_LOG": str(self.top / "reason"),
            **self.case.settings,
        }

    def lay(self) -> None:
        """Make the volume what it is before the fault, whatever it is now."""
        empty(self.data)
        shutil.copytree(self.top / "before", self.data, dirs_exist_ok=True)

    def run(self, command: str = "run", fault: Fault | None = None, settings: Mapping[str, str] | None = None) -> Ended:
        """Run a command as the container does, with other settings if needed. A fault happens at its change."""
        return self.forks.run(command, environment={**self.environment, **(settings or {})}, fault=fault)

    def cut(self, fault: Fault | None = None) -> Ended:
        """Run the case's own command."""
        return self.run(self.case.command, fault)

    def journal(self) -> dict[str, Any]:
        """Return the journal of an unfinished restore. It is empty if there is none."""
        path = self.home / "journal.json"
        try:
            return dict(json.loads(path.read_text())) if path.exists() else {}
        except ValueError as error:
            message = f"the journal can't be read: {error}"
            raise AssertionError(message) from error

    def holds_old(self) -> bool:
        """Tell whether the old set is live, and the previous generation is what it was."""
        previous = snapshot(self.home / "previous") == self.case.data(self.case.previous)
        return self._live() == "before" and previous

    def holds_live(self, name: str) -> bool:
        """Tell whether the set `before` or `after` is live, whatever else is on the volume."""
        return self._live() == name

    def holds_new(self) -> bool:
        """Tell whether the new set is live, at rest or not."""
        return self._live() == "after"

    def assert_old_or_goes_on(self) -> None:
        """Fail unless the volume holds the old set whole, or the new, or a journal that the next start completes."""
        phase = self.journal().get("phase")
        if phase in _SEALED or (phase and self.case.reclaims):
            return
        live = self._live()
        assert live in ("before", "after"), f"half: {sorted(snapshot(self.data))}, journal {phase}"
        assert live == "after" or snapshot(self.home / "previous") == self.case.data(self.case.previous)

    def assert_recovers(self) -> None:
        """Fail unless a normal start restores the new set once, and another one changes nothing."""
        self.assert_ends_well(self.run())
        if self.case.command != "run":
            assert self._live() in ("before", "after"), f"half: {sorted(snapshot(self.data))}"
            self._assert_at_rest()
            self.assert_ends_well(self.cut())
        self.assert_done()
        if not self.case.every_start:
            before = snapshot_all(self.data)
            self.assert_ends_well(self.cut())
            assert snapshot_all(self.data) == before, "one more start changed the volume"

    def assert_done(self) -> None:
        """Fail unless the volume holds exactly the new set, at rest, and the history tells of it once."""
        assert self._live() == "after", f"not the new set: {sorted(snapshot(self.data))}"
        assert snapshot(self.home / "previous") == self.case.data(self.case.previous_after), (
            "another previous generation"
        )
        self._assert_at_rest()
        ids = [
            (sorted(each["database"] for each in line["restored"]), line.get("rolled_back")) for line in self._history()
        ]
        databases = sorted(self.case.databases)
        once = [(databases, None), *([([], databases)] if self.case.command == "rollback" else [])]
        # Where each start restores, so did some of those that were cut off.
        expected = once * len(ids) if self.case.every_start and ids else once
        assert ids == expected, f"the history tells {ids}"

    def _live(self) -> str:
        content = snapshot(self.data)
        sets = {"after": self.case.live_after, "before": self.case.live}
        return next((name for name, generation in sets.items() if self.case.data(generation) == content), "neither")

    def _history(self) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        for line in (self.home / "history.jsonl").read_text().splitlines():
            try:
                records.append(json.loads(line))
            except ValueError:
                # What a crash cut short; a whole line follows it.
                continue
        last = json.loads((self.home / "receipt.json").read_text())["last"]
        assert records[-1:] == [last], "the history does not end with the receipt"
        return records

    def _assert_at_rest(self) -> None:
        names = {path.name for path in self.home.iterdir()} - self.case.leaves
        assert names <= _AT_REST, f"left over: {names - _AT_REST}"
        folders = {str(path.relative_to(self.data)) for path in self.data.rglob("*") if path.is_dir()}
        needed = {str(above) for name in snapshot(self.data) for above in Path(name).parents} | {".neo4j-restore"}
        other = {name for name in folders - needed if not name.startswith(".neo4j-restore/")}
        assert not other, f"folders left over: {other}"

    def assert_ends_well(self, ended: Ended) -> None:
        """Fail unless a start has ended with 0."""
        assert ended.code == 0, f"the start after it: {ended}"


def make_pod(
    case: Case, forks: Forks, top: Path, seen_below: Path = Path("/"), hand_over: Callable[[Path], object] = Path
) -> Pod:
    """Return the pod of a case, its folders below `top`. The volume is laid out.

    seen_below: where the tests see the root of a command that has mounts of its own.
    hand_over: gives a folder to the user that the command runs as.
    """
    pod = Pod(case, forks, top, seen_below / (top / "data").relative_to("/"))
    pod.data.mkdir(parents=True, exist_ok=True)
    (top / "reason").touch()
    case.fill_bucket(top / "bucket")
    case.install_admin(top / "neo4j")
    if case.command == "rollback":
        write_files(pod.data, case.data(case.previous))
        hand_over(top)
        pod.assert_ends_well(pod.run())
    else:
        write_files(pod.data, case.data(case.live))
        write_files(pod.home / "previous", case.data(case.previous))
        hand_over(top)
    shutil.copytree(pod.data, top / "before")
    # Copies are root's where root runs the tests: from here on each try begins alike.
    pod.lay()
    return pod
