"""What the tests of `validate` share."""

from pathlib import Path

import pytest


@pytest.fixture
def values(tmp_path: Path) -> Path:
    """Return the path of a values file that is not there yet."""
    return tmp_path / "values.yaml"
