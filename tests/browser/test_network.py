"""Network and map in a browser: drawn, reached by hand and keyboard, moved through time, taken away as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.sites import Site
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser


def test_states_and_ties_are_drawn_and_lead_on(browser: Any, news: Site) -> None:
    with Visit(browser) as visit:
        tab = visit.tab
        visit.open(f"{news.address}/network")
        assert tab.locator("#network .node").count() == 4
        assert tab.locator("#network line.tie").count() == 3
        tab.locator("#network .node[aria-label^='KOR']").focus()
        assert tab.locator("#network .tie.faded").count() == 2
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/state/KOR")
        assert visit.complaints == []


def test_the_network_of_another_day_is_chosen(browser: Any, news: Site) -> None:
    with Visit(browser) as visit:
        tab = visit.tab
        visit.open(f"{news.address}/network")
        tab.get_by_label("on").first.fill("2022-02-01")
        tab.get_by_label("over").select_option("4")
        tab.get_by_role("button", name="Show", exact=True).click()
        tab.wait_for_url("**on=2022-02-01**")
        assert "to 1 Feb 2022" in tab.locator(".lead").inner_text()
        tab.get_by_label("on").first.fill("2022-02-05")
        tab.get_by_role("button", name="Show", exact=True).click()
        tab.wait_for_url("**on=2022-02-05**")
        assert (
            tab.locator("#network .node").count() == 3
        )  # Japan and China met on the 25th, China and the US on the 16th


def test_the_network_is_taken_away_as_a_drawing(browser: Any, news: Site, tmp_path: Path) -> None:
    with Visit(browser) as visit:
        visit.open(f"{news.address}/network")
        with visit.tab.expect_download() as download:
            visit.tab.locator("#network-export").get_by_role("button", name="SVG").click()
        download.value.save_as(tmp_path / "network.svg")
        drawn = (tmp_path / "network.svg").read_text(encoding="utf-8")
        assert drawn.count("<line") == 3
        assert "var(--" not in drawn
        assert visit.complaints == []


def test_the_map_goes_through_time_and_to_a_relation(browser: Any, news: Site) -> None:
    with Visit(browser) as visit:
        tab = visit.tab
        visit.open(f"{news.address}/map?state=JPN&weeks=4")
        box = tab.locator(".worldmap")
        assert box.locator("path.known").count() == 2
        slider = box.locator("input[type=range]")
        with tab.expect_response("**/map.json?**on=2022-01-31**"):
            slider.press("Home")
        tab.wait_for_function("document.querySelector('.worldmap label.time').textContent.includes('Jan 2022')")
        assert slider.get_attribute("aria-valuetext") == "January 2022"
        country = box.locator("path[aria-label^='South Korea:']")
        assert "mean score" in country.get_attribute("aria-label")
        country.focus()
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/dyad/JPN-KOR")
        assert visit.complaints == []


def test_the_map_is_coloured_anew_for_the_dark(browser: Any, news: Site) -> None:
    with Visit(browser) as visit:
        visit.open(f"{news.address}/map?state=JPN")
        known = visit.tab.locator("path.known").first
        light = known.get_attribute("style")
        visit.tab.locator("#theme").click()
        assert known.get_attribute("style") != light
