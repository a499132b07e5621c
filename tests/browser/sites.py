"""Ledgers for the tests of the page in a browser: one with a few relations, one with odd data, one with nothing."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from detente import memory
from detente.ledger import open_ledger
from detente.records import Coded
from tests.factories import make_article, make_coded, make_event, make_exclusion
from tests.serving import serve

PAIRS = (
    (("Japan", "JPN"), ("South Korea", "KOR")),
    (("China", "CHN"), ("United States", "USA")),
    (("Japan", "JPN"), ("China", "CHN")),
)
MONTHS = 14
PARTS = ("series", "pledges", "disputes", "conflicts", "brief")
TOOLS = ("/", "/network", "/map", "/search", "/coverage", "/add", "/api", "/api/openapi")
HUGE = "k" * 3000
HOSTILE = "<script>alert(1)</script> \u202e<img src=x onerror=alert(2)>"


class Site(NamedTuple):
    """A ledger that is served: its address without the last slash, its file, and an address of each kind of page."""

    address: str
    ledger: Path
    pages: tuple[str, ...]


def news(path: Path) -> Site:
    """Three relations over some months, linked, with an exclusion."""
    told = []
    for month, (place, (one, other)) in product(range(MONTHS), enumerate(PAIRS)):
        text = f"{one[0]} met {other[0]} in Geneva. Then {other[0]} accused {one[0]} of delay in matter {month}."
        day = date(2022, 1, 8) + timedelta(30 * month + 9 * place)
        article = msgspec.structs.replace(
            make_article(text, id=f"{one[1]}-{other[1]}-{month}", published=day),
            title=f"Talks {month} of {one[0]} and {other[0]}",
            publisher=f"Wire {month % 3}",
        )
        met = make_event(article, actors=(one,), recipients=(other,), when=day)
        accused = make_event(
            article, event="ACCUSE", actors=(other,), recipients=(one,), trigger="accused", when=day, key="accused"
        )
        told.append(Coded(article, (met, accused) if month % 3 else (met,)))
    return _served(path, told, event=told[-1].events[0].id, article=told[-1].article.id, pair="JPN-KOR", state="JPN")


def odd(path: Path) -> Site:
    """Hostile names, marks of writing direction, words without end, no date, no parties, no title and no publisher."""
    text = f"Japan met South Korea. {HOSTILE} {HUGE} accused \u202eJapan\u202c of\u00a0it."
    hostile = msgspec.structs.replace(
        make_article(text, id="odd/<b>?.json", published=None), title=HOSTILE + HUGE, publisher=HUGE + HOSTILE
    )
    bare = make_article(f"South Korea met nobody in {HUGE}.", id="bare", published=None)
    met = make_event(hostile, actors=((HUGE, "JPN"),), recipients=((HOSTILE, "KOR"),), when=None)
    nobody = make_event(hostile, event="ACCUSE", actors=(), recipients=(), trigger="accused", when=None)
    alone = make_event(bare, actors=(("South Korea", "KOR"),), recipients=(), when=None)
    told = [Coded(hostile, (met, nobody)), Coded(bare, (alone,)), Coded(make_article(HUGE, id=HUGE[:300]), ())]
    return _served(path, told, event=nobody.id, article=hostile.id, pair="JPN-KOR", state="KOR")


def empty(path: Path) -> Site:
    """Nothing at all."""
    open_ledger(path).close()
    return Site(serve(path), path, (*TOOLS, "/search?q=talks"))


def tell(path: Path) -> None:
    """Put one article with one act of Japan and South Korea into a ledger."""
    coded = make_coded()
    with open_ledger(path) as ledger:
        ledger.store(coded, ledger.begin_run(coder="detente test", model="events-en.v1", codebook="plover-2024"))
        memory.update(ledger)


def _served(path: Path, told: list[Coded], *, event: str, article: str, pair: str, state: str) -> Site:
    with open_ledger(path) as ledger:
        run = ledger.begin_run(coder="detente test", model="events-en.v1", codebook="plover-2024")
        ledger.store_all(told, run)
        ledger.exclude(make_exclusion(HOSTILE), run)
        ledger.end_run(run, coded=len(told), excluded=1)
        memory.update(ledger)
    name = quote(article, safe="").replace(".json", "%2Ejson")
    about = tuple(f"/dyad/{pair}{f'/{part}' if part else ''}" for part in ("", *PARTS))
    rest = (f"/event/{event}", f"/follow/{event}", f"/article/{name}", f"/state/{state}", f"/actor/{state}")
    found = ("/search?q=met", "/search?q=met&in=articles", "/search?q=nothing+at+all")
    return Site(serve(path), path, (*TOOLS, *found, *about, *rest))
