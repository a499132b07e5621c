"""The page of a dyad in a real browser: brush, turns, filters and tabs without a reload, export, and the file kept."""

from __future__ import annotations

import re
import struct
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from detente import memory
from detente.ledger import open_ledger
from detente.records import Coded
from tests.browser.visit import Visit
from tests.factories import make_article, make_date, make_event
from tests.serving import serve
from tests.test_page_dyad import import_others

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger of 36 months of meetings and then threats, its address without the slash at its end."""
    path = tmp_path_factory.mktemp("dyad") / "news.detente"
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder="detente test", model="events-en.v1", codebook="plover-2024")
        ledger.store_all([_month(place) for place in range(36)], run)
        ledger.end_run(run)
        memory.update(ledger)
    import_others(path.parent / "others")
    return serve(path)


def _month(place: int) -> Coded:
    day = date(2020 + place // 12, place % 12 + 1, 5)
    bad = place >= 24
    text = f"Japan {'threatened' if bad else 'met'} South Korea over <b>matter</b> {place} in round {place * 7}."
    article = msgspec.structs.replace(make_article(text, published=day), title=f"Round {place} <script>x</script>")
    label, trigger = ("THREATEN", "threatened") if bad else ("CONSULT", "met")
    events = [make_event(article, event=label, trigger=trigger, when=make_date(day), key=str(n)) for n in (1, 2)]
    if place % 6 == 0:
        events.append(make_event(article, event=label, trigger=trigger, status="planned", when=make_date(day)))
    return Coded(article, tuple(events))


def _open(visit: Visit, site: str, query: str = "") -> Any:
    visit.tab.goto(f"{site}/dyad/JPN-KOR{query}")
    visit.tab.wait_for_selector("#level[data-drawn]")
    return visit.tab


def _found(tab: Any, number: int) -> None:
    tab.wait_for_function("n => document.getElementById('found').textContent.startsWith(n + ' act')", arg=number)


def test_the_charts_are_drawn_and_nothing_complains(browser: Any, site: str) -> None:
    with Visit(browser) as visit:
        tab = _open(visit, site)
        assert tab.locator("#level .band80").count() == 1
        assert tab.locator("#quads .quad1").count() == 24
        assert tab.locator("#quads .quad3").count() == 12
        up = tab.locator("#quads .quad1").first.bounding_box()
        down = tab.locator("#quads .quad3").first.bounding_box()
        assert up["y"] + up["height"] <= down["y"] + 1
        tab.wait_for_load_state("networkidle")
        assert {url for url in visit.requests if not url.startswith(f"{site}/")} == set()
        assert visit.complaints == []


def test_a_brush_filters_the_list_without_a_reload(browser: Any, site: str) -> None:
    with Visit(browser) as visit:
        tab = _open(visit, site)
        tab.evaluate("window.stays = true")
        box = tab.locator("#level .brush .overlay").bounding_box()
        middle = box["y"] + box["height"] - 20
        tab.mouse.move(box["x"] + box["width"] * 0.5, middle)
        tab.mouse.down()
        tab.mouse.move(box["x"] + box["width"] * 0.75, middle, steps=5)
        tab.mouse.up()
        tab.wait_for_function("() => document.querySelector('.filters [name=from]').value !== ''")
        first, last = (tab.locator(f".filters [name={name}]").input_value() for name in ("from", "to"))
        assert first.endswith("-01")
        assert date.fromisoformat(first) < date.fromisoformat(last)
        tab.wait_for_function("() => location.search.includes('from=')")
        days = tab.locator("#timeline .act time").evaluate_all("all => all.map(each => each.dateTime)")
        assert days
        assert all(first <= day <= last for day in days)
        assert tab.locator("#quads .range").get_attribute("visibility") == "visible"
        assert tab.evaluate("window.stays") is True
        tab.reload()
        tab.wait_for_selector("#level[data-drawn]")
        assert tab.locator("#quads .range").get_attribute("visibility") == "visible"
        assert visit.complaints == []


def test_the_brush_works_by_arrow_keys(browser: Any, site: str) -> None:
    with Visit(browser) as visit:
        tab = _open(visit, site)
        tab.locator("#level .edge").first.focus()
        for _ in range(3):
            tab.keyboard.press("ArrowRight")
        tab.wait_for_function("() => document.querySelector('.filters [name=from]').value === '2020-04-01'")
        assert tab.evaluate("document.activeElement.getAttribute('role')") == "slider"
        tab.keyboard.press("Escape")
        _found(tab, 78)


def test_a_turn_opens_the_acts_that_drove_it(browser: Any, site: str) -> None:
    with Visit(browser) as visit:
        tab = _open(visit, site)
        mark = tab.locator("#level .turn").first
        assert tab.get_by_role("button", name="Turn 1.").count() == 1
        mark.click()
        assert tab.locator("#turn-1").is_visible()
        assert "threatened" in tab.locator("#turn-1 .act blockquote").first.inner_text()
        tab.locator("#turning summary").first.click()
        assert not tab.locator("#turn-1").is_visible()
        mark.focus()
        tab.keyboard.press("Enter")
        assert tab.locator("#turn-1").is_visible()
        assert tab.evaluate("document.activeElement.id") == "turn-1"


def test_filters_act_at_once_and_keep_the_caret(browser: Any, site: str) -> None:
    with Visit(browser) as visit:
        tab = _open(visit, site)
        tab.select_option(".filters [name=type]", "THREATEN")
        _found(tab, 26)
        tab.locator(".filters [name=text]").click()
        tab.keyboard.type("round 168")
        _found(tab, 3)
        assert tab.evaluate("[document.activeElement.name, document.activeElement.selectionStart]") == ["text", 9]
        tab.get_by_role("link", name="Clear").click()
        _found(tab, 78)
        assert "Round 35 <script>x</script>" in tab.locator("#timeline .act").first.inner_text()


def test_tabs_and_pages_work_by_keyboard_alone(browser: Any, site: str) -> None:
    with Visit(browser) as visit:
        tab = _open(visit, site)
        tab.get_by_role("link", name="All 78").focus()
        for _ in range(3):
            tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.textContent").split() == ["Plans", "6"]
        assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        tab.keyboard.press("Enter")
        _found(tab, 6)
        assert tab.evaluate("document.activeElement.textContent").split() == ["Plans", "6"]
        assert tab.locator("#live").inner_text().startswith("6 acts")
        tab.keyboard.press("Shift+Tab")
        tab.keyboard.press("Shift+Tab")
        tab.keyboard.press("Enter")
        _found(tab, 72)
        tab.get_by_role("link", name="Older →").focus()
        tab.keyboard.press("Enter")
        tab.wait_for_function("() => document.querySelector('.paging').textContent.includes('page 2 of 3')")


def test_colours_follow_the_theme_without_a_reload(browser: Any, site: str) -> None:
    with Visit(browser) as visit:
        tab = _open(visit, site)
        colour = "getComputedStyle(document.querySelector('#level .line')).stroke"
        light = tab.evaluate(colour)
        tab.get_by_role("button", name="Show the page dark").click()
        dark = tab.evaluate(colour)
        assert sum(map(int, re.findall(r"\d+", light))) < 150
        assert sum(map(int, re.findall(r"\d+", dark))) > 600


def test_charts_are_saved_as_svg_and_png(browser: Any, site: str, tmp_path: Path) -> None:
    with Visit(browser) as visit:
        tab = _open(visit, site)
        with tab.expect_download() as saved:
            tab.locator("#level-export").get_by_role("button", name="SVG").click()
        assert saved.value.suggested_filename == "JPN-KOR level.svg"
        drawing = Path(saved.value.path()).read_text(encoding="utf-8")
        assert drawing.startswith("<svg")
        assert "var(--" not in drawing
        assert "rgb(" in drawing
        assert "<title>Level of relations by month</title>" in drawing
        with tab.expect_download() as saved:
            tab.locator("#quads-export").get_by_role("button", name="PNG").click()
        image = Path(saved.value.path()).read_bytes()
        assert image.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", image[16:24])
        assert (width, height) == (2 * tab.locator("#quads svg").bounding_box()["width"], 300)
        with tab.expect_download() as saved:
            tab.locator("#timeline .export").get_by_role("link", name="CSV").click()
        assert len(Path(saved.value.path()).read_text(encoding="utf-8").splitlines()) == 79
        alone = tmp_path / "level.svg"
        alone.write_text(drawing, encoding="utf-8")
        tab.goto(alone.as_uri())
        band = tab.locator("path[fill-opacity='0.18']")
        assert band.count() == 1
        assert band.bounding_box()["width"] > 600
        assert visit.complaints == []


def test_imported_series_stand_beside_ours(browser: Any, site: str) -> None:
    with Visit(browser) as visit:
        tab = _open(visit, site)
        tab.locator("#others").scroll_into_view_if_needed()
        tab.wait_for_selector("#lines .line1")
        assert tab.locator("#lines .name").all_text_contents() == ["ours", "gdelt"]
        tab.locator("#lines").scroll_into_view_if_needed()
        assert tab.locator("#lines-export button").all_inner_texts() == ["SVG", "PNG"]
        assert visit.complaints == []


def test_parts_come_when_they_are_seen(browser: Any, site: str) -> None:
    with Visit(browser) as visit:
        tab = _open(visit, site)
        for part in ("pledges", "disputes", "conflicts", "brief"):
            tab.locator(f"#{part}").scroll_into_view_if_needed()
            tab.wait_for_selector(f".part:has(#{part}) .export a", state="attached")
        assert "Where it stands" in tab.locator(".part .brief").inner_text()
        tab.get_by_text("As text, to copy").click()
        tab.get_by_role("button", name="Copy").click()
        tab.get_by_role("button", name="Copied").wait_for()
        assert visit.complaints == []


def test_the_kept_file_opens_from_disk_and_asks_for_nothing(browser: Any, site: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.html"
    with Visit(browser) as visit:
        tab = _open(visit, site)
        with tab.expect_download() as saved:
            tab.get_by_role("link", name="Save this page as one file").click()
        assert saved.value.suggested_filename == "JPN-KOR.html"
        kept.write_bytes(Path(saved.value.path()).read_bytes())
    for scheme in ("light", "dark"):
        with Visit(browser, width=360, scheme=scheme) as visit:
            visit.tab.goto(kept.as_uri())
            assert visit.heading() == "Japan – South Korea"
            assert visit.requests == [kept.as_uri()]
            assert visit.complaints == []
            paper = visit.tab.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (sum(map(int, re.findall(r"\d+", paper))) > 600) is (scheme == "light")
            assert visit.tab.evaluate("document.documentElement.scrollWidth") <= 360
            band = visit.tab.locator(".band80").first.bounding_box()
            assert band["width"] > 200


def test_without_scripts_everything_is_there(browser: Any, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.goto(f"{site}/dyad/JPN-KOR")
    assert tab.locator("#level .band80").bounding_box()["width"] > 600
    assert tab.locator("#quads .quad1").bounding_box()["height"] > 10
    tab.locator("#level a[href='#turn-1']").click()
    assert tab.locator("#turn-1").is_visible()
    tab.get_by_role("link", name="What happened 72").click()
    assert "status=actual" in tab.url
    tab.locator(".filters [name=to]").fill("2020-02-28")
    tab.get_by_role("button", name="Show").click()
    assert tab.locator("#timeline .act").count() == 4
    tab.get_by_role("link", name="What the two promised or threatened, and what became of it").click()
    assert tab.locator("h1").inner_text().startswith("Pledges")
    context.close()
