"""One act from its reports: which of them tells it best, how many sources it has, and how far they agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

from detente.codebook import HAPPENED
from detente.records import Event, EventDate, LinkedEvent, Report
from detente.resemblance import TOLD, numbers_in


def linked_event(reports: Iterable[Report]) -> LinkedEvent:
    """The act that the reports tell, whatever their order.

    Its record is that of the fullest report: the one with most parties of known country, a day of its own, the surest
    reading, and of equal ones the earliest. Raises ValueError where there is no report.
    """
    ordered = tuple(sorted(reports, key=_order))
    if not ordered:
        raise ValueError("An act needs a report.")
    lead = max(ordered, key=_fullness).event
    days = [report.published for report in ordered if report.published]
    return LinkedEvent(
        id=lead.id,
        event=lead,
        reports=ordered,
        independent_sources=len({report.root for report in ordered}),
        agreement=_agreement(lead, [report.event for report in ordered]),
        first_seen=min(days, default=None),
        last_seen=max(days, default=None),
    )


def _order(report: Report) -> tuple[date, str, int, str]:
    event = report.event
    return report.published or date.max, event.article, event.trigger.start, event.id


def _fullness(report: Report) -> tuple[int, bool, float, int, str]:
    event = report.event
    known = sum(bool(party.code) for party in (*event.actor, *event.recipient))
    told = event.date is not None and event.date.basis in TOLD
    early = -(report.published or date.max).toordinal()
    return known, told, event.confidence, early, event.id


def _agreement(lead: Event, told: list[Event]) -> dict[str, float]:
    """By field, the share of the reports telling it that tell it like the leading one, where two or more do."""
    fields: dict[str, Callable[[Event], object]] = {
        "date": lambda e: e.date if e.date is not None and e.date.basis in TOLD else None,
        "parties": lambda e: _codes(e) if any(_codes(e)) else None,
        "status": lambda e: "happened" if e.status in HAPPENED else e.status,
        "numbers": lambda e: _numbers(e) or None,
    }
    found = {}
    for field, read in fields.items():
        own = read(lead) if len(told) > 1 else None
        values = [value for event in told if (value := read(event)) is not None] if own is not None else []
        if len(values) > 1:
            found[field] = round(sum(_agree(own, value) for value in values) / len(values), 2)
    return found


def _agree(one: object, other: object) -> bool:
    match one, other:
        case EventDate(), EventDate():
            return one.start < other.end and other.start < one.end
        case dict(), dict():
            return all(
                low <= other[what][1] and other[what][0] <= high for what, (low, high) in one.items() if what in other
            )
    return one == other


def _codes(event: Event) -> tuple[frozenset[str], frozenset[str]]:
    actors, recipients = (
        frozenset(party.code for party in side if party.code) for side in (event.actor, event.recipient)
    )
    return actors, recipients


def _numbers(event: Event) -> dict[str, tuple[float, float]]:
    """What is counted in the sentence, with the bounds of its number."""
    return {what: (low, high) for what, low, high in _numbers_in(event.sentence.text)}


@lru_cache(maxsize=16_384)
def _numbers_in(sentence: str) -> tuple[tuple[str, float, float], ...]:
    """Numbers of a sentence, which several events and many questions ask for."""
    return tuple(numbers_in(sentence))
