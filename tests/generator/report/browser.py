"""A headless Chromium, driven as people use a page: on a screen, on a phone, in the dark, and on paper."""

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

_ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # Chromium's own needs a user that is not root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)


class Browser:
    """One open browser. Its pages are files."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        """Take the driver."""
        self.driver = driver

    def open(self, path: Path, *, width: int = 1400, height: int = 1000, dark: bool = False) -> None:
        """Open a file in a window of this size in CSS pixels. Narrow ones are phones."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self._tell("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._tell("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.driver.get(path.as_uri())

    def all(self, selector: str) -> list[WebElement]:
        """Return the elements of a CSS selector."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """Return the only element of a CSS selector."""
        (element,) = self.all(selector)
        return element

    def texts(self, selector: str) -> list[str]:
        """Return the visible texts of a CSS selector, in one go."""
        script = "return [...document.querySelectorAll(arguments[0])].map((each) => each.innerText.trim())"
        return list(self.driver.execute_script(script, selector))

    def run(self, script: str) -> Any:
        """Return what a script returns."""
        return self.driver.execute_script(script)

    def log(self, kind: str) -> list[dict[str, Any]]:
        """Return what was noted since this was asked for last: by the `browser`, or of its network (`performance`)."""
        entries: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call] # it has no types
        return entries

    def pdf(self) -> bytes:
        """Return the page as it is printed."""
        answer = self._tell("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
        return base64.b64decode(answer["data"])

    def screenshot(self, path: Path) -> None:
        """Write what is seen to a PNG."""
        path.write_bytes(base64.b64decode(self._tell("Page.captureScreenshot", {})["data"]))

    def _tell(self, command: str, arguments: dict[str, Any]) -> Any:
        return self.driver.execute_cdp_cmd(command, arguments)


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """Run a browser with an empty profile until the block ends."""
    options = webdriver.ChromeOptions()
    for argument in (*_ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    binary, driver = (shutil.which(name) for name in ("chromium", "chromedriver"))
    options.binary_location = binary or ""
    # Named, so that selenium looks for no other, and asks no network for one.
    running = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=driver or ""))
    try:
        yield Browser(running)
    finally:
        running.quit()
