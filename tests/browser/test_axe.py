"""Accessibility as axe-core finds it, on every kind of page (https://github.com/dequelabs/axe-core)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.sites import Site
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
GRAVE = ("serious", "critical")


def findings(tab: Any, rules: tuple[str, ...] = ()) -> list[str]:
    """Grave findings of all rules, or of those, each with the elements where it is found."""
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    tab.evaluate(AXE)
    found = tab.evaluate("options => axe.run(document, options)", options)
    return [
        f"{each['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:200]}"
        for each in found["violations"]
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]


def test_no_page_has_a_grave_finding(browser: Any, news: Site) -> None:
    found = {}
    with Visit(browser) as visit:
        for page in (*news.pages, "/nothing"):
            visit.open(news.address + page)
            found[page] = findings(visit.tab)
    assert {page: faults for page, faults in found.items() if faults} == {}


def test_no_page_is_faint_in_the_dark(browser: Any, news: Site) -> None:
    found = {}
    with Visit(browser, scheme="dark") as visit:
        for page in news.pages:
            visit.open(news.address + page)
            found[page] = findings(visit.tab, ("color-contrast",))
    assert {page: faults for page, faults in found.items() if faults} == {}


def test_the_empty_and_the_odd_have_no_grave_finding(browser: Any, empty: Site, odd: Site) -> None:
    found = {}
    with Visit(browser) as visit:
        for site in (empty, odd):
            for page in ("/", "/network", "/map", "/coverage", site.pages[-3]):
                visit.open(site.address + page)
                found[page] = findings(visit.tab)
    assert {page: faults for page, faults in found.items() if faults} == {}


def test_a_fault_would_be_found(browser: Any, news: Site) -> None:
    with Visit(browser) as visit:
        visit.tab.goto(f"{news.address}/coverage")
        visit.tab.evaluate("document.querySelector('main').append(document.createElement('select'))")
        assert [found.partition(":")[0] for found in findings(visit.tab)] == ["select-name"]
