"""One browser for all tests of the page."""

import shutil
from collections.abc import Iterator

import pytest
from tests.generator.report import browser as browsers


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browsers.Browser]:
    """Return a running Chromium."""
    missing = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    if missing:
        pytest.fail(f"{' and '.join(missing)} not on PATH: run `make chromium`", pytrace=False)
    with browsers.browser(tmp_path_factory.mktemp("profile")) as running:
        yield running
