"""Random lives of a volume: requests, sets, starts, kills, outages, writes and rollbacks, against a small model."""

import json
import shutil
import signal
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.faults import model, traces
from tests.faults.forks import Ended, Forks
from tests.faults.model import Files, Request, State, Store
from tests.faults.scene import on_volume
from tests.faults.table import everything, record
from tests.support import archives, standin
from tests.support.archives import snapshot

DATABASES = ("neo4j", "movies")

_AT_REST = {"lock", "receipt.json", "history.jsonl", "previous"}

_PAST, _FUTURE = "2020-01-01T00:00:00Z", "2120-01-01T00:00:00Z"

# The changes of a restore of one database, and of a rollback: most fill staging, and the swap is the last sixty.
_IN_A_RESTORE = st.one_of(st.integers(0, 175), st.integers(176, 235), st.integers(176, 235))
_IN_A_ROLLBACK = st.integers(0, 57)


@dataclass
class Counts:
    """What the lives came to."""

    starts: int = 0
    kills: int = 0


class Life(RuleBasedStateMachine):
    """One volume and one bucket. `state` is the volume at rest. After a kill (`cut`), what the next command finds."""

    forks: Forks
    counts: Counts

    def __init__(self) -> None:
        """Begin with an empty volume and an empty bucket."""
        super().__init__()
        self.top = Path(tempfile.mkdtemp(dir=self.forks.folder))
        self.data, self.bucket, self.away = (self.top / name for name in ("data", "bucket", "away"))
        self.home = self.data / ".neo4j-restore"
        for folder in (self.data, self.bucket):
            folder.mkdir()
        standin.install(self.top / "neo4j")
        self.request, self.store, self.state = Request(), Store(), State()
        self.cut = False
        self.number = 0

    def teardown(self) -> None:
        """Remove the volume."""
        shutil.rmtree(self.top)

    # The world changes.

    @initialize()
    def every_database_has_a_set(self) -> None:
        for database in DATABASES:
            self.a_new_set_is_uploaded(database)

    @rule(database=st.sampled_from(DATABASES))
    def a_new_set_is_uploaded(self, database: str) -> None:
        files = self._new_files(database)
        self._pointer(database).write_bytes(archives.tar_gz(files, below=f"backups/{database}/"))
        self.store = replace(self.store, sets={**self.store.sets, database: on_volume(files, database)})

    @rule(database=st.sampled_from(DATABASES))
    def the_sets_are_deleted(self, database: str) -> None:
        self._pointer(database).unlink(missing_ok=True)
        self.store = replace(self.store, sets={name: self.store.sets[name] for name in {*self.store.sets} - {database}})

    @rule()
    def the_store_goes_or_comes_back(self) -> None:
        source, target = (self.bucket, self.away) if self.store.up else (self.away, self.bucket)
        source.rename(target)
        self.store = replace(self.store, up=not self.store.up)

    @rule(
        databases=st.sampled_from([("neo4j",), ("movies", "neo4j")]),
        policy=st.sampled_from(["once", "true", "false"]),
        keep=st.booleans(),
        expired=st.sampled_from([False, False, False, True]),
        start_empty=st.booleans(),
    )
    def the_request_changes(self, **changes: Any) -> None:
        self.request = replace(self.request, **changes)

    @rule()
    def the_request_becomes_a_new_wish(self) -> None:
        self._wish_anew()

    @precondition(lambda self: self.state.live and not self.cut)
    @rule(choice=st.integers(0, 1))
    def neo4j_writes(self, choice: int) -> None:
        name = sorted(self.state.live)[choice % len(self.state.live)]
        self.number += 1
        path, written = f"databases/{name}/neostore.nodestore.db", f"written {self.number}".encode()
        (self.data / path).write_bytes(written)
        self._live({**self.state.live, name: {**self.state.live[name], path: written}})

    @precondition(lambda self: self.state.live and not self.cut)
    @rule(choice=st.integers(0, 1))
    def somebody_removes_a_database(self, choice: int) -> None:
        name = sorted(self.state.live)[choice % len(self.state.live)]
        for part in ("databases", "transactions"):
            shutil.rmtree(self.data / part / name)
        self._live({each: files for each, files in self.state.live.items() if each != name})

    # The product acts.

    @rule()
    def the_pod_starts(self) -> None:
        self._ends_well("run", *model.start(self.state, self.request, self.store))

    @rule()
    def the_pod_starts_with_a_new_wish(self) -> None:
        self._wish_anew()
        self.the_pod_starts()

    @rule()
    def a_rollback_is_asked_for(self) -> None:
        self._ends_well("rollback", *model.rollback(self.state))

    @rule(at=_IN_A_RESTORE, anew=st.sampled_from([True, True, False]))
    def a_start_is_killed(self, at: int, anew: bool) -> None:
        if anew:
            self._wish_anew()
        self._is_killed("run", at, *model.start(self.state, self.request, self.store))

    @precondition(lambda self: self.state.previous)
    @rule(at=_IN_A_ROLLBACK)
    def a_rollback_is_killed(self, at: int) -> None:
        self._is_killed("rollback", at, *model.rollback(self.state))

    @rule()
    def status_is_asked(self) -> None:
        ended = self._run("status", "--json")
        assert ended.code == 0, ended
        status = json.loads(ended.said)
        assert self.cut or status["state"] == ("done" if self.state.records else "none")
        assert len(status["history"]) <= self.state.records

    # What holds at all times.

    @invariant()
    def at_rest_the_volume_is_what_the_model_says(self) -> None:
        if not self.cut:
            assert snapshot(self.data) == _all(self.state.live)
            assert snapshot(self.home / "previous") == _all(self.state.previous)
            names = {path.name for path in self.home.iterdir()} if self.home.exists() else set()
            assert names <= _AT_REST
            assert len(traces.history(self.home)) == self.state.records

    @invariant()
    def cut_off_the_old_is_whole_or_the_next_start_completes_the_new(self) -> None:
        if self.cut and not traces.is_sealed(self.home):
            assert snapshot(self.data) == _all(self.state.live)

    def _wish_anew(self) -> None:
        self.number += 1
        self.request = replace(self.request, policy="once", wish=f"wish-{self.number}", expired=False, keep=True)

    def _ends_well(self, command: str, ahead: State, code: int) -> None:
        self.counts.starts += 1
        ended = self._run(command)
        assert ended.code == code, ended
        self.state, self.cut = ahead, False

    def _is_killed(self, command: str, at: int, ahead: State, code: int) -> None:
        """Kill a command before a change. What was sealed by then is what the next one finds, or else nothing new."""
        ended = self._run(command, fault={"kind": "kill", "at": at})
        if ended.code != -signal.SIGKILL:
            assert ended.code == code, ended
            self.state, self.cut = ahead, False
            return
        self.counts.kills += 1
        assert traces.decided(self.home) in (self.state.records, ahead.records)
        self.state, self.cut = ahead if traces.decided(self.home) == ahead.records else self.state, True

    def _pointer(self, database: str) -> Path:
        return (self.bucket if self.store.up else self.away) / f"{database}-latest.tar.gz"

    def _live(self, live: dict[str, Files]) -> None:
        self.state = replace(self.state, live=live)

    def _new_files(self, database: str) -> dict[str, bytes]:
        self.number += 1
        return archives.store_files(f"{database} {self.number}")

    def _run(self, *argv: str, fault: dict[str, Any] | None = None) -> Ended:
        return self.forks.run(*argv, environment=self._environment(), fault=fault)

    def _environment(self) -> dict[str, str]:
        asked = self.request
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "NEO4J_HOME": str(self.top / "neo4j"),
            "BUCKET": f"file://{self.bucket}",
            "DATA_DIR": str(self.data),
            "DATABASE": ",".join(asked.databases),
            "FORCE_OVERWRITE": asked.policy,
            "RESTORE_ID": asked.wish,
            "KEEP_PREVIOUS": str(asked.keep).lower(),
            "RESTORE_NOT_AFTER": _PAST if asked.expired else _FUTURE,
            "ON_MISSING": "start-empty" if asked.start_empty else "fail",
        }


def _all(databases: Any) -> dict[str, bytes]:
    return {name: content for files in databases.values() for name, content in files.items()}


def test_whatever_happens_in_whatever_order_the_volume_is_what_was_asked_for(forking: Forks) -> None:
    Life.forks, Life.counts = forking, Counts()
    examples, steps = (100, 30) if everything() else (12, 20)
    run_state_machine_as_test(
        Life,
        settings=hypothesis.settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
    record("random lives of a volume: kills", Life.counts.kills, Life.counts.kills)
    record("random lives of a volume: starts", Life.counts.starts, Life.counts.starts)
