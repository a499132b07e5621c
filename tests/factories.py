"""Small records for tests: each function fills in what a test does not care about."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from detente.codebook import SCALE_VERSION, event_type
from detente.records import Actor, Article, Coded, Event, EventDate, Exclusion, Sentence, Span

MEETING = "Japan met South Korea in Tokyo on Thursday."


def make_article(text: str = MEETING, *, id: str = "", published: date | None = date(2023, 3, 17)) -> Article:  # noqa: A002
    """An article of that text; its id is made from the text unless given."""
    return Article(
        id=id or hashlib.sha256(text.encode()).hexdigest()[:16],
        text=text,
        published=published,
        published_basis="given" if published else "none",
        digest=hashlib.sha256(text.encode()).hexdigest(),
        source="made.txt",
    )


def make_span(article: Article, words: str) -> Span:
    """The first place of those words in the article."""
    start = article.text.index(words)
    return Span(words, start, start + len(words))


def make_actor(article: Article, words: str, code: str, sector: str = "GOV") -> Actor:
    """An actor at the first place of its words."""
    span = make_span(article, words)
    return Actor(words, span.start, span.end, code, sector, name=words, entity=code)


def make_date(start: date, *, days: int = 1, granularity: str = "day", basis: str = "expression") -> EventDate:
    """A date of that many days."""
    return EventDate(start, start + timedelta(days=days), granularity, basis)


def make_event(
    article: Article,
    *,
    event: str = "CONSULT",
    actors: tuple[tuple[str, str], ...] = (("Japan", "JPN"),),
    recipients: tuple[tuple[str, str], ...] = (("South Korea", "KOR"),),
    trigger: str = "met",
    status: str = "actual",
    when: EventDate | date | None = date(2023, 3, 16),
    scale: float | None = None,
    confidence: float = 0.9,
    coder: str = "detente test",
    key: str = "",
) -> Event:
    """One event of the article. Actors and recipients are (words, code); the words must occur in the text.

    The id is made from what the event says and `key`.
    """
    kind = event_type(event)
    said = repr((article.id, event, actors, recipients, trigger, status, when, key))
    return Event(
        id=hashlib.sha256(said.encode()).hexdigest()[:20],
        article=article.id,
        event=event,
        mode=(),
        quad=kind.quad,
        scale=kind.scale if scale is None else scale,
        scale_version=SCALE_VERSION,
        actor=tuple(make_actor(article, words, code) for words, code in actors),
        recipient=tuple(make_actor(article, words, code) for words, code in recipients),
        trigger=make_span(article, trigger),
        sentence=Sentence(article.text, 0, len(article.text), 0),
        status=status,
        pledge=None,
        date=make_date(when) if isinstance(when, date) else when,
        location=None,
        speaker=None,
        relayed_from=None,
        context=("diplomatic",),
        confidence=confidence,
        steps=(),
        coder=coder,
    )


def make_coded(text: str = MEETING, *, events: int = 1, id: str = "") -> Coded:  # noqa: A002
    """An article with that many events; the text must hold "Japan", "South Korea" and "met"."""
    article = make_article(text, id=id)
    return Coded(article, tuple(make_event(article, key=str(number)) for number in range(events)))


def make_exclusion(source: str = "broken.pdf", reason: str = "unreadable") -> Exclusion:
    """An input that was not coded."""
    return Exclusion(source, reason, f"{source} cannot be read.", digest="00")
