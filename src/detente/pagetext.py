"""How the page writes records: dates, scores, names and addresses, and marked words.

Each public function here is a filter of the templates, under its own name.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from detente.codebook import QUAD_NAMES, STATUSES
from detente.drawings import level_drawing, month_drawing, quad_drawing
from detente.dyads import Period
from detente.names import country_name, tokenize
from detente.pageassets import asset, content_of
from detente.records import Event, EventDate, Span
from detente.relations import LevelOn

MENU = (
    ("/", "Relations"),
    ("/network", "Network"),
    ("/search", "Search"),
    ("/coverage", "Coverage"),
    ("/add", "Add"),
)
TWINS = ("json", "csv", "parquet")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STATUS_TITLES = {
    "actual": "What happened",
    "background": "History",
    "planned": "Plans",
    "possible": "Possible",
    "denied": "Denied",
}
STATUS_MEANINGS = {
    "actual": "reported as done or under way",
    "background": "done over 30 days before the report, or retold as history",
    "planned": "announced for later",
    "possible": "conditional, wished, feared or under consideration",
    "denied": "said not to have happened",
}


# -- words


def day(value: date | None) -> str:
    """
    >>> day(date(2023, 3, 16))
    '16 Mar 2023'
    """
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}" if value else "not known"


def last_day(end: date) -> str:
    """The last day before the end of a half-open interval, as `day` writes it.

    >>> last_day(date(2023, 4, 1))
    '31 Mar 2023'
    """
    return day(end - timedelta(days=1))


def plain(value: object) -> Any:
    """A record as plain data, for scripts."""
    return msgspec.to_builtins(value, str_keys=True)


def days(value: EventDate) -> str:
    """A date's days as one says them, its last day included.

    >>> days(EventDate(date(2023, 3, 1), date(2023, 4, 1), "month", "expression"))
    'Mar 2023'
    >>> days(EventDate(date(2023, 3, 6), date(2023, 3, 13), "week", "expression"))
    '6 Mar 2023 – 12 Mar 2023'
    """
    first, last = value.start, value.end - timedelta(days=1)
    if first >= last:
        return day(first)
    whole_months = first.day == 1 and value.end.day == 1
    if whole_months and first.month == value.end.month == 1:
        return str(first.year) if first.year == last.year else f"{first.year} – {last.year}"
    if whole_months:
        months = [f"{MONTHS[end.month - 1]} {end.year}" for end in (first, last)]
        return months[0] if months[0] == months[1] else " – ".join(months)
    return f"{day(first)} – {day(last)}"


def basis(value: EventDate) -> str:
    """What a date rests on."""
    words = f"“{value.text}”" if value.text else "words of the text"
    return {
        "expression": f"from {words}",
        "anchor": f"from {words}, counted from a day the text names",
        "sentence": f"from {words}, the date of its sentence",
        "article": f"from {words}, the day that the report is about",
        "dateline": "day of the dateline",
        "publication": "day of publication",
    }.get(value.basis, value.basis)


def score(value: float) -> str:
    """
    >>> score(4.5), score(-6), score(0)
    ('+4.5', '−6.0', '0.0')
    """
    return f"{value:+.1f}".replace("-", "−") if round(value, 1) else "0.0"


def thousands(value: int) -> str:
    """
    >>> thousands(12345)
    '12,345'
    """
    return f"{value:,}"


def name(code: str) -> str:
    """A code's country or body, or the code itself where it has no name."""
    return country_name(code) or code


def in_path(key: str) -> str:
    """An id as one segment of an address; its own ending, such as `.json`, is told from that of a twin.

    >>> in_path("a/b?.json")
    'a%2Fb%3F%2Ejson'
    """
    ending = next((f".{form}" for form in TWINS if key.endswith(f".{form}")), "")
    return quote(key.removesuffix(ending), safe="") + ending.replace(".", "%2E")


def web_address(url: str | None) -> str | None:
    """The address if a browser may follow it: http or https; else None."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


# -- words of the article, marked


class Mark(msgspec.Struct, frozen=True):
    """Words that play a part in an event: `kind` trigger or party, `number` that of the event, from 1."""

    start: int
    end: int
    kind: str
    number: int
    event: Event


class Piece(msgspec.Struct, frozen=True):
    """Words with the marks that cover them all, the shortest first, and the marks that end with them."""

    text: str
    marks: tuple[Mark, ...]
    ending: tuple[Mark, ...]


def marked(words: Span | Any, events: Sequence[Event]) -> list[Piece]:
    """The words cut wherever a mark of an event begins or ends; marks may overlap.

    `words` has `text`, `start` and `end`, such as a sentence; marks outside of it are left out.
    """
    marks = [mark for number, event in enumerate(events, 1) for mark in _marks(event, number)]
    waiting = sorted(
        (mark for mark in marks if words.start <= mark.start < mark.end <= words.end),
        key=lambda mark: mark.start,
        reverse=True,
    )
    cuts = sorted({words.start, words.end} | {end for mark in waiting for end in (mark.start, mark.end)})
    pieces, over = [], list[Mark]()
    for start, end in itertools.pairwise(cuts):
        while waiting and waiting[-1].start == start:
            over.append(waiting.pop())
        over.sort(key=lambda mark: (mark.kind == "party", mark.end - mark.start, mark.number))
        ending = tuple(mark for mark in over if mark.end == end)
        pieces.append(Piece(words.text[start - words.start : end - words.start], tuple(over), ending))
        over = [mark for mark in over if mark.end > end]
    return pieces


def _marks(event: Event, number: int) -> list[Mark]:
    trigger = Mark(event.trigger.start, event.trigger.end, "trigger", number, event)
    spans = {(party.start, party.end) for party in (*event.actor, *event.recipient)}
    return [trigger, *(Mark(*span, "party", number, event) for span in sorted(spans))]


class Sought(msgspec.Struct, frozen=True):
    """A piece of a text, and whether it is one of the words that were looked for."""

    text: str
    hit: bool


def hits(text: str, words: Sequence[str]) -> list[Sought]:
    """The text cut around the words that were looked for, which are folded; a word of the text that begins with one
    of them is a hit."""
    pieces, at = [], 0
    for token in tokenize(text):
        if token.key.startswith(tuple(words)) and words:
            pieces += [Sought(text[at : token.start], False), Sought(text[token.start : token.end], True)]
            at = token.end
    return [piece for piece in (*pieces, Sought(text[at:], False)) if piece.text]


def whole_text(text: str) -> Span:
    """All of an article's text, for `marked`."""
    return Span(text, 0, len(text))


# -- periods


def period_name(period: Period | LevelOn) -> str:
    """A period's month, quarter or year."""
    return days(EventDate(period.start, period.end, "interval", "expression"))


# -- templates


def render(template: str, **values: object) -> str:
    """The template with these values. All of them are escaped."""
    return _templates().get_template(template).render(values)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("detente"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    writers = (
        day, days, basis, score, thousands, name, in_path, web_address, marked, whole_text, period_name,
        last_day, plain, level_drawing, quad_drawing, month_drawing, hits,
    )  # fmt: skip
    environment.filters |= {writer.__name__: writer for writer in writers}
    environment.globals |= {
        "asset": asset,
        "content_of": content_of,
        "menu": MENU,
        "quad_names": QUAD_NAMES,
        "statuses": STATUSES,
        "status_titles": STATUS_TITLES,
        "status_meanings": STATUS_MEANINGS,
    }
    return environment
