"""One browser for all tests of the page, and the page of a made-up fleet."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.generator.report import browser as browsers
from tests.generator.report.pages import FOUND, write


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browsers.Browser]:
    """Return a running Chromium."""
    missing = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    if missing:
        pytest.fail(f"{' and '.join(missing)} not on PATH: run `make chromium`", pytrace=False)
    with browsers.browser(tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a made-up fleet."""
    return write(tmp_path_factory.mktemp("report"), FOUND)
