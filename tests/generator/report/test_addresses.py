"""The address of the fleet report says what it shows."""

import json
from pathlib import Path

import pytest
from tests.generator.report.browser import Browser
from tests.generator.report.hostile import HOSTILE
from tests.generator.report.pages import FOUND, column


def fragment(browser: Browser) -> str:
    return str(browser.run("return decodeURIComponent(location.hash)"))


def view(browser: Browser) -> list[object]:
    """Return all that a reader sees of the view."""
    script = """
    const marked = [...document.querySelectorAll("[aria-pressed=true], [aria-sort$=ending]")];
    const values = ["filter", "order", "by"].map((id) => document.getElementById(id).value);
    const texts = ["shown", "page", "part"].map((id) => document.getElementById(id).textContent);
    return [...marked.map((each) => each.textContent), ...values, ...texts]
    """
    return [*browser.run(script), *column(browser, 1)]


def test_a_link_shows_the_same_view(browser: Browser, report: Path) -> None:
    browser.open(report)
    assert fragment(browser) == ""
    browser.one("#filter").send_keys("e")
    browser.one(".tile.never-drilled").click()
    browser.all(".rows thead button")[5].click()
    (region,) = [each for each in browser.all(".part button") if each.text == "eu-west-1"]
    region.click()
    browser.one("#by option:nth-child(1)").click()
    assert fragment(browser) == "#q=e&is=never-drilled&of=region&value=eu-west-1&by=group&sort=-size"
    seen, address = view(browser), browser.driver.current_url
    browser.driver.get("about:blank")
    browser.driver.get(address)
    assert view(browser) == seen
    assert 0 < len(column(browser, 1)) < 100


def test_the_page_that_one_is_on_is_in_the_address_too(browser: Browser, report: Path) -> None:
    browser.open(report)
    browser.one("#after").click()
    assert fragment(browser) == "#page=2"
    browser.run("location.hash = 'page=3'")
    # The browser tells of a new address when the script has ended.
    browser.driver.execute_async_script("setTimeout(arguments[0])")
    assert column(browser, 1) == [row.facts.cluster for row in FOUND[200:]]


@pytest.mark.parametrize(
    "address",
    ["is=nothing&sort=nothing&by=nothing&of=nothing&page=x", "page=-4", "page=99&sort=-", "%%%&=&is", HOSTILE],
)
def test_an_address_that_is_not_understood_shows_all(browser: Browser, report: Path, address: str) -> None:
    browser.log("browser")
    browser.open(report)
    browser.run(f"location.hash = {json.dumps(address)}")
    browser.driver.execute_async_script("setTimeout(arguments[0])")
    assert browser.one("#shown").text == "250 of 250 shown"
    assert browser.log("browser") == []
