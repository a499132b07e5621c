"""The pages of an act, an article and a state in a real browser: judging, marks by keyboard, both colour schemes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from detente import memory
from detente.ledger import open_ledger
from detente.records import Coded, Event
from tests.browser.visit import Visit
from tests.factories import make_article, make_event
from tests.serving import serve
from tests.test_page import keep
from tests.test_page_event import STORY, coded

pytestmark = pytest.mark.browser


class Desk:
    """A ledger of its own, served: one act told by a wire and its copy, and another act of that day."""

    def __init__(self, path: Path) -> None:
        other = (
            "Japan accused South Korea of fouling the nets of its trawlers off Busan, <i>the Lantern</i> has learned."
        )
        told = [
            coded("a-wire", STORY, "Meridian Wire", date(2023, 3, 16)),
            coded("b-copy", STORY, "Harbour Gazette", date(2023, 3, 17)),
            coded("c-own", other, "The Lantern", date(2023, 3, 18), event="ACCUSE", trigger="accused"),
        ]
        keep(path, *told)
        with open_ledger(path) as ledger:
            memory.update(ledger)
        self.events: list[Event] = [each.events[0] for each in told]
        self.site = serve(path)

    def event(self, number: int) -> str:
        return f"{self.site}/event/{self.events[number].id}"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "news.detente")


def test_a_type_is_judged_shown_and_withdrawn_and_the_name_remembered(browser: Any, desk: Desk) -> None:
    with Visit(browser) as visit:
        tab = visit.tab
        tab.goto(desk.event(2))
        assert visit.heading() == "ACCUSE"
        tab.get_by_label("Your name").first.fill("Mina")
        tab.get_by_label("Why").first.fill("it was an attack")
        tab.get_by_label("It is").select_option("ASSAULT")
        tab.get_by_role("button", name="Set the type").click()
        tab.wait_for_url("**#judged")
        assert visit.heading() == "ASSAULT"
        judged = tab.locator(".judged li")
        assert "by Mina" in judged.inner_text()
        assert "it was an attack" in judged.inner_text()
        tab.goto(desk.event(0))
        assert tab.locator("#judge input[name=who]").input_value() == "Mina"
        tab.goto(desk.event(2))
        tab.get_by_role("button", name="Withdraw").click()
        tab.wait_for_url("**#judged")
        assert visit.heading() == "ACCUSE"
        assert tab.locator(".judged").count() == 0
        assert visit.complaints == []


def test_two_acts_are_merged_and_a_report_is_parted(browser: Any, desk: Desk) -> None:
    with Visit(browser) as visit:
        tab = visit.tab
        tab.goto(desk.event(0))
        assert tab.locator(".all-reports .report").count() == 2
        tab.get_by_label("Your name").first.fill("Mina")
        tab.locator("select[name=other]").select_option(index=1)
        tab.get_by_role("button", name="Merge").click()
        tab.wait_for_url("**#judged")
        assert tab.locator(".all-reports .report").count() == 3
        tab.locator(f"#report-{desk.events[2].id}").get_by_role("button", name="Not this act").click()
        tab.wait_for_load_state("networkidle")
        assert tab.locator(".all-reports .report").count() == 2
        assert tab.locator(f"#report-{desk.events[2].id}").count() == 0
        assert visit.complaints == []


def test_the_enter_key_judges_nothing_and_a_name_is_asked_for(browser: Any, desk: Desk) -> None:
    with Visit(browser) as visit:
        tab = visit.tab
        tab.goto(desk.event(2))
        tab.get_by_label("Your name").first.fill("Mina")
        tab.keyboard.press("Enter")
        tab.get_by_label("Your name").first.fill("")
        tab.get_by_role("button", name="The record is right").click()
        assert tab.url == desk.event(2)
        assert "Nobody has judged it yet." in tab.locator("#judged").inner_text()


def test_pledges_and_conflicts_come_in_place_and_without_scripts_by_a_link(browser: Any, desk: Desk) -> None:
    with Visit(browser) as visit:
        visit.tab.goto(desk.event(0))
        visit.tab.locator("#pledges").wait_for()
        assert "It made no pledge" in visit.tab.locator("#pledges").inner_text()
        assert visit.tab.locator("#follow").count() == 0
        assert visit.complaints == []
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(desk.event(0))
    tab.get_by_role("link", name="Pledges it made, kept or broke").click()
    assert tab.locator("h1").inner_text() == "Pledges and conflicts"
    tab.goto(desk.event(2))
    tab.get_by_label("Your name").fill("Mina")
    tab.get_by_role("button", name="Not an event").click()
    assert "counts nowhere" in tab.locator(".warning").inner_text()
    assert "who=Mina" in tab.url
    context.close()


def test_the_chain_of_sources_leads_to_the_article(browser: Any, desk: Desk) -> None:
    with Visit(browser) as visit:
        visit.tab.goto(desk.event(1))
        assert "copy 100%" in visit.tab.locator("svg.sources").text_content()
        with visit.tab.expect_download() as saved:
            visit.tab.locator("#export-sources").get_by_role("button", name="SVG").click()
        assert saved.value.suggested_filename == "sources.svg"
        assert "Harbour Gazette" in Path(saved.value.path()).read_text(encoding="utf-8")
        visit.tab.locator("svg.sources a", has_text="Harbour Gazette").click()
        assert visit.heading() == "Talks b-copy"


def test_marks_are_reached_and_told_by_keyboard(browser: Any, desk: Desk) -> None:
    with Visit(browser) as visit:
        tab = visit.tab
        tab.goto(f"{desk.site}/article/c-own")
        beside = tab.locator("#beside")
        assert beside.is_hidden()
        tab.locator(".text a.mark.trigger").focus()
        assert "event words of 1" in beside.inner_text()
        assert "ACCUSE" in beside.inner_text()
        assert tab.locator(".found li.on").count() == 1
        assert tab.locator("a.mark.on").count() == 3
        tab.keyboard.press("ArrowRight")
        assert "recipient of 1" in beside.inner_text()
        assert tab.evaluate("document.activeElement.textContent") == "South Korea"
        tab.keyboard.press("ArrowLeft")
        tab.keyboard.press("ArrowLeft")
        assert "actor of 1" in beside.inner_text()
        tab.keyboard.press("Escape")
        assert beside.is_hidden()
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.textContent") == "accused"
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/event/*")
        assert visit.heading() == "ACCUSE"
        assert visit.complaints == []


def test_the_note_of_a_narrow_screen_does_not_hide_the_mark(browser: Any, desk: Desk) -> None:
    with Visit(browser, width=360) as visit:
        tab = visit.tab
        tab.set_viewport_size({"width": 360, "height": 500})
        tab.goto(f"{desk.site}/article/a-wire")
        tab.locator("#theme").focus()
        while tab.evaluate("!document.activeElement.matches('a.mark')"):
            tab.keyboard.press("Tab")
        mark, note = tab.locator("a.mark:focus").bounding_box(), tab.locator("#beside").bounding_box()
        assert mark["y"] + mark["height"] <= note["y"]
        assert mark["y"] >= 0


def test_a_mark_that_is_pointed_at_is_told(browser: Any, desk: Desk) -> None:
    with Visit(browser) as visit:
        visit.tab.goto(f"{desk.site}/article/c-own")
        visit.tab.locator(".text a.mark", has_text="South Korea").hover()
        assert "recipient of 1" in visit.tab.locator("#beside").inner_text()
        visit.tab.locator("h1").hover()
        assert visit.tab.locator("#beside").is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_a_narrow_screen_in_both_schemes(browser: Any, desk: Desk, scheme: str) -> None:
    paths = [
        f"/event/{desk.events[0].id}",
        f"/follow/{desk.events[0].id}",
        "/article/c-own",
        "/state/JPN",
        "/actor/JPN",
    ]
    with Visit(browser, width=360, scheme=scheme) as visit:
        for path in paths:
            assert visit.tab.goto(desk.site + path).status == 200
            visit.tab.wait_for_load_state("networkidle")
            assert visit.tab.evaluate("document.documentElement.scrollWidth") <= 360, path
            color = visit.tab.evaluate("getComputedStyle(document.body).backgroundColor")
            light = sum(int(part) for part in color.strip("rgb()").split(","))
            assert (light > 600) == (scheme == "light")
        assert visit.complaints == []
        assert {url for url in visit.requests if not url.startswith(f"{desk.site}/")} == set()


def test_a_state_leads_to_its_partner_and_its_acts(browser: Any, desk: Desk) -> None:
    with Visit(browser) as visit:
        visit.tab.goto(f"{desk.site}/state/JPN")
        visit.tab.locator(".latest .report h3 a").first.click()
        assert visit.heading() in ("ACCUSE", "CONSULT")
        visit.tab.goto(f"{desk.site}/state/JPN")
        visit.tab.locator(".partners").get_by_role("link", name="South Korea").click()
        assert "South Korea" in visit.heading()


def test_a_huge_word_and_hostile_markup_stay_within_the_page(browser: Any, tmp_path: Path) -> None:
    article = msgspec.structs.replace(
        make_article("Japan met South Korea " + "k" * 3000 + " <img src=x onerror=alert(1)>", id="a"),
        title="<script>alert(2)</script>\u202e" + "t" * 400,
    )
    path = keep(tmp_path / "news.detente", Coded(article, (make_event(article),)))
    with Visit(browser, width=360) as visit:
        visit.tab.goto(f"{serve(path)}/article/a")
        assert visit.tab.evaluate("document.documentElement.scrollWidth") <= 360
        assert "<img src=x onerror=alert(1)>" in visit.tab.locator(".text").inner_text()
        assert visit.complaints == []
