"""The pictures for the site show what they should. `make site` keeps them, by PICTURES."""

import os
from pathlib import Path

import pytest
from tests.generator.report import pictures
from tests.generator.report.browser import Browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder that PICTURES names, or one of this test."""
    place = Path(os.environ.get("PICTURES") or tmp_path)
    place.mkdir(parents=True, exist_ok=True)
    return place


def size(picture: Path) -> tuple[int, int]:
    """Return width and height, which a PNG has at a fixed place."""
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG")
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def test_the_report_is_pictured(browser: Browser, report: Path, folder: Path) -> None:
    picture = folder / "fleet-report.png"
    pictures.report(browser, report, picture)
    assert size(picture) == (1280, 900)
    assert picture.stat().st_size > 20_000, "the picture is blank"


def test_the_wizard_is_pictured_with_its_questions_and_the_answers(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    picture = folder / "wizard.png"
    text = pictures.wizard(browser, tmp_path, picture)
    assert "gs://graph-backups/production" in text
    assert "neo4j,system" in text
    assert (tmp_path / "values.yaml").is_file()
    assert size(picture)[0] == 1100
    assert picture.stat().st_size > 20_000, "the picture is blank"
