"""A volume that was restored to, and the stores of the conformance suite."""

from pathlib import Path

import pytest
from tests.restore.drill.asking import make_receipt
from tests.restore.stores.conftest import between, remote, subject

__all__ = ["between", "remote", "restored", "subject"]


@pytest.fixture
def restored(data: Path) -> Path:
    """Return a data folder with the receipt of a restore."""
    make_receipt(data)
    return data
