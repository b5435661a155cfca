"""The fleet report on paper, without scripts and without a network."""

import json
import re
import unicodedata
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader
from tests.generator.report.browser import Browser
from tests.generator.report.pages import FOUND, SIZE


def on_paper(browser: Browser) -> list[str]:
    """Return the text of each sheet. Letters that are drawn as one are taken apart."""
    sheets = PdfReader(BytesIO(browser.pdf())).pages
    return [unicodedata.normalize("NFKC", sheet.extract_text()) for sheet in sheets]


def test_paper_has_all_that_is_found_and_no_controls(browser: Browser, report: Path) -> None:
    browser.open(report)
    browser.one("#filter").send_keys("prod")
    wanted = sum("prod" in row.facts.cluster for row in FOUND)
    pages = on_paper(browser)
    assert wanted > 100
    assert sum(row.facts.cluster in text for row in FOUND for text in pages) == wanted
    assert f"{wanted} of 250 shown; filter: prod" in pages[1]
    assert len(browser.all(".rows tbody tr")) == 100


def test_every_sheet_of_paper_has_the_head_of_the_table(browser: Browser, report: Path) -> None:
    browser.open(report)
    pages = on_paper(browser)
    with_rows = [text for text in pages if re.search(r"(prod|staging|dev)-(eu|us|ap)-\d{4}", text)]
    assert len(with_rows) > 10
    # None has the head alone, either.
    assert [text for text in pages if "Cluster Database State" in " ".join(text.split())] == with_rows


def test_nothing_is_asked_of_any_network_and_nothing_is_refused_by_the_policy(browser: Browser, report: Path) -> None:
    browser.log("performance")
    browser.log("browser")
    browser.open(report)
    browser.one("#filter").send_keys("prod")
    events = [json.loads(each["message"])["message"] for each in browser.log("performance")]
    asked = [each["params"]["request"]["url"] for each in events if each["method"] == "Network.requestWillBeSent"]
    assert asked == [report.as_uri()]
    assert browser.log("browser") == []


def test_without_scripts_all_rows_are_there(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert text.count('<th scope="row">') == SIZE
    assert len(re.findall('<table class="part" data-name="(group|region|env|team)">', text)) == 4
    assert '<form class="controls" role="search" hidden>' in text
