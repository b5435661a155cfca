"""A registry for what is packaged, and the Helms."""

from collections.abc import Iterator

import pytest
from tests.chart.conftest import helm
from tests.support import registry as registries

__all__ = ["helm"]


@pytest.fixture(scope="session")
def registry() -> Iterator[registries.Registry]:
    """Run one registry for all tests."""
    with registries.registry() as running:
        yield running
