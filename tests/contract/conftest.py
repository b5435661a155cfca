"""The Helm that every test of the contract renders the chart with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.chart.helm import Helm
from tests.support.renderer import renderer


@pytest.fixture(scope="session")
def chart(helm: str) -> Iterator[Helm]:
    """Give a Helm with the library of Helm 3."""
    with renderer(3) as library:
        yield Helm(Path(helm), 3, library)
