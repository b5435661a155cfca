"""The image's README tells of every variable and exit code, in the words of the vocabulary."""

from pathlib import Path

import pytest
from tests.docs import tables

from neo4j_restore import bounds, spec

README = Path(__file__).parents[2] / "tools" / "restore" / "README.md"


def test_the_table_of_variables_is_that_of_the_code() -> None:
    assert README.read_text(encoding="utf-8") == tables.image(), "run: make docs"


@pytest.mark.parametrize(("code", "meaning"), spec.EXIT_CODES.items())
def test_every_exit_code_has_its_row(code: int, meaning: str) -> None:
    assert f"| {code} | {meaning} |" in README.read_text().splitlines()


MIB = 1024 * 1024

BOUNDS = {
    "files and folders in an archive": f"{bounds.MOST_ENTRIES:,}",
    "databases in an archive": f"{bounds.MOST_STORES:,}",
    "bytes of a name, and of a path": f"{bounds.LONGEST_PART}, {bounds.LONGEST_NAME:,}",
    "folders above one another": f"{bounds.DEEPEST_NAME}",
    "bytes of a tar's header extension, such as PAX records": f"{bounds.LONGEST_EXTENSION // MIB} MiB",
    "bytes of all headers, extensions and maps of a tar": f"{bounds.MOST_HEADER_BYTES // MIB} MiB",
    "regions of sparse files that hold data": f"{bounds.MOST_REGIONS:,}",
    "zeros behind the end of a tar": f"{bounds.MOST_PADDING // MIB} MiB",
    "bytes of a zip's directory": f"{bounds.LARGEST_DIRECTORY // MIB} MiB",
    "window of zstd, and of zstd inside something packed": (
        f"{2**bounds.LARGEST_WINDOW_LOG // MIB} MiB, {2**bounds.LARGEST_INNER_WINDOW_LOG // MIB} MiB"
    ),
    f"frames of gzip, zstd or lz4, and one more for each {bounds.FRAME_BYTES} bytes in them": f"{bounds.FRAMES:,}",
    "bytes of gzip, zstd or lz4 that unpack to less than half of their number": f"{bounds.EMPTY_BYTES // MIB} MiB",
    "bytes of an age header, and of an armored line": f"{bounds.LONGEST_AGE_HEADER // 1024} KiB",
}


def test_the_bounds_on_memory_are_those_of_the_code() -> None:
    table = README.read_text().partition("| of a set | at most |\n|---|---|\n")[2].partition("\n\n")[0]
    assert table.splitlines() == [f"| {what} | {most} |" for what, most in BOUNDS.items()]
    assert (
        f"The restore itself takes at most {bounds.RESIDENT_BYTES // MIB} MiB of memory for any input"
        in README.read_text()
    )
