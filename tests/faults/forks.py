"""neo4j-restore, hundreds of times, at the price of a fork each.

A clean process without threads imports the product once and forks a child a try. The child takes the environment,
arms the fault, and runs the command as the container does. `Forks` is the side of the tests.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO, Any, NoReturn

from tests.faults import acts, changes, power_recorder
from tests.support.forking import import_command

# Python's own output is on the way to a file that the test reads.
_OUT = (1, 2)

_READY = "ready\n"

Fault = Mapping[str, Any]


@dataclass(frozen=True)
class Ended:
    """How a try ended. code: the exit code, or minus the signal's number. changes: those it made, unless killed."""

    code: int
    said: str
    changes: tuple[str, ...]

    def __str__(self) -> str:
        """Return what a failed assertion should show."""
        return f"exit {self.code}\n{self.said}"


@dataclass(frozen=True)
class Forks:
    """The forking process. folder: for what its children say."""

    process: subprocess.Popen[str]
    folder: Path

    def run(self, *argv: str, environment: Mapping[str, str], fault: Fault | None = None) -> Ended:
        """Run `neo4j-restore ARGV` on exactly this environment.

        fault: `kind` and its arguments, of `acts`. Without one the changes are counted, and nothing happens.
        """
        said, made = self.folder / "said", self.folder / "made"
        made.unlink(missing_ok=True)
        job = {"argv": argv, "environment": environment, "fault": fault, "said": str(said), "made": str(made)}
        _pipe(self.process.stdin).write(json.dumps(job) + "\n")
        _pipe(self.process.stdin).flush()
        code = json.loads(_pipe(self.process.stdout).readline())
        return Ended(code, said.read_text(), tuple(json.loads(made.read_text())) if made.exists() else ())


@contextmanager
def forks(folder: Path, *prefix: str) -> Iterator[Forks]:
    """Start the forking process. It ends with the block. prefix: a command that starts it, such as `unshare`."""
    folder.mkdir(exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])}
    argv = [*prefix, sys.executable, "-m", "tests.faults.forks"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as process:
        # Its word that it is there: mounts of the prefix are made by then.
        assert _pipe(process.stdout).readline() == _READY, "the forking process did not start"
        yield Forks(process, folder)


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def _serve() -> None:
    import_command()
    sys.stdout.write(_READY)
    sys.stdout.flush()
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _child(json.loads(line))
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _child(job: Mapping[str, Any]) -> NoReturn:
    from neo4j_restore.__main__ import main

    with Path(job["said"]).open("w") as said:
        for descriptor in _OUT:
            os.dup2(said.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(job["environment"])
    made: list[str] = []
    act = _act(job["fault"] or {"kind": "nothing"})

    # Files are synced by several threads.
    one_at_a_time = Lock()

    def before(name: str, *args: Any) -> None:
        with one_at_a_time:
            # Counted first: a change that fails is one as well, or the next would be at its number.
            made.append(name)
            act.before(len(made) - 1, name, *args)

    code = 70
    changes.watch(Path(job["environment"]["DATA_DIR"]), before)
    try:
        main(job["argv"])
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        act.ended()
        sys.stderr.flush()
        Path(job["made"]).write_text(json.dumps(made))
        os._exit(code)


def _act(fault: Fault) -> acts.Nothing:
    kinds: dict[str, Callable[..., acts.Nothing]] = {
        "nothing": acts.Nothing,
        "kill": acts.Kill,
        "fail": acts.Fail,
        "fail, then kill": acts.FailThenKill,
        "fail, recorded": power_recorder.RecordFailing,
        "record": power_recorder.Record,
    }
    return kinds[fault["kind"]](**{name: value for name, value in fault.items() if name != "kind"})


if __name__ == "__main__":
    _serve()
