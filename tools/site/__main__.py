"""Builds the site of the documentation with MkDocs: `make site`. Every link inside it is checked.

The pages keep their places in the repository, so that a link works there and here. A page's other neighbours, such as a
JSON Schema, are copied if a page links to them. `llms.txt` and each page's Markdown lie beside the HTML.
"""

import logging
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from mkdocs.commands.build import build
from mkdocs.config import load_config
from tools.site.pages import PAGES, ROOT, Page, llms, scenarios

CONFIG = Path(__file__).with_name("mkdocs.yml")
BUILD = ROOT / "build"

# Made by tests, with Chromium.
PICTURES = BUILD / "pictures"

_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s#:]+)(#[^)\s]*)?\)")


def main() -> int:
    """Build the site in build/site and return 1 if a page warns, as of a link that leads nowhere."""
    counter = _Warnings()
    logging.getLogger("mkdocs").addHandler(counter)
    site(BUILD / "site", BUILD / "site-pages", PICTURES)
    sys.stdout.write("".join(f"error: {each}\n" for each in counter.texts))
    sys.stdout.write(f"{BUILD / 'site' / 'index.html'}\n")
    return 1 if counter.texts else 0


def site(into: Path, staged: Path, pictures: Path) -> None:
    """Build the site from copies of the pages in `staged`."""
    shutil.rmtree(staged, ignore_errors=True)
    pages = [*PAGES, *scenarios()]
    for page in pages:
        _stage(page.path, staged)
    pages += _with_pictures(pictures, staged)
    build(load_config(str(CONFIG), **_settings(pages, staged, into)))
    for page in pages:
        target = into / page.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(staged / page.path, target)
    (into / "llms.txt").write_text(llms(), encoding="utf-8")


def slugify(heading: str, _: str) -> str:
    """Return the name of a heading, as forges make it: MkDocs would join two hyphens."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _settings(pages: list[Page], staged: Path, into: Path) -> dict[str, Any]:
    sections = dict.fromkeys(page.section for page in pages)
    nav = [{name: [{page.title: page.path} for page in pages if page.section == name]} for name in sections]
    return {
        "docs_dir": str(staged),
        "site_dir": str(into),
        "nav": nav,
        "markdown_extensions": [{"toc": {"slugify": slugify}}, "sane_lists"],
    }


def _stage(path: str, staged: Path) -> None:
    """Copy a page, and the files that it links to and that are not pages."""
    target = staged / path
    target.parent.mkdir(parents=True, exist_ok=True)
    text = (ROOT / path).read_text(encoding="utf-8")
    target.write_text(_LINK.sub(lambda link: _kept(link, (ROOT / path).parent, staged), text), encoding="utf-8")


def _kept(link: re.Match[str], folder: Path, staged: Path) -> str:
    """Return a link as it stays. One to a folder becomes one to its README, or its words if it has none."""
    words, path, anchor = link[1], link[2], link[3] or ""
    linked = (folder / path).resolve()
    if linked.is_dir():
        return f"[{words}]({path.rstrip('/')}/README.md{anchor})" if (linked / "README.md").is_file() else words
    if linked.is_file() and linked.suffix != ".md":
        copy = staged / linked.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(linked, copy)
    return link[0]


def _with_pictures(pictures: Path, staged: Path) -> list[Page]:
    """Return a page with the pictures that tests have made, or nothing if there are none."""
    images = sorted(pictures.glob("*.png"))
    if not images:
        return []
    lines = ["# Pictures", "", "Tests make them of the programs as they are.", ""]
    for picture in images:
        shutil.copy(picture, staged / "docs" / picture.name)
        title = picture.stem.replace("-", " ")
        lines += [f"## {title.capitalize()}", "", f"![{title}]({picture.name})", ""]
    (staged / "docs" / "pictures.md").write_text("\n".join(lines), encoding="utf-8")
    return [Page("Start", "docs/pictures.md", "Pictures", "the fleet report and the wizard, as they look")]


class _Warnings(logging.Handler):
    """Keeps what MkDocs warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


if __name__ == "__main__":
    sys.exit(main())
