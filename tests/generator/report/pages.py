"""A report of a fleet as a page, for a browser."""

from pathlib import Path

from tests.generator.report.browser import Browser
from tests.generator.report.facts import NOW, a_fleet

from neo4j_scenarios.report.page import page
from neo4j_scenarios.report.rows import Row, rows

SIZE = 250
FOUND = rows(a_fleet(SIZE), NOW, 200 * 1024**2)


def write(folder: Path, rows: list[Row]) -> Path:
    path = folder / "report.html"
    path.write_text(page("fleet.yaml", rows, NOW, 200 * 1024**2), encoding="utf-8")
    return path


def column(browser: Browser, number: int) -> list[str]:
    """Return the first lines of a column's cells."""
    return [text.splitlines()[0] if text else "" for text in browser.texts(f".rows tbody tr > :nth-child({number})")]
