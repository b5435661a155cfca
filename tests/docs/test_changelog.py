"""The changelog's headings are the kinds of Keep a Changelog, in one order, and no entry stands in it twice."""

import re

from tests.docs.pages import ROOT

CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]


def sections() -> dict[str, str]:
    """Return the text of each version by its heading."""
    _, *parts = re.split(r"^## (.+)\n", CHANGELOG, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_each_version_has_its_kinds_once_and_in_order() -> None:
    for version, text in sections().items():
        kinds = re.findall(r"^### (.+)$", text, re.MULTILINE)
        assert kinds == [kind for kind in KINDS if kind in kinds], version


def test_no_entry_stands_twice() -> None:
    entries = [" ".join(entry.split()) for entry in re.split(r"^(?:- |#.*)", CHANGELOG, flags=re.MULTILINE)[1:]]
    assert len(entries) > 100
    assert not {entry for entry in entries if entry and entries.count(entry) > 1}
