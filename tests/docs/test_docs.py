"""The pages say what is so: exit codes, commands, variables, links."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.docs.pages import PAGES, ROOT, anchors, commands, links, name

from neo4j_restore import explain, spec

IMAGE = ROOT / "tools" / "restore" / "README.md"


@cache
def shown() -> str:
    """Return what `neo4j-restore --help` prints."""
    program = Path(sys.executable).with_name("neo4j-restore")
    return subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout


def test_the_page_of_exit_codes_is_what_the_command_explains() -> None:
    assert (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8") == explain.page(), "run: make docs"


def test_every_exit_code_is_explained_and_no_other() -> None:
    assert explain.EXPLANATIONS.keys() == spec.EXIT_CODES.keys()
    assert {f"{code}-{slug}".rstrip("-") for code, slug in _slugs()} <= anchors(ROOT / "docs" / "exit-codes.md")


def _slugs() -> list[tuple[int, str]]:
    kept = {code: re.sub(r"[^\w -]", "", meaning.lower()) for code, meaning in spec.EXIT_CODES.items()}
    return [(code, meaning.replace(" ", "-")) for code, meaning in kept.items()]


def test_every_command_is_in_the_readme_of_the_image_and_no_other() -> None:
    (known,) = re.findall(r"COMMAND\n(.*?)\n\n", shown(), re.DOTALL)
    named = {words[1] for words in commands(IMAGE, "neo4j-restore")}
    assert named == set(re.findall(r"^    (\w+) ", known, re.MULTILINE))


@pytest.mark.parametrize("variable", spec.VARIABLES, ids=lambda variable: variable.name)
def test_every_variable_is_in_the_help_and_in_the_readme_of_the_image(variable: spec.Variable[Any]) -> None:
    assert f"\n  {variable.name}" in shown()
    assert f"| `{variable.name}` |" in IMAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_that_is_told_of_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {words[1] for words in commands(page, "make")}
    named |= set(re.findall(r"`make ([a-z0-9-]+)[^`]*`", page.read_text(encoding="utf-8")))
    assert named <= targets


def test_there_are_pages_to_look_at() -> None:
    assert {"README.md", "docs/exit-codes.md", "docs/operations.md", "tools/restore/README.md"} <= set(map(name, PAGES))
