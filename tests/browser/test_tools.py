"""Search, coverage and adding in a browser: each form does what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser import sites
from tests.browser.sites import HOSTILE, Site
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

PASTED = "Norway signed a fishing agreement with Iceland in Oslo on Monday."
SENT = "Kenya expelled the ambassador of Sudan on Tuesday over the attack."
CODED = 60_000  # milliseconds; the model is loaded first


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A ledger that these tests write to."""
    return sites.news(tmp_path_factory.mktemp("desk") / "desk.detente")


def test_a_search_is_made_narrowed_kept_and_forgotten(browser: Any, desk: Site) -> None:
    with Visit(browser) as visit:
        tab = visit.tab
        visit.open(f"{desk.address}/search")
        tab.locator(".asking input[name=q]").fill('"accused japan"')
        tab.locator(".asking button").click()
        tab.wait_for_url("**/search?q=%22accused**")
        assert tab.locator("#found").inner_text().startswith("46 sentences")
        assert {"accused", "Japan"} == set(tab.locator("mark.hit").all_inner_texts())
        tab.get_by_role("link", name="Read earlier").click()
        assert tab.locator(".report").count() == 21
        tab.locator("summary").click()
        tab.get_by_label("state or pair").fill("JPN-KOR")
        tab.locator(".asking button").click()
        assert tab.locator("#found").inner_text().startswith("23 sentences")
        tab.get_by_label("Keep this search as").fill("Rows of Japan and Korea")
        tab.get_by_role("button", name="Keep").click()
        tab.get_by_role("link", name="Rows of Japan and Korea").click()
        assert tab.locator("#found").inner_text().startswith("23 sentences")
        tab.get_by_role("button", name="Forget Rows of Japan and Korea").click()
        assert tab.locator(".kept").count() == 0
        assert visit.complaints == []


def test_a_search_of_articles_leads_to_one(browser: Any, desk: Site) -> None:
    with Visit(browser) as visit:
        visit.open(f"{desk.address}/search?in=articles&q=geneva+%22matter+7%22")
        visit.tab.locator(".passages a").first.click()
        assert visit.heading().startswith("Talks 7 of")


def test_coverage_tells_what_was_left_out_and_gives_its_tables(browser: Any, desk: Site) -> None:
    with Visit(browser) as visit:
        tab = visit.tab
        visit.open(f"{desk.address}/coverage")
        assert tab.locator(".reading rect").count() == 14
        assert HOSTILE in tab.locator("#excluded ~ .wide").text_content()
        tab.locator(".reasons a", has_text="unreadable").click()
        tab.wait_for_url("**reason=unreadable**")
        with tab.expect_download() as download:
            tab.locator("section[aria-labelledby=publishers] .export a", has_text="CSV").click()
        assert "Wire 0" in Path(download.value.path()).read_text(encoding="utf-8")
        assert visit.complaints == []


def test_a_text_that_is_pasted_is_coded_while_one_waits(browser: Any, desk: Site) -> None:
    with Visit(browser) as visit:
        tab = visit.tab
        visit.open(f"{desk.address}/add")
        tab.get_by_label("A text").fill(PASTED)
        tab.get_by_label("published, where they tell no day").fill("2023-03-07")
        tab.get_by_role("button", name="Read and add").click()
        tab.wait_for_url("**/add?lot=1")
        tab.locator("#lot[data-state=done]").wait_for(timeout=CODED)
        tab.locator("#lot a[href^='/article/']").click()
        assert tab.locator(".text").inner_text().startswith("Norway signed a fishing agreement")
        assert visit.complaints == []


def test_a_file_that_is_sent_is_coded_and_a_broken_one_told(browser: Any, desk: Site) -> None:
    with Visit(browser) as visit:
        tab = visit.tab
        visit.open(f"{desk.address}/add")
        tab.get_by_label("Files").set_input_files(
            [
                {"name": "sent.txt", "mimeType": "text/plain", "buffer": SENT.encode()},
                {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 nothing"},
            ]
        )
        tab.get_by_role("button", name="Read and add").click()
        tab.locator("#lot[data-state=done]").wait_for(timeout=CODED)
        told = tab.locator("#lot").inner_text()
        assert "broken.pdf" in told
        assert tab.locator("#lot a[href^='/article/']").count() == 1


def test_nothing_is_added_by_an_empty_form(browser: Any, desk: Site) -> None:
    with Visit(browser) as visit:
        visit.open(f"{desk.address}/add")
        visit.tab.get_by_role("button", name="Read and add").click()
        assert "Give one of the three" in visit.tab.locator("main").inner_text()
