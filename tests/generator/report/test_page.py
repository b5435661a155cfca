"""The page's text: it stands alone, trusts no name, and is the same for the same rows."""

import re

from tests.generator.report.facts import NOW, a_fleet, make_facts

from neo4j_scenarios.report.page import MARK, page
from neo4j_scenarios.report.rows import State, rows

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}"


def test_the_same_rows_give_the_same_bytes() -> None:
    assert page("fleet.yaml", rows(a_fleet(50), NOW), NOW) == page("fleet.yaml", rows(a_fleet(50)[::-1], NOW), NOW)


def test_it_says_whose_it_is_and_when_it_was_true() -> None:
    text = page("fleet.yaml", rows([make_facts()], NOW), NOW)
    assert text.startswith(f"{MARK}\n<!doctype html>")
    assert "2026-08-22 14:00 UTC" in text
    assert "1 cluster, 1\ndatabase, 40 GiB" in text


def test_it_asks_for_nothing_and_its_policy_forbids_to() -> None:
    text = page("fleet.yaml", rows(a_fleet(100), NOW), NOW)
    assert not re.search(r"https?://|src=|<link|@import|url\(", text)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy.startswith("default-src &#39;none&#39;; style-src &#39;sha256-")
    assert "unsafe" not in policy
    assert " style=" not in text
    assert not re.search(r" on[a-z]+=", text)


def test_no_name_is_taken_for_markup() -> None:
    hostile = make_facts(
        cluster=HOSTILE, database=HOSTILE, group=HOSTILE, region=HOSTILE, bucket=HOSTILE, labels={HOSTILE: HOSTILE}
    )
    failed = make_facts(problem=HOSTILE, latest=None)
    text = page(HOSTILE, rows([hostile, failed], NOW), NOW)
    assert text.count("<script>") == 1
    assert "<img" not in text
    assert "alert(1)" not in re.sub(r"&lt;script&gt;alert\(1\)|onerror=alert\(1\)&gt;", "", text)
    assert "{{ 7*7 }}" in text


def test_every_state_has_its_tile_with_its_count() -> None:
    found = rows(a_fleet(500), NOW)
    text = page("fleet.yaml", found, NOW)
    for state in State:
        count = sum(row.state is state for row in found)
        assert f'data-key="{state.name.lower()}" aria-pressed="false"><b>{count}</b> {state.value}</button>' in text


def test_a_fleet_without_databases_is_a_page_too() -> None:
    assert "<tbody" in page("fleet.yaml", [], NOW)
