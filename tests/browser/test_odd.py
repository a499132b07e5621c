"""Every page whatever the data: it fits a narrow screen, runs nothing of the articles', and asks nothing of others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.sites import HOSTILE, Site
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

FOCUSED = """() => {
  const e = document.activeElement;
  return [e.tagName, e.id || e.name || e.textContent.trim().slice(0, 40), getComputedStyle(e).outlineStyle];
}"""


def visited(browser: Any, site: Site, *, scheme: str = "light") -> list[str]:
    """What is wrong with the site's pages at 360 px."""
    wrong = []
    with Visit(browser, width=360, scheme=scheme) as visit:
        for page in site.pages:
            status = visit.open(site.address + page)
            if status != 200:
                wrong.append(f"{page} answers {status}")
            wide = visit.tab.evaluate("document.documentElement.scrollWidth")
            if wide > 360:
                wrong.append(f"{page} is {wide} px wide")
            if visit.tab.locator("h1").count() != 1 or not visit.heading().strip():
                wrong.append(f"{page} has no heading of its own")
            wrong += [f"{page}: {complaint}" for complaint in visit.complaints]
            visit.complaints.clear()
        wrong += [f"asks {url}" for url in visit.requests if not url.startswith(f"{site.address}/")]
    return wrong


def test_pages_of_a_ledger_with_news_are_in_order(browser: Any, news: Site) -> None:
    assert visited(browser, news) == []


def test_pages_of_a_ledger_with_odd_data_are_in_order(browser: Any, odd: Site) -> None:
    assert visited(browser, odd, scheme="dark") == []


def test_pages_of_an_empty_ledger_are_in_order(browser: Any, empty: Site) -> None:
    assert visited(browser, empty) == []


def test_hostile_words_are_only_words(browser: Any, odd: Site) -> None:
    with Visit(browser) as visit:
        visit.tab.goto(f"{odd.address}/coverage")
        assert HOSTILE in visit.tab.locator("#excluded ~ .wide").text_content()
        visit.tab.goto(f"{odd.address}/search?q=met&in=articles")
        assert HOSTILE in visit.tab.locator(".passages").text_content()
        assert visit.tab.locator("main script:not([type]), main img").count() == 0


def test_pages_do_without_scripts(browser: Any, news: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    for page, says in (
        ("/", "Japan – South Korea"),
        ("/network", "United States"),
        ("/map?state=JPN", "South Korea"),
        ("/dyad/JPN-KOR", "2022"),
        ("/coverage", "2022-03"),
    ):
        tab.goto(news.address + page)
        assert says in tab.locator("main").text_content(), page
        assert tab.locator("#theme").is_hidden()
    context.close()


def test_the_choice_of_a_dark_page_lasts(browser: Any, news: Site) -> None:
    shade = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number).reduce((a, b) => a + b)"
    with Visit(browser) as visit:
        tab = visit.tab
        tab.goto(news.address)
        assert tab.evaluate(shade) > 600
        tab.get_by_role("button", name="Show the page dark").click()
        assert tab.evaluate(shade) < 150
        tab.goto(f"{news.address}/coverage")
        assert tab.evaluate(shade) < 150
        tab.get_by_role("button", name="Show the page light").press("Enter")
        tab.reload()
        assert tab.evaluate(shade) > 600
        assert visit.complaints == []


def tabbed(tab: Any, most: int) -> list[list[str]]:
    """What Tab reaches one after the other."""
    reached = []
    for _ in range(most):
        tab.keyboard.press("Tab")
        reached.append(tab.evaluate(FOCUSED))
    return reached


def test_the_keyboard_alone_reaches_search_and_the_form_to_follow(browser: Any, news: Site) -> None:
    with Visit(browser) as visit:
        tab = visit.tab
        visit.open(news.address)
        reached = tabbed(tab, 30)
        names = [name for _, name, _ in reached]
        assert names[0] == "Skip to the content"
        assert {"find", "theme", "first", "second", "Follow"} <= set(names)
        assert names.index("find") < names.index("first") < names.index("second") < names.index("Follow")
        # A country of the map has a thicker border instead.
        assert [name for tag, name, outline in reached if outline == "none" and tag != "path"] == []
        tab.goto(news.address)
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        assert tab.evaluate("location.hash") == "#main"
        tab.locator("#find").focus()
        tab.keyboard.type("accused")
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/search?q=accused")
        assert "sentence" in tab.locator("#found").inner_text()


def test_the_keyboard_alone_reaches_partners_on_the_map_and_the_figures(browser: Any, news: Site) -> None:
    with Visit(browser) as visit:
        tab = visit.tab
        visit.open(f"{news.address}/map?state=JPN")
        tab.locator(".worldmap input[type=range]").focus()
        tab.keyboard.press("Tab")
        told = tab.evaluate("document.activeElement.getAttribute('aria-label')")
        assert "acts, mean score" in told
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/dyad/JPN-*")
        tab.goto(f"{news.address}/coverage")
        tab.locator("summary").first.focus()
        tab.keyboard.press("Enter")
        assert tab.locator(".months").is_visible()
