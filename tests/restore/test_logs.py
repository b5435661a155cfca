"""The log and the termination message are best effort: closed, full or broken, the outcome and its exit code stay."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives, standin
from tests.support.says import says
from tests.support.stores import Bucket

SHELL = 'exec "$@"'

STREAMS = {
    "stdout closed": f"{SHELL} >&-",
    "stderr closed": f"{SHELL} 2>&-",
    "all closed": f"{SHELL} <&- >&- 2>&-",
    "stdout full": f"{SHELL} >/dev/full",
    "stderr full": f"{SHELL} 2>/dev/full",
    "both full": f"{SHELL} >/dev/full 2>&1",
    "nobody reads stderr": '{ "$@"; echo $? >"$0"; } 2>&1 | : ; wait; read code <"$0"; exit "$code"',
}


@pytest.mark.parametrize("streams", STREAMS.values(), ids=STREAMS)
def test_a_restore_ends_well_whatever_becomes_of_its_log(
    streams: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore("run", under=["sh", "-c", streams, str(tmp_path / "code")])
    says(done, 0)
    assert (data / "databases/neo4j/neostore").is_file()
    # Nothing of the log came into a file that was opened after stderr was closed.
    ours = [path for path in (data / ".neo4j-restore").rglob("*") if path.is_file() and path.name != "lock"]
    assert [json.loads(line) for path in ours for line in path.read_text().splitlines() if path.suffix == ".jsonl"]
    assert (data / ".neo4j-restore/lock").read_bytes() == b""


@pytest.mark.parametrize("streams", STREAMS.values(), ids=STREAMS)
def test_a_failure_keeps_its_code_and_its_reason(
    streams: str, neo4j_restore: Run, bucket: Bucket, tmp_path: Path
) -> None:
    done = neo4j_restore("run", under=["sh", "-c", streams, str(tmp_path / "code")])
    says(done, 10)
    assert json.loads((tmp_path / "reason").read_text())["code"] == 10


def folder(path: Path) -> None:
    path.mkdir()


def read_only(path: Path) -> None:
    path.touch()
    path.chmod(0o400)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def loop(path: Path) -> None:
    path.symlink_to(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/full")


def nothing(_: Path) -> None:
    pass


@pytest.mark.parametrize("made", [folder, read_only, pipe, loop, device, nothing])
def test_a_termination_log_that_can_not_be_written_changes_nothing(
    made: Callable[[Path], None], neo4j_restore: Run, bucket: Bucket, tmp_path: Path
) -> None:
    made(tmp_path / "told")
    done = neo4j_restore("run", TERMINATION_LOG=str(tmp_path / "told"))
    says(done, 10, " error: ")


@pytest.mark.parametrize("name", ["missing/reason", "reason/below", "x" * 300])
def test_a_path_of_the_termination_log_that_can_not_be_changes_nothing(
    name: str, neo4j_restore: Run, bucket: Bucket, tmp_path: Path
) -> None:
    says(neo4j_restore("run", TERMINATION_LOG=str(tmp_path / name)), 10)


def test_a_full_disk_of_the_termination_log_is_told(neo4j_restore: Run, tmp_path: Path) -> None:
    # No file may grow: as on a full disk, the write fails.
    done = neo4j_restore("run", under=["prlimit", "--fsize=0"], BUCKET="")
    says(done, 2, f"cannot write the reason to the termination log {tmp_path}/reason")


@pytest.mark.parametrize("streams", ["2>&-", "2>/dev/full"])
def test_help_and_mistakes_in_the_command_keep_their_codes(streams: str) -> None:
    program = Path(sys.executable).with_name("neo4j-restore")
    for argv, code in (("--help", 0), ("explode", 2)):
        done = subprocess.run(
            ["sh", "-c", f"exec {program} {argv} {streams}"], capture_output=True, text=True, check=False
        )
        says(done, code)


_PROGRAM = """
import logging, sys, threading, warnings
from neo4j_restore import logs, scrub
scrub.learn("a-secret-of-ours")
logs.configure(sys.argv[1])
logging.getLogger("urllib3.connectionpool").warning("Retrying with %s", "a-secret-of-ours")
warnings.warn("deprecated: a-secret-of-ours")
class Leaving:
    def __del__(self):
        raise RuntimeError("a-secret-of-ours, unraisable")
def fail():
    raise RuntimeError("a-secret-of-ours \\x1b[2J in a thread")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
del_me = Leaving()
del del_me
"""


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_what_libraries_threads_and_python_say_is_scrubbed_too(log_format: str) -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM, log_format], capture_output=True, text=True, check=True)
    assert "a-secret-of-ours" not in done.stderr
    assert "\x1b" not in done.stderr
    for said in ("Retrying with [secret]", "deprecated: [secret]", "[secret], unraisable", "in a thread"):
        assert said in done.stderr
    if log_format == "json":
        assert all(json.loads(line)["message"] for line in done.stderr.splitlines())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_says_so_and_shows_no_traceback(number: signal.Signals, data: Path, tmp_path: Path) -> None:
    standin.install(tmp_path / "neo4j")
    variables = {
        "PATH": os.environ["PATH"],
        "BUCKET": f"file://{tmp_path}",
        "DATABASE": "neo4j",
        "DATA_DIR": str(data),
        "NEO4J_HOME": str(tmp_path / "neo4j"),
        "START_JITTER_SECONDS": "999999",
    }
    argv = [sys.executable, "-m", "neo4j_restore", "run"]
    with subprocess.Popen(argv, env=variables, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        said = next(line for line in process.stderr if "START_JITTER_SECONDS" in line)
        # The line can be read before its write has ended, and a line cannot be written within another's write.
        while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "S":
            pass
        process.send_signal(number)
        said += process.stderr.read()
    assert (process.returncode, "told to stop" in said, "Traceback" in said) == (128 + number, True, False), said
