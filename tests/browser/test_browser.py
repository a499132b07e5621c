"""The page in a real browser: it renders, leads from pair to article, and asks nothing of anyone else."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from detente.ledger import open_ledger
from detente.records import Coded, Speaker, Step
from tests.browser.visit import Visit
from tests.factories import make_article, make_event
from tests.serving import serve

pytestmark = pytest.mark.browser

TEXT = (
    "Japan met South Korea in Tokyo on Thursday. Seoul accused Tokyo of delay, <b>officials</b> said.\n\n"
    "Japan may yet threaten South Korea with a-very-long-word-that-has-no-place-to-break" + "k" * 60 + "."
)
ARTICLE = "talks/2023-03-17?.json"

# Text whose contrast with what lies behind it is less than 4.5, or 3 for large letters: WCAG 2.2, 1.4.3.
FAINT = """() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const linear = v => v <= 10.31475 ? v / 3294.6 : ((v / 255 + .055) / 1.055) ** 2.4;
  const light = c => .2126 * linear(c[0]) + .7152 * linear(c[1]) + .0722 * linear(c[2]);
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c.slice(0, 3) } return [255, 255, 255] };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, style = getComputedStyle(element);
    if (!walker.currentNode.data.trim() || !element.getClientRects().length || element.closest('.skip')) continue;
    const ink = element.closest('svg') ? style.fill : style.color;
    const [high, low] = [light(parse(ink).slice(0, 3)), light(behind(element))].sort((a, b) => b - a);
    const large = parseFloat(style.fontSize) >= 24;
    if ((high + .05) / (low + .05) < (large ? 3 : 4.5)) faint.push(walker.currentNode.data.trim() + ' ' + ink);
  }
  return faint;
}"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a page over a small ledger, without the slash at its end."""
    path = tmp_path_factory.mktemp("site") / "news.detente"
    fill(path)
    return serve(path)


def fill(path: Path) -> None:
    article = msgspec.structs.replace(
        make_article(TEXT, id=ARTICLE), title="Talks <script>alert(1)</script>", publisher="Meridian Wire"
    )
    met = make_event(article, actors=(("Japan", "JPN"), ("South Korea", "KOR")), recipients=())
    accused = msgspec.structs.replace(
        make_event(
            article, event="ACCUSE", actors=(("Seoul", "KOR"),), recipients=(("Tokyo", "JPN"),), trigger="accused",
            when=date(2023, 4, 2),
        ),
        speaker=Speaker("officials", 0, 0, "KOR", "GOV"),
        relayed_from="BBC",
        steps=(Step("reader", "events-en.v1", "accused read as ACCUSE"),),
    )  # fmt: skip
    feared = make_event(article, event="THREATEN", trigger="threaten", status="possible", when=None)
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder="detente test", model="events-en.v1", codebook="plover-2024")
        ledger.store(Coded(article, (met, accused, feared)), run)
        ledger.end_run(run, coded=1)


def addresses(browser: Any, site: str) -> list[str]:
    """Each kind of page, found by following links."""
    with Visit(browser) as visit:
        visit.tab.goto(f"{site}/dyad/JPN-KOR")
        event = visit.tab.locator("#timeline .act h3 a").first.get_attribute("href")
        article = visit.tab.locator("#timeline .act .by a").first.get_attribute("href")
    return [f"{site}{path}" for path in ("/", "/dyad/JPN-KOR", "/dyad/JPN-KOR?status=possible", event, article)]


def test_links_lead_from_pair_to_event_to_article_and_back(browser: Any, site: str) -> None:
    with Visit(browser) as visit:
        tab = visit.tab
        tab.goto(f"{site}/dyad/JPN-KOR")
        assert visit.heading() == "Japan – South Korea"
        assert tab.locator("#timeline .act .when").first.inner_text().startswith("2 Apr 2023")
        tab.locator("#timeline").get_by_role("link", name="ACCUSE").first.click()
        assert visit.heading() == "ACCUSE"
        assert tab.locator("mark.trigger").inner_text() == "accused"
        told_by = tab.locator(".all-reports .by")
        assert "said by officials" in told_by.inner_text()
        assert "relayed from BBC" in told_by.inner_text()
        told_by.locator("a").click()
        assert visit.heading() == "Talks <script>alert(1)</script>"
        assert "<b>officials</b> said." in tab.locator(".text").inner_text()
        tab.locator("a.mark.trigger", has_text="met").click()
        assert visit.heading() == "CONSULT"
        assert visit.complaints == []


def test_nothing_is_asked_of_anyone_else_and_nothing_complains(browser: Any, site: str) -> None:
    with Visit(browser) as visit:
        for address in addresses(browser, site):
            assert visit.tab.goto(address).status == 200
            visit.tab.wait_for_load_state("networkidle")
        assert {url for url in visit.requests if not url.startswith(f"{site}/")} == set()
        assert any(url.startswith(f"{site}/static/style.css?v=") for url in visit.requests)
        assert visit.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_narrow_screen_and_can_be_read(browser: Any, site: str, scheme: str) -> None:
    with Visit(browser, width=360, scheme=scheme) as visit:
        for address in addresses(browser, site):
            visit.tab.goto(address)
            assert visit.heading()
            assert visit.tab.evaluate("document.documentElement.scrollWidth") <= 360, address
            assert visit.tab.evaluate(FAINT) == [], address


def test_the_contrast_test_finds_faint_text(browser: Any, site: str) -> None:
    with Visit(browser) as visit:
        visit.tab.goto(site)
        visit.tab.evaluate("document.querySelector('h1').style.color = '#eeeeee'")
        assert len(visit.tab.evaluate(FAINT)) == 1


def test_dark_is_dark_and_light_is_light(browser: Any, site: str) -> None:
    paper = {}
    for scheme in ("light", "dark"):
        with Visit(browser, scheme=scheme) as visit:
            visit.tab.goto(site)
            color = visit.tab.evaluate("getComputedStyle(document.body).backgroundColor")
            paper[scheme] = sum(int(part) for part in color.strip("rgb()").split(","))
    assert paper["light"] > 600
    assert paper["dark"] < 150


def test_the_keyboard_reaches_the_content_and_focus_is_seen(browser: Any, site: str) -> None:
    with Visit(browser) as visit:
        visit.tab.goto(site)
        visit.tab.keyboard.press("Tab")
        assert visit.tab.evaluate("document.activeElement.textContent") == "Skip to the content"
        visit.tab.keyboard.press("Tab")
        outline = visit.tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"


def test_the_page_of_an_empty_ledger_says_what_to_do(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "empty.detente"
    open_ledger(path).close()
    with Visit(browser, width=360) as visit:
        visit.tab.goto(serve(path))
        assert "detente code ARTICLES --ledger empty.detente" in visit.tab.locator("main").inner_text()
        assert visit.complaints == []
