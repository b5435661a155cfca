"""What neo4j-admin prints becomes lines, in bounded memory however it prints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore import scrub
from neo4j_restore.admin.output import Output


def lines_of(*blocks: bytes) -> list[str]:
    output = Output()
    for block in blocks:
        output.feed(block)
    return output.lines


PRINTED = {
    "lines": (b"one\ntwo\n", ["one", "two"]),
    "no line feed at the end": (b"one\ntwo", ["one", "two"]),
    "line ends of Windows": (b"one\r\ntwo\r\n", ["one", "two"]),
    "empty lines": (b"\n\n one \n \n", ["one"]),
    "progress": (b"10%\r20%\r30%\ndone\n", ["30%", "done"]),
    "progress that is not done": (b"10%\r20%\r", ["20%"]),
    "progress that is wiped": (b"10%\r100%\r        \rdone\n", ["done"]),
    "bytes that are no text": (b"\xff\xfe\n", ["\ufffd\ufffd"]),
}


@pytest.mark.parametrize(("printed", "lines"), PRINTED.values(), ids=PRINTED)
def test_lines_are_what_a_terminal_would_show_last(printed: bytes, lines: list[str]) -> None:
    assert lines_of(printed) == lines


def test_a_flood_of_lines_in_one_block_is_read_as_in_many() -> None:
    lines = [b"%d" % number if number % 3 else b" \r" for number in range(2000)]
    printed = b"\n".join(lines)
    assert lines_of(printed) == lines_of(*(printed[at : at + 100] for at in range(0, len(printed), 100)))


@given(st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\r", b"\r\n", b" "]), max_size=30), st.data())
def test_it_does_not_matter_where_blocks_are_cut(parts: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(parts)
    at = data.draw(st.integers(0, len(whole)))
    assert lines_of(whole[:at], whole[at:]) == lines_of(whole)


@pytest.mark.parametrize("block", [b"x" * 65536, b"\r" * 65536, b"\n" * 65536, b"\r\n" * 32768, b"ab\r" * 20000])
def test_memory_is_bounded_however_it_prints(block: bytes) -> None:
    output = Output()
    for _ in range(64):
        output.feed(block)
    assert sum(map(len, output.lines)) <= 2001


def test_the_last_lines_are_kept() -> None:
    lines = lines_of(b"".join(b"line %d\n" % number for number in range(100_000)))
    assert lines[-1] == "line 99999"
    assert len(lines) == 200


@pytest.mark.parametrize("end", [b"", b"\n", b"\r"], ids=["open", "line", "redrawn"])
def test_a_secret_at_the_end_of_a_long_line_is_not_half_told(end: bytes) -> None:
    scrub.learn("a-secret-longer-than-its-beginning")
    (line,) = lines_of(b"x" * 1980 + b"a-secret-longer-than-its-beginning" + end)
    assert line == f"{'x' * 1980}{scrub.HIDDEN}…"
