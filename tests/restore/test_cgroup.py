"""The container's memory limit, as the kernel tells it."""

from pathlib import Path

import pytest

from neo4j_restore import cgroup


@pytest.mark.parametrize(
    ("name", "text", "limit"),
    [
        ("memory.max", "1073741824\n", 1 << 30),
        ("memory.max", "max\n", 0),
        ("memory/memory.limit_in_bytes", "536870912\n", 1 << 29),
        ("memory/memory.limit_in_bytes", "9223372036854771712\n", 0),
        ("other", "1\n", 0),
    ],
)
def test_the_limit_is_read_where_the_kernel_keeps_it(name: str, text: str, limit: int, tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / name).write_text(text)
    assert cgroup.limit_bytes(tmp_path) == limit
