"""The page of an event."""

from __future__ import annotations

import msgspec
from starlette.exceptions import HTTPException

from detente.codebook import QUAD_NAMES, event_type
from detente.ledger import Ledger
from detente.pages import Page, Query, only
from detente.records import Actor, Article, Event


class EventPage(msgspec.Struct, frozen=True):
    """One event, what its type means, and the pairs of codes it lies between; `in_force` unless superseded."""

    event: Event
    definition: str
    quad_name: str
    article: Article | None
    in_force: bool
    dyads: tuple[tuple[str, str], ...]


def event_page(ledger: Ledger, key: str, query: Query) -> EventPage:
    """One event by its id, or by the only id that begins so.

    Raises HTTPException 404 where there is none, or several.
    """
    event = only(ledger.event, key)
    if event is None:
        raise HTTPException(404, f"There is no event {key!r} in this ledger; it may lie in another one.")
    actors, recipients = _codes(event.actor), _codes(event.recipient)
    between = [(a, b) for a in actors for b in recipients or actors if a != b]
    return EventPage(
        event=event,
        definition=event_type(event.event).definition,
        quad_name=QUAD_NAMES[event.quad],
        article=ledger.article(event.article),
        in_force=any(other == event for other in ledger.events(article=event.article)),
        dyads=tuple(sorted({(min(pair), max(pair)) for pair in between})),
    )


def _codes(actors: tuple[Actor, ...]) -> list[str]:
    return [actor.code for actor in actors if actor.code]


PAGES = (Page("/event/{key:path}", "event.html", event_page, "One event, with all that led to it"),)
