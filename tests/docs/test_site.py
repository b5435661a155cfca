"""The site has every page, and each link and picture in it leads somewhere."""

import logging
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from tests.docs.pages import PAGES, ROOT, name
from tools.site.__main__ import site
from tools.site.pages import PAGES as LISTED
from tools.site.pages import llms, scenarios

# A picture of one white dot.
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010100000000376ef9240000000a49444154789c6360000000020001"
    "48afa4710000000049454e44ae426082"
)

# Read where they are, and not as pages of the site.
ELSEWHERE = {".github/pull_request_template.md"}


class Html(HTMLParser):
    """Collects a page's links, what it loads, and the names in it that can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        self.names |= {given[key] for key in ("id", "name") if key in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in ("img", "script", "link", "iframe"):
            self.loaded += [given[key] for key in ("src", "href") if key in given and given.get("rel") != "canonical"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site, with one picture. A warning of MkDocs fails."""
    top = tmp_path_factory.mktemp("site")
    (top / "pictures").mkdir()
    (top / "pictures" / "fleet-report.png").write_bytes(DOT)
    warned: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: warned.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("mkdocs").addHandler(handler)
    try:
        site(top / "site", top / "pages", top / "pictures")
    finally:
        logging.getLogger("mkdocs").removeHandler(handler)
    assert warned == []
    return top / "site"


def target(page: Path, link: str, top: Path) -> Path:
    """Return the file that a link of a page leads to."""
    path = unquote(urlsplit(link).path)
    place = (top / path.lstrip("/") if path.startswith("/") else page.parent / path) if path else page
    return place / "index.html" if place.is_dir() else place


def test_every_page_of_the_project_is_listed() -> None:
    listed = {page.path for page in (*LISTED, *scenarios())}
    assert listed == {name(page) for page in PAGES} - ELSEWHERE, "add it to tools/site/pages.py"


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(built: Path) -> None:
    pages = {path: Html(path.read_text(encoding="utf-8")) for path in built.rglob("*.html")}
    assert len(pages) > 25
    wrong = []
    for path, html in pages.items():
        ours = [each for each in (*html.links, *html.loaded) if not urlsplit(each).scheme and not each.startswith("//")]
        for link in ours:
            place = target(path, link, built)
            anchor = unquote(urlsplit(link).fragment)
            if not place.exists() or (anchor and place in pages and anchor not in pages[place].names):
                wrong.append(f"{path.relative_to(built)}: {link}")
        wrong += [f"{path.relative_to(built)} loads {each}" for each in html.loaded if urlsplit(each).netloc]
    assert wrong == []


def test_the_pictures_have_a_page(built: Path) -> None:
    html = Html((built / "docs" / "pictures" / "index.html").read_text(encoding="utf-8"))
    assert "../fleet-report.png" in html.loaded
    assert (built / "docs" / "fleet-report.png").read_bytes() == DOT


def test_programs_find_the_markdown_of_each_page_by_llms_txt(built: Path) -> None:
    text = (built / "llms.txt").read_text(encoding="utf-8")
    assert text.startswith("# neo4j-restore\n\n> ")
    for page in LISTED:
        assert f"]({page.path}): {page.about}" in text
        assert (built / page.path).read_text(encoding="utf-8").startswith("#")


def test_the_repository_has_the_same_llms_txt() -> None:
    assert (ROOT / "llms.txt").read_text(encoding="utf-8") == llms(), "run: make docs"
