"""The first page in a browser: relations are followed and left, small charts are drawn, the map leads on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser import sites
from tests.browser.sites import Site
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser


def test_a_relation_is_followed_and_left(browser: Any, tmp_path: Path) -> None:
    site = sites.news(tmp_path / "news.detente")
    with Visit(browser) as visit:
        tab = visit.tab
        visit.open(site.address)
        section = tab.locator("section[aria-labelledby=watched]")
        assert "No relation yet" in section.inner_text()
        tab.get_by_label("state", exact=True).first.fill("usa")
        tab.get_by_label("and state").fill("CHN")
        tab.get_by_role("button", name="Follow", exact=True).click()
        tab.wait_for_url("**/#watched")
        assert "United States – China" in section.inner_text()
        section.locator(".spark svg").wait_for()
        section.get_by_role("link", name="United States – China").click()
        assert visit.heading() == "United States – China"
        visit.open(site.address)
        tab.get_by_role("button", name="remove USA–CHN").click()
        tab.wait_for_url("**/#watched")
        assert "No relation yet" in section.inner_text()
        assert visit.complaints == []


def test_what_is_no_state_is_not_followed_and_a_silent_pair_says_so(browser: Any, tmp_path: Path) -> None:
    site = sites.empty(tmp_path / "news.detente")
    sites.tell(site.ledger)
    with Visit(browser) as visit:
        tab = visit.tab
        visit.open(site.address)
        tab.locator("input[name=first]").fill("QQQ")
        tab.locator("input[name=second]").fill("KOR")
        tab.get_by_role("button", name="Follow", exact=True).click()
        tab.wait_for_url("**/watchlist/add")
        assert "first is 'QQQ'; it must be the code of a state" in tab.locator("main").inner_text()
        tab.go_back()
        tab.locator("input[name=first]").fill("FRA")
        tab.get_by_role("button", name="Follow", exact=True).click()
        tab.wait_for_url("**/#watched")
        assert "no act yet" in tab.locator("section[aria-labelledby=watched]").inner_text()


def test_the_level_is_drawn_small_beside_each_relation(browser: Any, news: Site) -> None:
    with Visit(browser) as visit:
        visit.open(news.address)
        shown = visit.tab.locator(".spark svg")
        shown.first.wait_for()
        visit.tab.wait_for_function("document.querySelectorAll('.spark svg').length === 3")
        assert {shown.nth(at).get_attribute("role") for at in range(3)} == {"img"}
        assert visit.complaints == []


def test_the_map_of_the_first_page_leads_to_a_relation(browser: Any, news: Site) -> None:
    with Visit(browser) as visit:
        visit.open(news.address)
        box = visit.tab.locator(".worldmap")
        box.scroll_into_view_if_needed()
        box.locator("select").select_option("USA")
        box.locator("path[aria-label^='China:']").click()
        visit.tab.wait_for_url("**/dyad/USA-CHN")
        assert visit.complaints == []


def test_a_newest_act_leads_to_its_page(browser: Any, news: Site) -> None:
    with Visit(browser) as visit:
        visit.open(news.address)
        visit.tab.locator("section[aria-labelledby=newest] a[href^='/event/']").first.click()
        assert visit.heading() in ("ACCUSE", "CONSULT")
