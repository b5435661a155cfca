"""The page as people use it, in Chromium: sorted, filtered, on a phone, by keyboard, in the dark, on paper."""

import re
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys
from tests.generator.report.browser import Browser
from tests.generator.report.facts import NOW, a_fleet, make_facts
from tests.generator.report.hostile import HOSTILE
from tests.generator.report.pages import FOUND, SIZE, column, write

from neo4j_scenarios.report.rows import State, rows


def test_the_worst_come_first_a_hundred_on_a_page(browser: Browser, report: Path) -> None:
    browser.open(report)
    assert column(browser, 1) == [row.facts.cluster for row in FOUND[:100]]
    assert browser.one("#shown").text == "250 of 250 shown"
    browser.one("#after").click()
    browser.one("#after").click()
    assert column(browser, 1) == [row.facts.cluster for row in FOUND[200:]]
    assert browser.one("#page").text == "Page 3 of 3"
    assert not browser.one("#after").is_enabled()


def test_a_head_sorts_by_its_numbers_and_again_the_other_way(browser: Browser, report: Path) -> None:
    browser.open(report)
    size = browser.all(".rows thead button")[5]
    known = [row for row in FOUND if row.facts.latest]
    by_size = sorted((row.facts.latest.size_bytes, row.facts.cluster) for row in known if row.facts.latest)
    size.click()
    assert column(browser, 1)[:20] == [name for _, name in reversed(by_size[-20:])]
    assert browser.all(".rows thead th")[5].get_attribute("aria-sort") == "descending"
    size.click()
    absent = SIZE - len(known)
    assert column(browser, 1)[absent : absent + 20] == [name for _, name in by_size[:20]]
    assert browser.all(".rows thead th")[5].get_attribute("aria-sort") == "ascending"


def test_states_sort_by_how_bad_they_are(browser: Browser, report: Path) -> None:
    browser.open(report)
    browser.all(".rows thead button")[2].click()
    ranks = [list(State).index(State(text)) for text in column(browser, 3)]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) > 3


def test_words_filter_by_name_group_label_and_state(browser: Browser, report: Path) -> None:
    browser.open(report)
    browser.one("#filter").send_keys("env=prod late")
    wanted = [row.facts.cluster for row in FOUND if row.facts.group == "prod" and row.state is State.LATE]
    assert 0 < len(wanted) < 100
    assert column(browser, 1) == wanted
    assert browser.one("#shown").text == f"{len(wanted)} of 250 shown"
    browser.one("#filter").send_keys(" nothing-like-it")
    assert column(browser, 1) == []


def test_a_tile_filters_and_again_shows_all(browser: Browser, report: Path) -> None:
    browser.open(report)
    tile = browser.one(".tile.missing")
    tile.click()
    assert set(column(browser, 3)) == {"no set"}
    assert tile.get_attribute("aria-pressed") == "true"
    tile.click()
    assert browser.one("#shown").text == "250 of 250 shown"
    assert browser.one('.tile[data-key=""]').get_attribute("aria-pressed") == "true"


def test_all_of_it_works_by_keyboard(browser: Browser, report: Path) -> None:
    browser.open(report)
    reached: list[str] = []
    for _ in range(60):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(str(browser.driver.switch_to.active_element.accessible_name))
    for name in ("Filter", "By", "eu-west-1", "Cluster", "RTO forecast", "Next"):
        assert name in reached
    assert any(name.endswith("late") for name in reached)


def test_it_is_a_real_table(browser: Browser, report: Path) -> None:
    browser.open(report)
    assert browser.one("table.rows").aria_role == "table"
    assert {each.get_attribute("scope") for each in browser.all(".rows thead th")} == {"col"}
    assert {each.get_attribute("scope") for each in browser.all("tbody th")} == {"row"}
    assert browser.all(".rows tbody th")[0].aria_role == "rowheader"
    assert browser.one("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("width", [320, 360, 412, 768, 1024, 1089, 1100, 1200, 1280, 1345, 1425, 1440])
def test_no_width_needs_sideways_scrolling(browser: Browser, report: Path, width: int) -> None:
    browser.open(report, width=width, height=800)
    assert browser.run("return [innerWidth, document.documentElement.scrollWidth]") == [width, width]


def test_long_and_hostile_names_are_shown_as_they_are_and_fit_a_phone(browser: Browser, tmp_path: Path) -> None:
    facts = make_facts(
        cluster=HOSTILE + "x" * 200, group="y" * 100, labels={"a": HOSTILE}, latest=None, problem="z" * 300
    )
    path = write(tmp_path, rows([facts], NOW))
    browser.open(path, width=360, height=800)
    assert browser.texts(".rows tbody th")[0].startswith(HOSTILE)
    assert browser.run("return document.documentElement.scrollWidth") == 360
    assert browser.run("return document.images.length") == 0


def test_on_a_phone_every_value_has_its_name_and_a_list_sorts(browser: Browser, report: Path) -> None:
    browser.open(report, width=360, height=800)
    names = """
    const cells = [...document.querySelectorAll(".rows tbody tr:last-child td")];
    return cells.map((cell) => getComputedStyle(cell, "::before").content)
    """
    heads = [
        text.strip()
        for text in browser.run("return [...document.querySelectorAll('.rows thead th')].map((th) => th.textContent)")
    ]
    assert [name.strip('"') for name in browser.run(names)] == heads[1:]
    (newest,) = [option for option in browser.all("#order option") if option.text == "age"]
    newest.click()
    oldest = max((row for row in FOUND if row.age_seconds), key=lambda row: row.age_seconds or 0)
    assert column(browser, 1)[0] == oldest.facts.cluster


def test_the_breakdown_is_by_what_is_chosen_and_a_value_filters(browser: Browser, report: Path) -> None:
    browser.open(report)
    assert [each.text for each in browser.all("#by option")] == ["group", "region", "env", "team"]
    assert [each.get_attribute("data-name") for each in browser.all(".part") if each.is_displayed()] == ["region"]
    browser.one("#by option:nth-child(4)").click()
    (team,) = [each for each in browser.all(".part[data-name=team] button") if each.text == "b"]
    team.click()
    wanted = [row.facts.cluster for row in FOUND if row.facts.labels["team"] == "b"]
    assert 0 < len(wanted) < 100
    assert column(browser, 1) == wanted
    assert browser.one("#part").text == "team: b"
    browser.one("#part").click()
    assert browser.one("#shown").text == "250 of 250 shown"
    assert not browser.one("#part").is_displayed()


def test_a_history_is_drawn_up_to_tonight(browser: Browser, report: Path) -> None:
    browser.open(report)
    assert "nights, from" in str(browser.all(".rows .spark")[0].get_attribute("aria-label"))
    boxes = browser.run(
        "return [...document.querySelectorAll('.rows .spark path')].map((each) => each.getBBox().height)"
    )
    assert boxes
    # A line from zero up to the largest size fills its box.
    assert set(boxes) == {20}


def _luminance(colour: str) -> float:
    channels = [int(each) / 255 for each in re.findall(r"\d+", colour)[:3]]
    linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_the_contrast_that_wcag_asks_for(browser: Browser, report: Path, dark: bool) -> None:
    browser.open(report, dark=dark)
    script = """
    const all = ["h1", "h2", "header p", "small", ".problem", "thead th", ".key", "footer", "dt", "#shown"];
    const states = [...document.querySelectorAll(".state, .drift, .part small, .part button")];
    const texts = [...all.map((each) => document.querySelector(each)), ...states];
    return texts.map((each) => getComputedStyle(each).color).concat(getComputedStyle(document.body).backgroundColor)
    """
    *texts, ground = browser.run(script)
    assert (_luminance(ground) < 0.1) == dark
    for colour in set(texts):
        low, high = sorted((_luminance(colour), _luminance(ground)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, colour


def test_ten_thousand_databases_are_one_page_of_a_hundred(browser: Browser, tmp_path: Path) -> None:
    browser.open(write(tmp_path, rows(a_fleet(10_000), NOW)))
    assert browser.one("#shown").text == "10,000 of 10,000 shown"
    assert browser.run("return document.querySelectorAll('.rows tr').length") == 101
    browser.one("#filter").send_keys("prod-eu-1")
    assert len(column(browser, 1)) == 100
    assert all(name.startswith("prod-eu-1") for name in column(browser, 1))
