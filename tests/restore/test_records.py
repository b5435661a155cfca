"""Our own files as a stranger may have left them: read within bounds, or refused with the file's name; never a wait."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neo4j_restore import history, journal, receipt, records
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.volume import Layout

DEEP = b"[" * 50_000

FOREIGN: dict[str, bytes] = {
    "nothing": b"",
    "deep": DEEP,
    "deep objects": b'{"format": 1, "last": ' + b'{"a":' * 50_000,
    "no UTF-8": b'{"format": 1, "\xff": 1}',
    "a list": b"[]",
    "a number": b"7",
    "too large": b'{"format": 1, "a": "' + b"a" * 5_000_000 + b'"}',
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
    "a part of another folder": _SEALED | {"retire": ["dbms/auth"]},
    "a part that is a folder of databases": _SEALED | {"retire": ["databases/"]},
    "parts that are numbers": _SEALED | {"retire": [1]},
    "purge: 1": _SEALED | {"purge": 1},
}


@pytest.fixture
def layout(data: Path) -> Layout:
    (data / ".neo4j-restore").mkdir()
    return Layout(data)


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("name", ["receipt.json", "journal.json"])
def test_bytes_that_are_none_of_ours_are_told_with_the_file(name: str, content: bytes, layout: Layout) -> None:
    (layout.home / name).write_bytes(content)
    with pytest.raises(TargetOccupiedError, match=name) as raised:
        receipt.read(layout.home) if name == "receipt.json" else journal.read(layout)
    assert f"mv {layout.home / name}" in raised.value.hint


@pytest.mark.parametrize("content", RECEIPTS.values(), ids=RECEIPTS)
def test_a_receipt_of_another_shape_is_told(content: Any, layout: Layout) -> None:
    (layout.home / "receipt.json").write_text(json.dumps(content))
    with pytest.raises(TargetOccupiedError, match=r"receipt\.json"):
        receipt.read(layout.home)


@pytest.mark.parametrize("content", JOURNALS.values(), ids=JOURNALS)
def test_a_journal_of_another_shape_is_told(content: Any, layout: Layout) -> None:
    (layout.home / "journal.json").write_text(json.dumps(content))
    with pytest.raises(TargetOccupiedError, match=r"journal\.json"):
        journal.read(layout)


def test_fields_of_a_later_version_are_left_alone(layout: Layout) -> None:
    (layout.home / "journal.json").write_text(json.dumps(_SEALED | {"later": 1}))
    (layout.home / "receipt.json").write_text(json.dumps({"format": 1, "last": RECORD, "wishes": {}, "later": 1}))
    assert journal.read(layout) is not None
    assert receipt.read(layout.home).last == RECORD


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
