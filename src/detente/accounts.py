"""Which reports of a ledger are set against each other: one article, those of an event, of two states, or all.

The reports of an event are those of the same type between the same states about the same day; what else is linked to
it is for `linked`, which maps ids of events to the name of the event that they report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from detente.conflicts import Conflict, conflicts, find_conflicts
from detente.errors import LedgerError
from detente.ledger import Ledger
from detente.records import Coded, Event
from detente.statements import Claim, claims_in

REPORTING = timedelta(days=14)  # how long an event is reported on (ours)


def ledger_conflicts(
    ledger: Ledger,
    *,
    dyad: tuple[str, str] | None = None,
    linked: Mapping[str, str] | None = None,
    since: date | None = None,
    as_of: date | None = None,
) -> tuple[Conflict, ...]:
    """The conflicts within and between the articles that hold events, of all states or only between two.

    With `dyad`, those in which a claim is about an event between the two or names them both, and names. With `since`,
    only articles that tell of an event on that day or later are read. With `as_of`, among what was known at the end of
    that day (`Ledger.selection`).
    """
    told = [(event.id, event.article) for event in ledger.events(dyad=dyad, since=since, as_of=as_of)]
    between = {event for event, _ in told}
    ids = dict.fromkeys(article for _, article in told)
    claims = (
        claim
        for id_ in ids
        for coded in _readings(ledger, [id_], as_of)
        for claim in claims_in(coded.article, coded.events)
    )
    found = conflicts(claims, linked=linked)
    if dyad is None:
        return found
    return tuple(each for each in found if any(_is_between(claim, dyad, between) for claim in each.claims))


def _is_between(claim: Claim, pair: tuple[str, str], events: set[str]) -> bool:
    return claim.kind == "spelling" or claim.event in events or set(pair) <= set(claim.scene.countries)


def conflicts_of(
    ledger: Ledger, ids: Iterable[str], *, also: Iterable[Coded] = (), linked: Mapping[str, str] | None = None
) -> tuple[Conflict, ...]:
    """The conflicts within and between the articles and events of these ids, or enough of their beginnings.

    Of one event alone, its reports are looked for in the ledger. Two events or more are taken as one, whatever their
    words say. `also` are readings that are not in the ledger.

    Raises LedgerError for an id that is none, or that begins several.
    """
    articles: dict[str, None] = {}
    events: list[Event] = []
    for id_ in ids:
        event = ledger.event(id_)
        article = None if event else ledger.article(id_)
        if event is None and article is None:
            raise LedgerError(
                f"{id_!r} is no file, and no article or event of {ledger.path}; `detente events` shows ids."
            )
        if event is not None:
            events.append(event)
        articles[event.article if event else article.id if article else ""] = None
    read = [*also]
    if len(events) == 1 and len(articles) == 1 and not read:
        return _of_event(ledger, events[0], linked)
    given = {event.id: "given" for event in events} if len(events) > 1 else {}
    return find_conflicts([*read, *_readings(ledger, articles)], linked={**(linked or {}), **given})


def _of_event(ledger: Ledger, event: Event, linked: Mapping[str, str] | None) -> tuple[Conflict, ...]:
    """The conflicts with a claim about the event, or in its sentence."""
    ids = {event.article: None, **dict.fromkeys(other.article for other in _reports(ledger, event, linked or {}))}
    found = find_conflicts(_readings(ledger, ids), linked=linked)
    return tuple(each for each in found if any(_is_of(claim, event) for claim in each.claims))


def _is_of(claim: Claim, event: Event) -> bool:
    here = claim.source.article == event.article
    return claim.event == event.id or (here and claim.sentence.start <= event.trigger.start < claim.sentence.end)


def _reports(ledger: Ledger, event: Event, linked: Mapping[str, str]) -> Iterator[Event]:
    parties = _codes(event)
    if event.date is not None:
        since, until = event.date.start - REPORTING, event.date.end + REPORTING
        near = ledger.events(event=event.event, since=since, until=until)
        yield from (other for other in near if parties & _codes(other))
    name = linked.get(event.id)
    if name is not None:
        found = (ledger.event(id_) for id_, other in linked.items() if other == name)
        yield from (other for other in found if other is not None)


def _codes(event: Event) -> set[str]:
    return {party.code for party in (*event.actor, *event.recipient) if party.code}


def _readings(ledger: Ledger, ids: Iterable[str], as_of: date | None = None) -> Iterator[Coded]:
    for id_ in ids:
        events = sorted(ledger.events(article=id_, as_of=as_of), key=lambda event: event.trigger.start)
        article = ledger.article_of(events[0].id) if events else ledger.article(id_)
        if article is not None:
            yield Coded(article, tuple(events))
