"""The heap for a container's memory limit, and the limit for a heap: one rule, read both ways."""

import pytest

from neo4j_restore import memory


@pytest.mark.parametrize(
    ("limit_mib", "heap"),
    [(0, "512m"), (256, "128m"), (1024, "256m"), (1280, "512m"), (1792, "1024m"), (3072, "2048m"), (65536, "8192m")],
)
def test_the_heap_for_a_limit_is_the_largest_that_fits(limit_mib: int, heap: str) -> None:
    assert memory.heap_size(limit_mib * 1024**2) == heap


@pytest.mark.parametrize(
    ("heap", "limit_mib", "off_heap"),
    [("512m", 0, 512), ("32m", 0, 64), ("512m", 1280, 64), ("512m", 1024, 64), ("512m", 2280, 1000)],
)
def test_the_memory_outside_the_heap_is_what_the_limit_has_left(heap: str, limit_mib: int, off_heap: int) -> None:
    assert memory.off_heap_mib(heap, limit_mib * 1024**2) == off_heap


@pytest.mark.parametrize("heap", ["128m", "512m", "1000m", "1024m", "2g", "8g"])
def test_the_limit_for_a_heap_gives_that_heap(heap: str) -> None:
    limit_mib = memory.limit_mib(heap)
    assert memory.heap_mib(memory.heap_size(limit_mib * 1024**2)) == memory.heap_mib(heap)
    assert memory.limit_mib(memory.heap_size(limit_mib * 1024**2)) <= limit_mib
