"""The page of compatibility names what tests have proved, each test that is marked, and no other."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.docs import compatibility
from tests.docs.pages import ROOT
from tests.support import proofs
from tests.support.proofs import ARGV, REFUSED, RUN, Proof
from tests.support.says import says

KNOWN = proofs.read(compatibility.PROOFS)

MARKED = """
import pytest
from tests.support import used

@pytest.mark.proves("dump", "rename")
def test_good():
    used.note("2026.08.1", "community", is_real=True)

@pytest.mark.proves("chain")
def test_bad():
    used.note("5.26.30", "enterprise")
    assert False

@pytest.mark.refuses("block", because="it can't")
@pytest.mark.parametrize("version", ["5.2.0", "4.4.48"])
def test_refused(version):
    used.note(version, "")
"""


def test_the_page_shows_the_proofs() -> None:
    assert compatibility.PAGE.read_text(encoding="utf-8") == compatibility.page(KNOWN), "run: make compatibility"


def test_what_is_shown_is_what_a_mark_says_and_each_marked_test_is_on_the_page() -> None:
    shown = {(each.test, each.feature) for each in KNOWN}
    marked = {(test, feature) for test, features in compatibility.marked().items() for feature in features}
    assert shown <= marked, "run: make compatibility"
    page = compatibility.PAGE.read_text(encoding="utf-8")
    words = {test: test.partition("::test_")[2].replace("_", " ") for test, _ in marked}
    assert [test for test, text in words.items() if f"[{text}](../{test.partition('::')[0]})" not in page] == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_other_pages_name_the_versions_that_ran(page: str) -> None:
    ran = {each.version for each in KNOWN if each.how == RUN}
    text = (ROOT / page).read_text(encoding="utf-8")
    assert {version for version in ran if version not in text} == set()


def test_marks_name_features_of_the_page() -> None:
    assert set().union(*compatibility.marked().values()) <= set(compatibility.TITLES)


def test_a_passed_test_proves_what_its_marks_and_its_neo4j_say(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(MARKED)
    options = ["-q", "-p", "tests.support.proofs", "--rootdir", str(tmp_path), "--import-mode=importlib"]
    command = ["env", f"PROOFS={tmp_path}/found", sys.executable, "-m", "pytest", *options, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    says(done, 1, printed="1 failed, 3 passed")
    both = {
        Proof("test_some.py::test_refused", "block", version, edition, REFUSED, "it can't")
        for version in ("5.2.0", "4.4.48")
        for edition in ("community", "enterprise")
    }
    good = Proof("test_some.py::test_good", "dump", "2026.08.1", "community", RUN)
    assert proofs.read(tmp_path / "found") == {good, replace(good, feature="rename"), *both}


def test_a_run_replaces_what_its_tests_have_proved_before() -> None:
    test = next(test for test in sorted(compatibility.marked()) if not test.startswith("tests/e2e/"))
    old = Proof(test, "dump", "5.26.30", "community", RUN)
    new, gone = replace(old, version="5.26.31"), replace(old, test="tests/real/test_gone.py::test_gone")
    assert compatibility.merged([old, gone], [new]) == {new}
    assert compatibility.merged([old, gone], []) == {old}


def test_a_run_on_a_cluster_leaves_what_was_proved_with_another_version() -> None:
    test = next(test for test in compatibility.marked() if test.startswith("tests/e2e/"))
    old = Proof(test, "kubernetes", "5.26.30", "community", RUN)
    new = replace(old, version="2026.08.1")
    assert compatibility.merged([old], [new]) == {old, new}


def test_a_version_that_ran_needs_no_stand_in_and_a_refusal_has_its_reason() -> None:
    ran = Proof("tests/a.py::test_a", "dump", "5.26.30", "community", RUN)
    stood_in = [replace(ran, how=ARGV), replace(ran, how=ARGV, version="5.0.0")]
    refused = replace(ran, how=REFUSED, feature="block", because="it can't")
    page = compatibility.page([ran, *stood_in, refused])
    assert "| dump | run here: 5.26.30<br>argv checked: 5.0.0 |" in page
    assert "| not possible (1): 5.26.30 |" in page
    assert "\n1. it can't\n" in page
