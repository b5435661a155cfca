"""The page's text: it stands alone, trusts no name, and is the same for the same rows."""

import re
from datetime import timedelta

from tests.generator.report.facts import GIB, NOW, a_fleet, make_facts, make_pin, make_trend
from tests.generator.report.hostile import HOSTILE

from neo4j_scenarios.report.findings import Finding
from neo4j_scenarios.report.page import MARK, page
from neo4j_scenarios.report.rows import State, rows


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
    assert "alert(1)" not in re.sub(r"script(&gt;|\\u003e)alert\(1\)|onerror=alert\(1\)(&gt;|\\u003e)", "", text)
    assert "{{ 7*7 }}" in text


def test_every_state_has_its_tile_with_its_count() -> None:
    table = rows(a_fleet(500), NOW)
    text = page("fleet.yaml", table, NOW)
    fine = sum(row.state is State.FINE for row in table)
    assert f'data-key="fine" aria-pressed="false"><b>{fine}</b> within RPO</button>' in text
    for finding in Finding:
        count = sum(finding in row.findings for row in table)
        tile = re.search(rf'data-key="{finding.value}" aria-pressed="false"><b>(\d+)</b> [a-zR ]', text)
        assert int(tile[1] if tile else 0) == count


def test_a_label_of_many_values_shows_the_worst_and_how_many_more() -> None:
    facts = [make_facts(cluster=f"c{at}", labels={"owner": f"owner-{at}"}) for at in range(99)]
    late = make_facts(cluster="late", labels={"owner": "late-one"}, latest=make_pin(timedelta(days=9)))
    text = page("fleet.yaml", rows([*facts, late], NOW), NOW)
    (table,) = re.findall('<table class="part" data-name="owner">.*?</table>', text, re.DOTALL)
    assert re.findall('data-value="([^"]+)"', table)[0] == "late-one"
    assert "and 70 more" in table


def test_the_size_that_is_usual_is_told_of_a_set_that_is_not() -> None:
    text = page("fleet.yaml", rows([make_facts(trend=make_trend(*[100 * GIB] * 9, 20 * GIB))], NOW), NOW)
    assert "80 % below the usual 100 GiB" in text
    assert "a set in 10 of 90 nights, from 100 GiB to 20 GiB" in text


def test_what_a_restore_would_refuse_says_why() -> None:
    for latest in (make_pin(), None):
        refused = make_facts(latest=latest, refused="<its header> can't be read")
        text = page("fleet.yaml", rows([refused], NOW), NOW)
        assert '<span class="state refused">refused</span>' in text
        assert "&lt;its header&gt; can&#39;t be read" in text


def test_a_late_row_says_that_it_shrank_too() -> None:
    late = make_facts(latest=make_pin(timedelta(days=3)), trend=make_trend(9, 9, 9, 1))
    assert "late</span> <small>shrunk</small>" in page("fleet.yaml", rows([late], NOW), NOW)


def test_a_fleet_without_databases_is_a_page_too() -> None:
    assert "<tbody" in page("fleet.yaml", [], NOW)
