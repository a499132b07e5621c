"""The page of a search: full text over the sentences of events and over articles, filters, and searches kept by name.

Words are found in any case and without diacritics (https://sqlite.org/fts5.html). All words must be there; words in
quotation marks stand together, and a word that ends in "*" begins others.
"""

from __future__ import annotations

import re
from datetime import date

import msgspec
import pyarrow as pa
from starlette.exceptions import HTTPException

from detente.codebook import STATUSES, event_types
from detente.ledger import Ledger
from detente.ledgerfile import now
from detente.names import fold
from detente.pages import AS_OF, Deed, Page, Query, Report, choice_in, day_in
from detente.records import Event

SIZE = 25  # found things on a page
MOST = 1000  # found things from which on they are no longer counted
AROUND = 160  # characters of an article shown on either side of a word that is found
KINDS = ("events", "articles")
ORDERED = re.compile(r'"([^"]*)"|(\S+)')


class FoundArticle(msgspec.Struct, frozen=True):
    """An article that has the words: `passage` is a piece of its text with the first of them."""

    id: str
    title: str | None
    publisher: str | None
    published: date | None
    events: int
    passage: str


class Saved(msgspec.Struct, frozen=True):
    """A search that was kept: its name, and the query of its address."""

    name: str
    query: str


class SearchPage(msgspec.Struct, frozen=True):
    """What was found. `total` counts it, up to MOST; `more` tells that there is a further page.

    `words` are those that are marked, folded; `asked` are the filters as they were given.
    """

    asked: dict[str, str]
    kind: str
    words: tuple[str, ...]
    total: int
    page: int
    more: bool
    events: tuple[Report, ...]
    articles: tuple[FoundArticle, ...]
    saved: tuple[Saved, ...]
    types: tuple[str, ...]


def search_page(ledger: Ledger, key: str, query: Query) -> SearchPage:
    """Sentences of events, or articles, with all the words of `q` that pass the filters, the latest read first.

    Raises HTTPException 400 for a filter that cannot be.
    """
    kind = choice_in(query, "in", KINDS) or "events"
    page = _page(query)
    condition, values = _filters(query, kind)
    sought, words = _sought(query.get("q", ""))
    asked = {name: query[name] for name in QUERY if query.get(name, "").strip() and name != "page"}
    saved = tuple(Saved(*row) for row in ledger.rows("SELECT name, query FROM saved_searches ORDER BY name"))
    shown: list[int] = []
    total = 0
    if sought:
        begin = (page - 1) * SIZE
        rows = ledger.rows(
            f"SELECT found.rowid {_SOURCES[kind]} MATCH ?{condition} ORDER BY found.rowid DESC LIMIT ?",
            (sought, *values, max(MOST, begin + SIZE) + 1),
        )
        every = [row for (row,) in rows]
        shown, total = every[begin : begin + SIZE + 1], min(len(every), MOST + 1)
    return SearchPage(
        asked=asked,
        kind=kind,
        words=words,
        total=total,
        page=page,
        more=len(shown) > SIZE,
        events=tuple(_event(ledger, row) for row in shown[:SIZE]) if kind == "events" else (),
        articles=tuple(_article(ledger, row, words) for row in shown[:SIZE]) if kind == "articles" else (),
        saved=saved,
        types=tuple(event_types()),
    )


def keep(ledger: Ledger, key: str, form: Query) -> str:
    """Keep the search of the form's `query` under its `name`; a name that is there gets the new search."""
    name, query = form.get("name", "").strip()[:80], form.get("query", "")[:2000]
    if not name:
        raise HTTPException(400, "A kept search needs a name.")
    with ledger.transaction():
        ledger.execute(
            "INSERT INTO saved_searches VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET query = excluded.query",
            (name, query, now()),
        )
    return f"/search?{query}"


def forget(ledger: Ledger, key: str, form: Query) -> str:
    """Forget the search of that name."""
    with ledger.transaction():
        ledger.execute("DELETE FROM saved_searches WHERE name = ?", (form.get("name", ""),))
    return "/search"


_SOURCES = {
    "events": (
        "FROM event_words AS found JOIN events ON events.row = found.rowid AND events.superseded_at IS NULL"
        " WHERE event_words"
    ),
    "articles": (
        "FROM article_words AS found JOIN articles ON articles.row = found.rowid AND articles.superseded_at IS NULL"
        " WHERE article_words"
    ),
}


def _sought(text: str) -> tuple[str, tuple[str, ...]]:
    """The question to FTS5, "" where there is no word, and the words to mark."""
    parts, words = [], []
    for match in ORDERED.finditer(text[:500]):
        given = match[1] if match[1] is not None else match[2]
        if not any(letter.isalnum() for letter in given):
            continue
        begins = match[1] is None and given.endswith("*")
        parts.append('"' + given.rstrip("*").replace('"', " ") + '"' + ("*" if begins else ""))
        words += fold(given).split()
    return " ".join(parts), tuple(dict.fromkeys(words))


def _filters(query: Query, kind: str) -> tuple[str, list[object]]:
    """Conditions on events or articles, each begun with AND, and their values."""
    since, until, as_of = (day_in(query, name) for name in ("since", "until", "as_of"))
    found: list[tuple[str, object]] = []
    for day, sign in ((since, ">="), (until, "<="), (as_of, "<=")):
        if day is not None:
            found.append((f"{kind}.published {sign} ?", day.isoformat()))
    if kind == "events":
        for name, known in (("type", event_types()), ("status", STATUSES)):
            if given := choice_in(query, name, known):
                found.append((f"events.{'event' if name == 'type' else 'status'} = ?", given))
        for code in _dyad(query):
            # "+" keeps SQLite from going through all events of the code for each one that is found.
            found.append(("EXISTS (SELECT 1 FROM parties WHERE event = found.rowid AND +code = ?)", code))
    elif publisher := query.get("publisher", "").strip():
        found.append(("articles.publisher = ?", publisher))
    return "".join(f" AND {condition}" for condition, _ in found), [value for _, value in found]


def _dyad(query: Query) -> list[str]:
    given = query.get("dyad", "").strip().upper()
    codes = given.split("-") if given else []
    if len(codes) > 2 or any(not re.fullmatch("[A-Z]{3}", code) for code in codes):
        raise HTTPException(400, f"dyad is {given!r}; it must be a code such as KOR, or two as in JPN-KOR.")
    return codes


def _page(query: Query) -> int:
    given = query.get("page", "1")
    if not re.fullmatch("[1-9][0-9]{0,5}", given):
        raise HTTPException(400, f"page is {given!r}; it must be a number from 1 on.")
    return int(given)


def _event(ledger: Ledger, row: int) -> Report:
    ((record, title, publisher, published),) = ledger.rows(
        "SELECT record, title, publisher, articles.published FROM events JOIN readings ON readings.id = events.reading"
        " JOIN articles ON articles.row = readings.article WHERE events.row = ?",
        (row,),
    )
    event = msgspec.json.decode(record, type=Event)
    return Report(event, title, publisher, date.fromisoformat(published) if published else None)


def _article(ledger: Ledger, row: int, words: tuple[str, ...]) -> FoundArticle:
    ((id_, title, publisher, published, text, events),) = ledger.rows(
        "SELECT id, title, publisher, published, text, (SELECT COUNT(*) FROM events WHERE events.article = articles.id"
        " AND events.superseded_at IS NULL) FROM articles WHERE row = ?",
        (row,),
    )
    day = date.fromisoformat(published) if published else None
    return FoundArticle(id_, title, publisher, day, events, _passage(text, words))


def _passage(text: str, words: tuple[str, ...]) -> str:
    """The words around the first one that is found; the beginning where none is found as it is written."""
    at = next((match.start() for word in words if (match := re.search(re.escape(word), text, re.IGNORECASE))), 0)
    first, last = max(0, at - AROUND), at + AROUND
    start = text.find(" ", first, at) + 1 if first else 0
    end = text.rfind(" ", at + 1, last) if last < len(text) else len(text)
    return (
        ("… " if start else "")
        + " ".join(text[start : end if end > at else last].split())
        + (" …" if last < len(text) else "")
    )


def _table(page: msgspec.Struct) -> pa.Table:
    assert isinstance(page, SearchPage)
    if page.kind == "articles":
        return pa.Table.from_pylist([msgspec.to_builtins(found) for found in page.articles])
    return pa.Table.from_pylist(
        [
            {
                "id": found.event.id,
                "event": found.event.event,
                "status": found.event.status,
                "actors": " ".join(party.code or party.text for party in found.event.actor),
                "recipients": " ".join(party.code or party.text for party in found.event.recipient),
                "date_start": found.event.date.start if found.event.date else None,
                "date_end": found.event.date.end if found.event.date else None,
                "sentence": found.event.sentence.text,
                "article": found.event.article,
                "title": found.title,
                "publisher": found.publisher,
                "published": found.published,
            }
            for found in page.events
        ]
    )


QUERY = {
    "q": "words; all must be there, “…” stand together, a word with * begins others",
    "in": "events (their sentences) or articles",
    "type": "only events of that PLOVER type",
    "status": "only events of that status",
    "dyad": "only events with that code, or with both of two codes, JPN-KOR",
    "publisher": "only articles of that publisher",
    "since": "only what was published from that day on",
    "until": "only what was published up to that day",
    "page": "which page of 25, from 1",
    **AS_OF,
}
PAGES = (Page("/search", "search.html", search_page, "Full text of sentences and articles", QUERY, {"found": _table}),)
DEEDS = (
    Deed("/search/keep", keep, "Keep a search under a name", {"name": "its name", "query": "the query of its address"}),
    Deed("/search/forget", forget, "Forget a kept search", {"name": "its name"}),
)
