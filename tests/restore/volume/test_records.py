"""Our own files as a stranger may have left them: read within bounds or refused, never a reason to hang."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support import peak
from tests.support.archives import write_database
from tests.support.patience import HANGS_AFTER_SECONDS

from neo4j_restore import bounds
from neo4j_restore.errors import ConfigurationError, TargetOccupiedError
from neo4j_restore.volume import history, journal, receipt, records
from neo4j_restore.volume.journal import Journal, Phase
from neo4j_restore.volume.paths import VolumePaths
from neo4j_restore.volume.receipt import Receipt

DEEP = b"[" * 50_000

FOREIGN: dict[str, bytes] = {
    "nothing": b"",
    "deep": DEEP,
    "deep objects": b'{"format": 1, "last": ' + b'{"a":' * 50_000,
    "no UTF-8": b'{"format": 1, "\xff": 1}',
    "a list": b"[]",
    "a number": b"7",
    "too large": b'{"format": 1, "a": "' + b"a" * 5_000_000 + b'"}',
    "a number that is none": b'{"format": 1, "a": 1e999}',
}

RECORD = {"restore_id": "a", "restored": [{"database": "neo4j", "wish": "a"}], "finished": "now"}

RECEIPTS: dict[str, Any] = {
    "another format": {"format": 9, "last": {}, "wishes": {}},
    "a format that is true": {"format": True, "last": {}, "wishes": {}},
    "no wishes": {"format": 1, "last": {}},
    "wishes that are a list": {"format": 1, "last": {}, "wishes": []},
    "a wish of texts": {"format": 1, "last": {}, "wishes": {"a": "now"}},
    "a wish at no time": {"format": 1, "last": {}, "wishes": {"a": {"neo4j": 5}}},
    "removed: 7": {"format": 1, "last": {"removed": 7}, "wishes": {}},
    "restored: 5": {"format": 1, "last": {"restored": 5}, "wishes": {}},
    "restored: numbers": {"format": 1, "last": {"restored": [5]}, "wishes": {}},
    "restored without a database": {"format": 1, "last": {"restored": [{}]}, "wishes": {}},
    "a database that is a path": {"format": 1, "last": {"restored": [{"database": "../x"}]}, "wishes": {}},
}

_SEALED = {"format": 1, "phase": "verified", "restore_id": "a", "retire": [], "install": [], "record": RECORD}

JOURNALS: dict[str, Any] = {
    "another format": _SEALED | {"format": 2},
    "no phase": {"format": 1, "restore_id": "a"},
    "another phase": _SEALED | {"phase": "half"},
    "a restore id that is none": _SEALED | {"restore_id": None},
    "no record": _SEALED | {"record": None},
    "an empty record": _SEALED | {"record": {}},
    "a record without a wish": _SEALED | {"record": RECORD | {"restored": [{"database": "neo4j"}]}},
    "what comes in from elsewhere": _SEALED | {"incoming": "../../etc"},
    "a part that leads out": _SEALED | {"install": ["databases/../../etc"]},
    "a part of another folder": _SEALED | {"retire": ["dbms/server_id"]},
    "a part that is a folder of databases": _SEALED | {"retire": ["databases/"]},
    "parts that are numbers": _SEALED | {"retire": [1]},
    "purge: 1": _SEALED | {"purge": 1},
}


@pytest.fixture
def paths(data: Path) -> VolumePaths:
    (data / ".neo4j-restore").mkdir()
    return VolumePaths(data)


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("name", ["receipt.json", "journal.json"])
def test_bytes_that_are_none_of_ours_are_told_with_the_file(name: str, content: bytes, paths: VolumePaths) -> None:
    (paths.home / name).write_bytes(content)
    with pytest.raises(TargetOccupiedError, match=name) as raised:
        receipt.read(paths.home) if name == "receipt.json" else journal.read(paths)
    assert f"mv {paths.home / name}" in raised.value.hint


@pytest.mark.parametrize("content", RECEIPTS.values(), ids=RECEIPTS)
def test_a_receipt_of_another_shape_is_told(content: Any, paths: VolumePaths) -> None:
    (paths.home / "receipt.json").write_text(json.dumps(content))
    with pytest.raises(TargetOccupiedError, match=r"receipt\.json"):
        receipt.read(paths.home)


@pytest.mark.parametrize("content", JOURNALS.values(), ids=JOURNALS)
def test_a_journal_of_another_shape_is_told(content: Any, paths: VolumePaths) -> None:
    (paths.home / "journal.json").write_text(json.dumps(content))
    with pytest.raises(TargetOccupiedError, match=r"journal\.json"):
        journal.read(paths)


def test_fields_of_a_later_version_are_left_alone(paths: VolumePaths) -> None:
    (paths.home / "journal.json").write_text(json.dumps(_SEALED | {"later": 1}))
    (paths.home / "receipt.json").write_text(json.dumps({"format": 1, "last": RECORD, "wishes": {}, "later": 1}))
    assert journal.read(paths) is not None
    assert receipt.read(paths.home).last == RECORD


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


TYPES: dict[str, tuple[Callable[[Path], None], str]] = {
    "folder": (Path.mkdir, "is a folder"),
    "link": (lambda path: path.symlink_to("/etc/hostname"), "is a symbolic link"),
    "link to nothing": (lambda path: path.symlink_to("nowhere"), "is a symbolic link"),
    "FIFO": (os.mkfifo, "is a FIFO"),
    "socket": (_socket, "is a socket"),
}


@pytest.mark.parametrize(("make", "words"), TYPES.values(), ids=TYPES)
def test_what_is_not_a_regular_file_is_told_at_once(
    make: Callable[[Path], None], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A socket's path must be short.
    monkeypatch.chdir(tmp_path)
    make(Path("file"))
    with pytest.raises(TargetOccupiedError, match=words):
        records.read_bytes(Path("file"), 100)


@pytest.mark.parametrize(("make", "words"), TYPES.values(), ids=TYPES)
def test_a_history_that_can_not_be_read_is_set_aside(
    make: Callable[[Path], None], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(Path(history.NAME))
    assert history.read(Path()) == []
    history.append(Path(), {"restore_id": "a"})
    assert history.read(Path()) == [{"restore_id": "a"}]
    assert os.path.lexists(f"{history.NAME}.unreadable-1")


def test_bytes_in_the_history_that_are_no_text_spoil_no_other_line(tmp_path: Path) -> None:
    (tmp_path / history.NAME).write_bytes(b'{"restore_id": "a"}\n\xff\n' + DEEP + b'\n[]\n{"cut')
    history.append(tmp_path, {"restore_id": "b"})
    assert history.read(tmp_path) == [{"restore_id": "a"}, {"restore_id": "b"}]


def test_a_record_is_in_the_history_once(tmp_path: Path) -> None:
    for each in ("a", "b", "b", "a"):
        history.append(tmp_path, {"restore_id": each})
    assert [each["restore_id"] for each in history.read(tmp_path)] == ["a", "b", "a"]


@pytest.mark.parametrize("left", ['{"whole": 1}\n{"cut', '{"whole": 1}\n{"next": 1}'], ids=["cut", "without its end"])
def test_a_line_that_a_crash_cut_short_spoils_no_other(left: str, tmp_path: Path) -> None:
    (tmp_path / history.NAME).write_text(left)
    history.append(tmp_path, {"next": 1})
    history.append(tmp_path, {"next": 1})
    assert history.read(tmp_path) == [{"whole": 1}, {"next": 1}]


def test_of_a_long_history_the_newest_are_read(tmp_path: Path) -> None:
    (tmp_path / history.NAME).write_bytes(b'{"restore_id": "old"}\n' + b"\xff" * 5_000_000 + b"\n")
    history.append(tmp_path, {"restore_id": "new"})
    assert history.read(tmp_path) == [{"restore_id": "new"}]


# A name inside an archive, in Latin-1, as Python has it.
LATIN = "caf\udce9/neo4j.dump"


def test_what_is_written_can_be_read_whatever_a_name_holds(paths: VolumePaths) -> None:
    record = RECORD | {"restored": [{"database": "neo4j", "wish": "a", "member": LATIN}]}
    journal.write(paths, Journal(Phase.VERIFIED, "a", record=record))
    receipt.write(paths.home, Receipt().plus(record))
    history.append(paths.home, record)
    history.append(paths.home, record)
    entry = journal.read(paths)
    assert entry
    assert entry.record["restored"][0]["member"] == "caf?/neo4j.dump"
    assert receipt.read(paths.home).last == entry.record == history.read(paths.home)[0]
    assert len(history.read(paths.home)) == 1


def test_the_oldest_requests_are_forgotten_before_a_receipt_is_too_large(
    paths: VolumePaths, caplog: pytest.LogCaptureFixture
) -> None:
    wishes = {f"nightly-{day:05}": dict.fromkeys(map(str, range(100)), f"{day:05}") for day in range(1500)}
    receipt.write(paths.home, Receipt({}, wishes))
    kept = receipt.read(paths.home).wishes
    assert kept == {wish: wishes[wish] for wish in sorted(wishes)[-len(kept) :]}
    assert 1000 < len(kept) < 1500
    assert f"its oldest {1500 - len(kept)} requests" in caplog.text


def test_a_journal_that_could_not_be_read_again_is_not_written(paths: VolumePaths) -> None:
    parts = tuple(f"databases/number{number}" for number in range(100_000))
    with pytest.raises(ConfigurationError, match="more than 2097152 bytes"):
        journal.write(paths, Journal(Phase.INTENT, "a", retire=parts))
    assert journal.read(paths) is None


@pytest.mark.parametrize("phase", Phase)
def test_an_image_that_knows_no_reclaimed_parts_reads_the_journal(phase: Phase, paths: VolumePaths) -> None:
    record = {"restored": [], "finished": "now", "reclaimed": ["databases/neo4j"]}
    journal.write(paths, Journal(phase, "a", reclaim=True, record=record))
    entry = journal.read(paths)
    assert entry
    assert entry.reclaimed == (("databases/neo4j",) if phase in journal.SEALED else ())
    fields = {"format", "phase", "restore_id", "incoming", "retire", "install", "record", "purge", "keep", "reclaim"}
    assert set(json.loads((paths.home / "journal.json").read_text())) == fields | {"fingerprint"}


# What takes most memory for its bytes.
TINY = b'"a": [' + b"[]," * (records.MOST_BYTES // 3 - 200) + b"[]]"


@pytest.mark.parametrize("command", ["run", "status --json", "verify"])
def test_files_of_a_stranger_take_less_than_256_mib(command: str, data: Path, tmp_path: Path) -> None:
    write_database(data, "there")
    home = data / ".neo4j-restore"
    home.mkdir()
    record = b'{"restored": [], "finished": "now", ' + TINY + b"}"
    (home / "receipt.json").write_bytes(b'{"format": 1, "wishes": {}, "last": ' + record + b"}")
    (home / "history.jsonl").write_bytes(b'{"a": [' + b"[]," * 349_000 + b"[]]}\n")
    head = b'{"format": 1, "phase": "intent", "restore_id": "a", "retire": [], "install": [], "record": '
    (home / "journal.json").write_bytes(head + record + b"}")
    variables = {"BUCKET": "file:///nowhere", "DATABASE": "neo4j", "DATA_DIR": str(data), "PATH": os.environ["PATH"]}
    argv = [sys.executable, "-m", "tests.support.peak", str(tmp_path / "peak"), *command.split()]
    done = subprocess.run(argv, env=variables, capture_output=True, check=False, timeout=HANGS_AFTER_SECONDS)
    # A restore is unfinished: `verify` says so.
    assert done.returncode == (12 if command == "verify" else 0), done.stderr[-2000:]
    assert peak.read(tmp_path / "peak") < bounds.RESIDENT_BYTES
